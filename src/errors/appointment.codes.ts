import { EXAMPLE_DATE } from '../time/example-date.js';
import type { ErrorCodeInfo } from './error-code-info.js';

/** Errors about bookings, availability and exceptions. */
export const APPOINTMENT_CODES = {
  UNKNOWN_DOCTOR: {
    answers: { 400: 'Doctor 9 not found.' },
    action: 'Read the list of doctors again.',
  },
  TOO_MANY_DOCTORS: {
    answers: { 400: 'That day has more than 50 doctors. Name one of them in doctor_id.' },
    action: 'Ask for one doctor at a time; in a search, for a specialty or a type that fewer doctors have.',
  },
  UNKNOWN_PATIENT: {
    answers: { 400: 'Patient 31 not found.' },
    action: 'Read the list of patients again.',
  },
  DOCTOR_INACTIVE: {
    answers: { 400: 'This doctor takes no bookings at present. Choose another doctor.' },
    action: 'Offer another doctor.',
  },
  STATUS_NOT_POSSIBLE: {
    answers: {
      400: 'A booking that is booked cannot become arrived on another day. Possible: fulfilled.',
    },
    action: 'Read the booking again, and offer what `allowed` lists.',
  },
  NO_SUCH_TIME: {
    answers: {
      400: `10:00 does not exist on ${EXAMPLE_DATE}: the clocks skip it. Choose another time.`,
    },
    action: 'Offer the available slots: the clocks skip this time on that date.',
  },
  NOT_IN_FUTURE: {
    answers: { 400: `${EXAMPLE_DATE} 10:00 is not in the future. Choose a later time.` },
    action: 'Offer a later slot.',
  },
  OUTSIDE_AVAILABILITY: {
    answers: {
      400: `An appointment of 30 minutes from 10:00 on ${EXAMPLE_DATE} is outside the doctor's hours. Choose one of the available slots.`,
    },
    action: 'Offer the available slots of that doctor and date.',
  },
  EXCEPTION: {
    answers: {
      400: `The doctor is away during the 30 minutes from 10:00 on ${EXAMPLE_DATE}. Choose one of the available slots.`,
    },
    action: 'Offer the available slots of that doctor and date.',
  },
  TAKEN: {
    answers: { 400: `10:00 on ${EXAMPLE_DATE} is already taken. Choose one of the available slots.` },
    action: 'Read the available slots again and let the person choose another one.',
  },
  BOOKING_NOT_FOUND: {
    answers: { 400: 'Booking not found or already cancelled', 404: 'Booking not found.' },
    action: 'Read the list of bookings again.',
  },
  BOOKING_STARTED: {
    answers: { 400: 'This booking has already started and can no longer be changed.' },
    action: 'Do not offer to change it; the patient can call the clinic.',
  },
  UNKNOWN_BOOKING: {
    answers: {
      400: 'after must be the id of the last booking on the previous page.',
    },
    action: 'Read the list again from its first page.',
  },
  BOOKINGS_AHEAD: {
    answers: {
      400: 'In Asia/Tokyo, booking 101 of doctor 9 would start at a different moment. Set the time zone that it was made in, or cancel it first.',
    },
    action: 'Send the zone that the bookings were made in, or cancel them first.',
  },
  DOCTOR_TIME_ZONE: {
    answers: {
      400: 'The time zone of doctor 9, PST, is unknown. An admin must set it: PATCH /api/doctors/9 with the IANA time zone of a place, such as America/Santiago.',
    },
    action: 'Tell the clinic: an admin must set the time zone of this doctor.',
  },
  TIME_ZONE_FIXED: {
    answers: {
      400: "The time zone of doctor 9, Europe/Madrid, cannot change before the doctor's bookings have ended. Cancel those ahead first, or create another profile for another place.",
    },
    action: 'Cancel the bookings ahead first, or create another profile for another place.',
  },
  NOTHING_TO_CHANGE: {
    answers: {
      400: 'Send at least one of date, time and duration; the front desk also doctor_id and note.',
    },
    action: 'Fix the client: send the fields to change.',
  },
  WINDOW_REVERSED: {
    answers: { 400: 'start_time must be before end_time' },
    action: 'Ask for an end after the start.',
  },
  WINDOW_OVERLAPS: {
    answers: {
      400: 'This overlaps another window of the doctor on that day. Choose other hours, or delete that window first.',
    },
    action: 'Read the windows again; choose hours that are free, or delete the other window first.',
  },
  AVAILABILITY_NOT_FOUND: {
    answers: { 400: 'Availability not found' },
    action: 'Read the list of windows again.',
  },
  EXCEPTION_FORM: {
    answers: { 400: 'start_time and end_time are required unless is_full_day is true' },
    action: 'Send either `is_full_day: true` or both times.',
  },
  TOO_MANY_WINDOWS: {
    answers: { 400: 'This weekday already has 50 windows. Delete some, or add a longer one.' },
    action: 'Delete windows of that weekday, or add a longer one.',
  },
  EXCEPTION_REVERSED: {
    answers: { 400: 'start_time must be before end_time' },
    action: 'Ask for an end after the start.',
  },
  EXCEPTION_PAST: {
    answers: { 400: 'This date is in the past. Block today or a later date.' },
    action: 'Ask for today or a later date.',
  },
  TOO_MANY_EXCEPTIONS: {
    answers: {
      400: `${EXAMPLE_DATE} already has 50 exceptions. Delete some, or block a longer time at once.`,
    },
    action: 'Delete exceptions of that date, or block a longer time at once.',
  },
  EXCEPTION_NOT_FOUND: {
    answers: { 400: 'Exception not found' },
    action: 'Read the list of exceptions again.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

import { EXAMPLE_DATE } from '../time/example-date.js';
import type { ErrorCodeInfo } from './error-code-info.js';

/** Rules that follow from appointment types and limits. */
export const RULE_CODES = {
  TYPE_REQUIRED: {
    answers: { 400: 'Choose an appointment type and send its id as type_id.' },
    action: 'Let the person choose one of the appointment types.',
  },
  NOT_OFFERED: {
    answers: {
      400: 'This doctor does not offer appointments of this type. Choose another doctor or another type.',
    },
    action: 'Offer another doctor, or the types that the doctor offers.',
  },
  NO_DOCTOR_FREE: {
    answers: { 400: `No doctor is free at 10:00 on ${EXAMPLE_DATE}. Choose another time.` },
    action:
      'Search for free starts again (`GET /api/availability/search`) and let the person choose another one.',
  },
  TOO_SOON: {
    answers: {
      400: `10:00 on ${EXAMPLE_DATE} is too soon: this appointment must be booked earlier. Choose a later time.`,
    },
    action: 'Offer a later slot.',
  },
  TOO_FAR: {
    answers: { 400: `${EXAMPLE_DATE} is too far ahead. Choose an earlier date.` },
    action: 'Offer an earlier date.',
  },
  OFF_GRID: {
    answers: {
      400: `Appointments of this type do not start at 10:00 on ${EXAMPLE_DATE}. Choose one of the available slots.`,
    },
    action: 'Offer the available slots of that doctor, date and type.',
  },
  BUFFER: {
    answers: {
      400: `10:00 on ${EXAMPLE_DATE} is too close to another appointment. Choose one of the available slots.`,
    },
    action: 'Read the available slots again and let the person choose another one.',
  },
  DAY_FULL: {
    answers: {
      400: `The doctor takes no more appointments of this type on ${EXAMPLE_DATE}. Choose another date.`,
    },
    action: 'Offer another date or another doctor.',
  },
  PATIENT_BUSY: {
    answers: {
      400: `The patient has another appointment at 10:00 on ${EXAMPLE_DATE}. Choose another time, or cancel that one first.`,
    },
    action: 'Read the available slots of this patient again and let the person choose another one.',
  },
  TOO_MANY_BOOKINGS: {
    answers: { 400: 'The patient has as many appointments ahead as one may have. Cancel one first.' },
    action: 'Let the person cancel an appointment first, or call the clinic.',
  },
  TOO_LATE: {
    answers: {
      400: `The appointment at 10:00 on ${EXAMPLE_DATE} is too close to be changed. Call the clinic.`,
    },
    action: 'Do not offer to change it; the patient can call the clinic.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

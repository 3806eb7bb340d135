import type { LetterKind, LetterTexts, Reachable } from './booking-texts.js';

function toChange({ phone, isBookedByClinic }: Reachable): string {
  if (!isBookedByClinic)
    return 'If you need to move or cancel the appointment, please do so where you booked it, before it starts.';
  const call = phone === null ? 'tell the clinic' : `call the clinic before it starts: ${phone}`;
  return `If you need to move or cancel the appointment, please ${call}.`;
}
const DECLINING = 'Declining or deleting it there does not cancel the appointment.';
const FROM_CALENDAR = 'The attached file removes the appointment from your calendar.';

/** The texts of each kind of email about a booking, in English. */
export const BOOKING_TEXTS_EN: Readonly<Record<LetterKind, LetterTexts>> = {
  booked: {
    subject: 'Appointment confirmed',
    heading: 'Your appointment is confirmed',
    sentence: (doctor, moment) => `Your appointment with ${doctor} is confirmed for ${moment}.`,
    ofDependant: {
      heading: 'The appointment is confirmed',
      sentence: (patient, doctor, moment) =>
        `The appointment of ${patient} with ${doctor} is confirmed for ${moment}.`,
    },
    next: (clinic) => [
      `The attached file adds the appointment to your calendar. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  moved: {
    subject: 'Appointment moved',
    heading: 'Your appointment has a new time',
    sentence: (doctor, moment) => `Your appointment with ${doctor} now takes place on ${moment}.`,
    ofDependant: {
      heading: 'The appointment has a new time',
      sentence: (patient, doctor, moment) =>
        `The appointment of ${patient} with ${doctor} now takes place on ${moment}.`,
    },
    next: (clinic) => [
      `The earlier time no longer applies. The attached file updates the appointment in your calendar. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  moved_to_doctor: {
    subject: 'Appointment moved',
    heading: 'Your appointment has changed',
    sentence: (doctor, moment) => `Your appointment is now with ${doctor}, on ${moment}.`,
    ofDependant: {
      heading: 'The appointment has changed',
      sentence: (patient, doctor, moment) =>
        `The appointment of ${patient} is now with ${doctor}, on ${moment}.`,
    },
    next: (clinic) => [
      `The earlier appointment no longer applies. The attached file updates the appointment in your calendar. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  other_duration: {
    subject: 'Appointment changed',
    heading: 'Your appointment has another duration',
    sentence: (doctor, moment) =>
      `Your appointment with ${doctor} still starts on ${moment}, and has another duration.`,
    ofDependant: {
      heading: 'The appointment has another duration',
      sentence: (patient, doctor, moment) =>
        `The appointment of ${patient} with ${doctor} still starts on ${moment}, and has another duration.`,
    },
    next: (clinic) => [
      `The attached file updates the appointment in your calendar. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  cancelled: {
    subject: 'Appointment cancelled',
    heading: 'Your appointment is cancelled',
    sentence: (doctor, moment) => `Your appointment with ${doctor} on ${moment} has been cancelled.`,
    ofDependant: {
      heading: 'The appointment is cancelled',
      sentence: (patient, doctor, moment) =>
        `The appointment of ${patient} with ${doctor} on ${moment} has been cancelled.`,
    },
    next: () => [
      `There is nothing more for you to do. ${FROM_CALENDAR}`,
      'If the appointment is still needed, you are welcome to book another time.',
    ],
  },
  cancelled_by_clinic: {
    subject: 'Appointment cancelled',
    heading: 'Your appointment is cancelled',
    sentence: (doctor, moment) => `The clinic has cancelled your appointment with ${doctor} on ${moment}.`,
    ofDependant: {
      heading: 'The appointment is cancelled',
      sentence: (patient, doctor, moment) =>
        `The clinic has cancelled the appointment of ${patient} with ${doctor} on ${moment}.`,
    },
    next: ({ phone }) => [
      `We are sorry for the inconvenience. Please book another time, or ${phone === null ? 'ask the clinic for one' : `call the clinic: ${phone}`}.`,
      FROM_CALENDAR,
    ],
  },
  reminder_24h: {
    subject: 'Appointment reminder',
    heading: 'A reminder of your appointment',
    sentence: (doctor, moment) =>
      `We would like to remind you of your appointment with ${doctor} on ${moment}.`,
    ofDependant: {
      heading: 'A reminder of an appointment',
      sentence: (patient, doctor, moment) =>
        `We would like to remind you of the appointment of ${patient} with ${doctor} on ${moment}.`,
    },
    next: ({ phone, isBookedByClinic }) => [
      isBookedByClinic
        ? `If you cannot come, please ${phone === null ? 'tell the clinic' : `call the clinic (${phone})`}, so that somebody else can have the time.`
        : 'If you cannot come, please move or cancel the appointment where you booked it, so that somebody else can have the time.',
    ],
  },
  reminder_1h: {
    subject: 'Your appointment starts soon',
    heading: 'Your appointment starts soon',
    sentence: (doctor, moment) => `Your appointment with ${doctor} starts soon, on ${moment}.`,
    ofDependant: {
      subject: 'An appointment starts soon',
      heading: 'The appointment starts soon',
      sentence: (patient, doctor, moment) =>
        `The appointment of ${patient} with ${doctor} starts soon, on ${moment}.`,
    },
    next: ({ phone, isBookedByClinic }) => [
      isBookedByClinic
        ? `If you can no longer come, please ${phone === null ? 'tell the clinic' : `call the clinic: ${phone}`}.`
        : 'If you can no longer come, please cancel the appointment where you booked it.',
    ],
  },
};

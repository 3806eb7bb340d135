import type { Catalogue } from './catalogue.js';
import type { LocalTime } from './local-time.js';

const longDate = (when: LocalTime): string => `${when.weekday}, ${when.day} ${when.month} ${when.year}`;
const moment = (when: LocalTime): string => `${longDate(when)} at ${when.clock} (${when.zone})`;

/** The emails in English. */
export const en: Catalogue = {
  language: 'en',
  longDate,
  moment,
  shortDate: (when) => `${when.weekdayShort} ${when.day} ${when.monthShort} ${when.year}`,
  greeting: 'Dear patient,',
  greetingTo: (name) => `Dear ${name},`,
  yourDependant: 'your dependant',
  account: {
    greeting: 'Hello,',
    detailsTitle: 'Your code',
    goodUntilLabel: 'Valid until',
    codeRoute: (label, route) =>
      `Enter the “${label}” where you log in. If you find no place for it, ask the clinic where to use ${route}. Give this code to nobody, not even to the clinic.`,
    whyYouGetThis: 'This email was sent automatically because somebody entered this email address.',
  },
  notices: {
    detailsTitle: 'What was done',
    whenLabel: 'When',
    roleLabel: 'Role',
    roles: { admin: 'Admin', staff: 'Front desk', doctor: 'Doctor', user: 'Patient' },
    accountLabel: 'Account',
    ifNotYou:
      'If you did not do this or ask for it, choose a new password now, where you log in, and tell the clinic.',
    whyYouGetThis: 'This email was sent automatically because something about your account was changed.',
  },
  unconfirmed: {
    sentence:
      'Nobody has confirmed this address yet. If you do not know about this account, say so: after that, only a code for a new password still comes here, if somebody asks for one.',
    patientsSentence:
      'Somebody gave the clinic this address for a patient. If you do not know about this appointment, say so, and no further emails about appointments will come here.',
    invitedSentence:
      'Somebody gave the clinic this address for a patient. If you do not know about this invitation, say so, and no further emails about appointments will come here.',
    patientsStep:
      'Somebody gave the clinic this address for a patient. If you do not know about this appointment, please tell the clinic.',
    confirm: 'Confirm this address',
    notMe: 'This is not me',
    notMeCodeLabel: 'Code for “This is not me”',
    confirmByRoute: (route) =>
      `Confirm this address: have a code mailed to it where you log in. If you find no place for that, ask the clinic to send this address to ${route}.`,
    notMeByRoute: (route) =>
      `This is not me: give the code for “This is not me”, below, to the clinic, and ask it to send that code to ${route}. It does nothing else.`,
  },
  detailsTitle: 'Appointment details',
  labels: {
    patient: 'Patient',
    date: 'Date',
    time: 'Time',
    doctorsTime: 'Doctor’s local time',
    earlierTime: 'Earlier time',
    earlierDuration: 'Earlier duration',
    earlierDoctor: 'Earlier doctor',
    doctor: 'Doctor',
    specialty: 'Specialty',
    duration: 'Duration',
    bookingNumber: 'Booking number',
  },
  reasonLabel: 'Reason',
  regards: 'Kind regards,',
  whyYouGetThis:
    'This email was sent automatically because an appointment was booked with this email address.',
  calendarTitle: (doctor) => `Appointment with ${doctor}`,
  calendarNote:
    'The email with this appointment says how to move or cancel it. Declining or deleting it here does not cancel it.',
};

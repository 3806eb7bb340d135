import type { Catalogue } from './catalogue.js';
import type { LocalTime } from './local-time.js';

const longDate = (when: LocalTime): string => `${when.weekday}, ${when.day} ${when.month} ${when.year}`;
const moment = (when: LocalTime): string => `${longDate(when)} at ${when.clock} (${when.zone})`;

const toChange =
  'If you need to move or cancel the appointment, please do so where you booked it, before it starts.';

const declining = 'Declining or deleting it there does not cancel the appointment.';

/** The emails in English. */
export const en: Catalogue = {
  language: 'en',
  longDate,
  shortDate: (when) => `${when.weekdayShort} ${when.day} ${when.monthShort} ${when.year}`,
  greeting: 'Dear patient,',
  kinds: {
    booked: {
      subject: 'Appointment confirmed',
      heading: 'Your appointment is confirmed',
      sentence: (doctor, when) => `Your appointment with ${doctor} is confirmed for ${moment(when)}.`,
      next: ['The attached file adds the appointment to your calendar. ' + declining, toChange],
    },
    moved: {
      subject: 'Appointment moved',
      heading: 'Your appointment has a new time',
      sentence: (doctor, when) => `Your appointment with ${doctor} now takes place on ${moment(when)}.`,
      next: [
        'The earlier time no longer applies. The attached file updates the appointment in your calendar. ' +
          declining,
        toChange,
      ],
    },
    cancelled: {
      subject: 'Appointment cancelled',
      heading: 'Your appointment is cancelled',
      sentence: (doctor, when) => `Your appointment with ${doctor} on ${moment(when)} has been cancelled.`,
      next: [
        'There is nothing more for you to do. The attached file removes the appointment from your calendar.',
        'If you would still like to be seen, you are welcome to book another time.',
      ],
    },
    reminder_24h: {
      subject: 'Appointment reminder',
      heading: 'A reminder of your appointment',
      sentence: (doctor, when) =>
        `We would like to remind you of your appointment with ${doctor} on ${moment(when)}.`,
      next: [
        'If you cannot come, please move or cancel the appointment where you booked it, so that somebody else can have the time.',
      ],
    },
    reminder_1h: {
      subject: 'Your appointment starts soon',
      heading: 'Your appointment starts soon',
      sentence: (doctor, when) => `Your appointment with ${doctor} starts soon, on ${moment(when)}.`,
      next: ['If you can no longer come, please cancel the appointment where you booked it.'],
    },
  },
  account: {
    greeting: 'Hello,',
    kinds: {
      password_reset: {
        subject: 'Choose a new password',
        heading: 'Choose a new password',
        sentence: 'Somebody, we hope you, has asked for a new password for the account with this address.',
        linkText: 'Choose a new password',
        next: [
          'The code works once. With the new password you will have to log in again everywhere.',
          'If you did not ask for it, you need not do anything: your password stays as it is.',
        ],
      },
      verify_address: {
        subject: 'Confirm your address',
        heading: 'Please confirm your address',
        sentence: 'An account was opened with this address. Please confirm that it is yours.',
        linkText: 'Confirm this address',
        next: [
          'You will be asked for the password of the account.',
          'If you did not open an account, please do not confirm the address.',
        ],
      },
      invitation: {
        subject: 'Your new account',
        heading: 'An account for you',
        sentence: 'The clinic has opened an account for this address. Choose a password, and it is yours.',
        linkText: 'Choose a password',
        next: [
          'The code works once. Nobody at the clinic learns your password.',
          'If you did not expect an account, you need not do anything: it cannot be used without a password.',
        ],
      },
      change_address: {
        subject: 'Confirm your new address',
        heading: 'Please confirm your new address',
        sentence: 'Somebody, we hope you, wants the mails for an account to come to this address.',
        linkText: 'Confirm this address',
        next: [
          'The code works once. Once you enter it, the account has this address, and you will have to log in again everywhere.',
          'If you did not ask for it, you need not do anything: nothing changes.',
        ],
      },
    },
    detailsTitle: 'Your code',
    codeLabel: 'Code',
    goodUntilLabel: 'Good until',
    codeRoute: (route) =>
      `Enter the code where you log in. If you find no place for it, ask the clinic where to use ${route}. Give the code to nobody, not even to the clinic.`,
    moment,
    whyYouGetThis: 'This email was sent automatically because somebody entered this email address.',
  },
  notices: {
    kinds: {
      password_changed: {
        subject: 'Your password was changed',
        heading: 'Your password was changed',
        sentence: 'The password of your account was changed.',
        next: ['All sessions have ended. Please log in with the new password.'],
      },
      second_factor_added: {
        subject: 'A second factor was added',
        heading: 'Your account has a second factor',
        sentence: 'A second factor was added to your account.',
        next: ['From now on, logging in also takes the digits of your authenticator.'],
      },
      second_factor_removed: {
        subject: 'The second factor was removed',
        heading: 'Your account no longer has a second factor',
        sentence: 'The second factor of your account was removed.',
        next: ['From now on, logging in takes only the password.'],
      },
      role_changed: {
        subject: 'Your role was changed',
        heading: 'Your account has another role',
        sentence: 'An admin changed what your account may do.',
        next: ['All sessions have ended. Please log in again.'],
      },
      new_admin: {
        subject: 'There is a new admin',
        heading: 'There is a new admin',
        sentence: 'Another account was given the rights of an admin.',
        next: ['If you do not know about this, please disable the account and ask the other admins.'],
      },
      address_change_asked: {
        subject: 'Your address is to be changed',
        heading: 'Somebody wants to change your address',
        sentence:
          'Somebody who knows your password wants the mails for your account to go to another address.',
        next: ['The address changes once the new one is confirmed.'],
      },
      address_changed: {
        subject: 'Your address was changed',
        heading: 'Your account has another address',
        sentence: 'The address of your account was changed. From now on you log in with the new one.',
        next: ['All sessions have ended. Please log in again.'],
      },
    },
    detailsTitle: 'What was done',
    whenLabel: 'When',
    roleLabel: 'Role',
    roles: { admin: 'Admin', doctor: 'Doctor', user: 'Patient' },
    accountLabel: 'Account',
    ifNotYou:
      'If you did not do this or ask for it, choose a new password now, where you log in, and tell the clinic.',
    whyYouGetThis: 'This email was sent automatically because something about your account was changed.',
  },
  unconfirmed: {
    sentence:
      'Nobody has confirmed this address yet. If you do not know about this account, say so: after that, only a code for a new password still comes here, if somebody asks for one.',
    confirm: 'Confirm this address',
    notMe: 'This is not me',
    notMeCodeLabel: 'Code for “This is not me”',
    confirmByRoute: (route) =>
      `Confirm this address: have a code mailed to it where you log in. If you find no place for that, ask the clinic to send this address to ${route}.`,
    notMeByRoute: (route) =>
      `This is not me: give the code below to the clinic, and ask it to send the code to ${route}. The code does nothing else.`,
  },
  detailsTitle: 'Appointment details',
  labels: {
    date: 'Date',
    time: 'Time',
    doctorsTime: 'Doctor’s local time',
    earlierTime: 'Earlier time',
    doctor: 'Doctor',
    specialty: 'Specialty',
    duration: 'Duration',
    bookingNumber: 'Booking number',
  },
  regards: 'Kind regards,',
  whyYouGetThis:
    'This email was sent automatically because an appointment was booked with this email address.',
  calendarTitle: (doctor) => `Appointment with ${doctor}`,
  calendarNote:
    'You can move or cancel this appointment where you booked it. Declining or deleting it here does not cancel it.',
};

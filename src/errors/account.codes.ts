import type { ErrorCodeInfo } from './error-code-info.js';

/** Errors about accounts, sessions, doctors' profiles and notifications. */
export const ACCOUNT_CODES = {
  EMAIL_TAKEN: {
    answers: { 400: 'Email already exists' },
    action: 'Offer to log in or to reset the password, or ask for another address.',
  },
  EMAIL_NOT_VERIFIED: {
    answers: {
      400: 'This address is not confirmed yet. Use the link or the code in the mail that was sent to it.',
    },
    action:
      'Have the code mailed again (`POST /api/auth/verify-email/send`) and confirm the address with it.',
  },
  LINK_INVALID: {
    answers: {
      400: 'This code is not a valid one: it may have been used, have expired, or be incomplete. Ask for a new one.',
    },
    action: 'Have a new code mailed. Each is good once, and for a limited time.',
  },
  NO_SESSION: {
    answers: {
      400: 'This token has no session that could be ended alone. Use POST /api/auth/logout-everywhere.',
    },
    action: 'Use `POST /api/auth/logout-everywhere`.',
  },
  LAST_ADMIN: {
    answers: { 400: 'This is the last admin. Make another account an admin first.' },
    action: 'Make another account an admin first.',
  },
  IS_CONFIGURED: {
    answers: {
      400: 'ADMIN_EMAIL names this account, and each start relies on it: have the address taken out of the configuration first.',
    },
    action: 'Have the operator take the address out of `ADMIN_EMAIL` first.',
  },
  HAS_PROFILE: {
    answers: {
      400: 'Your account has a doctor profile that patients have bookings with. Ask an admin to settle those first.',
    },
    action: 'Have an admin settle the appointments of the doctor first.',
  },
  NOT_A_DOCTOR_ACCOUNT: {
    answers: { 400: 'Account 13 is not an enabled account of role doctor. Create one first.' },
    action: 'Create an account of role `doctor` first, and send its id.',
  },
  PROFILE_EXISTS: {
    answers: { 400: 'Account 13 already has a doctor profile. Use that one.' },
    action: 'Use the profile that there is.',
  },
  ACCOUNT_NOT_FOUND: {
    answers: { 404: 'There is no account 13.' },
    action: 'Read the list of accounts again.',
  },
  SESSION_NOT_FOUND: {
    answers: { 404: 'This session is not a live one of yours. GET /api/auth/sessions lists them.' },
    action: 'Read the list of sessions again; this one may have ended.',
  },
  PROFILE_NOT_FOUND: {
    answers: { 404: 'You have no doctor profile yet. Ask an admin to create it.' },
    action: 'Have an admin create the doctor profile of this account.',
  },
  DOCTOR_NOT_FOUND: {
    answers: { 404: 'There is no doctor 9.' },
    action: 'Read the list of doctors again.',
  },
  NOT_DEAD: {
    answers: { 404: 'There is no message 7 that was given up and still tells of its booking as it is.' },
    action: 'Read the list of notifications again: this one was sent, or says what is no longer true.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

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
      'Have the code emailed again (`POST /api/auth/verify-email/send`) and confirm the address with it.',
  },
  LINK_INVALID: {
    answers: {
      400: 'This code is not valid: it may have been used, have expired or be incomplete. Request a new one.',
    },
    action: 'Request a new code. Each code works once and expires.',
  },
  NO_SESSION: {
    answers: {
      400: 'This token has no session of its own. Use POST /api/auth/logout-everywhere.',
    },
    action: 'Use `POST /api/auth/logout-everywhere`.',
  },
  LAST_ADMIN: {
    answers: { 400: 'This is the last admin. Make another account an admin first.' },
    action: 'Make another account an admin first.',
  },
  IS_CONFIGURED: {
    answers: {
      400: 'ADMIN_EMAIL names this account, so every start relies on it. Have the operator remove the address from the configuration first.',
    },
    action: 'Have the operator remove the address from `ADMIN_EMAIL` first.',
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
    action: 'Use the existing profile.',
  },
  ACCOUNT_NOT_FOUND: {
    answers: { 404: 'Account 13 not found.' },
    action: 'Read the list of accounts again.',
  },
  SESSION_NOT_FOUND: {
    answers: { 404: 'You have no active session with this id. GET /api/auth/sessions lists your sessions.' },
    action: 'Read the list of sessions again; this one may have ended.',
  },
  PROFILE_NOT_FOUND: {
    answers: { 404: 'You have no doctor profile yet. Ask an admin to create it.' },
    action: 'Have an admin create the doctor profile of this account.',
  },
  DOCTOR_NOT_FOUND: {
    answers: { 404: 'Doctor 9 not found.' },
    action: 'Read the list of doctors again.',
  },
  NOT_DEAD: {
    answers: {
      404: 'Notification 7 cannot be retried: it is not dead, or its booking or code has changed since. GET /api/notifications?state=dead lists the dead ones.',
    },
    action: 'Read the list of notifications again: this one was sent, or its booking has changed since.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

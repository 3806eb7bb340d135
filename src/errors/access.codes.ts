import type { ErrorCodeInfo } from './error-code-info.js';

/** Errors about authentication and rights. */
export const ACCESS_CODES = {
  TOKEN_REQUIRED: {
    answers: { 401: 'Token required' },
    action: 'Log in, and send the token as `Authorization: Bearer <token>`.',
  },
  TOKEN_INVALID: {
    answers: { 401: 'Invalid token' },
    action: 'Forget the token and log in again.',
  },
  TOKEN_EXPIRED: {
    answers: { 401: 'Token expired' },
    action: 'Get a new token with the refresh token, else log in again. Then repeat the request.',
  },
  TOKEN_REVOKED: {
    answers: { 401: 'This token has been revoked. Log in again.' },
    action: 'Forget the token and log in again.',
  },
  REFRESH_TOKEN_INVALID: {
    answers: {
      401: 'This refresh token is unknown, has expired, was used before, or its session has ended. Log in again.',
    },
    action: 'Forget both tokens and log in again.',
  },
  ADMIN_REQUIRED: {
    answers: {
      401: 'Log in with the email and password of an admin; with a second factor, with a token in place of the password.',
    },
    action:
      'Only for the pages of operators. Send an admin’s credentials by HTTP Basic, with a second factor a token in place of the password.',
  },
  FORBIDDEN: {
    answers: { 403: 'Forbidden' },
    action: 'Do not offer this to the role of the account.',
  },
  CROSS_ORIGIN: {
    answers: { 403: 'Only the dashboard itself may change something here.' },
    action: 'Only for the dashboard. Open its page and act there.',
  },
  SECOND_FACTOR_REQUIRED: {
    answers: {
      400: 'Send the six digits of your authenticator too, as code.',
      403: 'Admins need a second factor here. Set one up at POST /api/auth/second-factor.',
    },
    action:
      'With 400, ask for the six digits of the authenticator and send them too. With 403, have the admin set up a second factor first.',
  },
  SECOND_FACTOR_WRONG: {
    answers: {
      400: 'Incorrect or already used code. Wait for the next one.',
    },
    action: 'Ask for the next six digits.',
  },
  SECOND_FACTOR_IS_ON: {
    answers: { 400: 'This account already has a second factor.' },
    action: 'Remove the second factor before setting up another one.',
  },
  SECOND_FACTOR_NOT_BEGUN: {
    answers: { 400: 'Request a new secret first, then confirm it.' },
    action: 'Start again at `POST /api/auth/second-factor`.',
  },
  INVALID_CREDENTIALS: {
    answers: { 400: 'Invalid credentials' },
    action: 'Ask for email and password again. The API does not reveal which of them is wrong.',
  },
  PASSWORD_REQUIRED: {
    answers: { 400: 'This needs your own password too. Send it as your_password.' },
    action: 'Ask the admin for their own password and send it as `your_password`.',
  },
  WRONG_PASSWORD: {
    answers: { 400: 'This is not the password of the account. Type it again, or have a new one mailed.' },
    action: 'Ask for the password again.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

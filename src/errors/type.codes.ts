import type { ErrorCodeInfo } from './error-code-info.js';

/** Errors about appointment types and limits. */
export const TYPE_CODES = {
  UNKNOWN_TYPE: {
    answers: { 400: 'Appointment type 3 not found.' },
    action: 'Read the list of appointment types again.',
  },
  TYPE_NOT_FOUND: {
    answers: { 404: 'Appointment type 3 not found.' },
    action: 'Read the list of appointment types again.',
  },
  TYPE_CODE_TAKEN: {
    answers: { 400: 'Another appointment type has the code first-visit. Choose another code.' },
    action: 'Ask for another code.',
  },
  TOO_MANY_TYPES: {
    answers: { 400: 'There are 200 appointment types already. Change one that is no longer used.' },
    action: 'Reuse a type that is not active.',
  },
  NOTICE_BEYOND_HORIZON: {
    answers: {
      400: 'Nobody could book first-visit: min_notice_minutes, 2880, is longer than horizon_days, 1. Shorten the notice, or extend the horizon.',
    },
    action: 'Ask for a shorter notice or a longer horizon.',
  },
  WINDOW_DATES_REVERSED: {
    answers: { 400: 'valid_from must not be after valid_until' },
    action: 'Ask for a last date that is not before the first.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

import type { ErrorCodeInfo } from './error-code-info.js';

/** Errors about the request itself, on any route. */
export const REQUEST_CODES = {
  VALIDATION_FAILED: {
    answers: { 400: 'date is required' },
    action: 'Show each message of `errors` beside its field, and let the person correct it.',
  },
  MALFORMED_REQUEST: {
    answers: { 400: 'The request could not be read. Send valid JSON to a valid URL.' },
    action: 'Fix the client: the body is not valid JSON in UTF-8, or the URL is malformed.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    answers: { 400: 'Idempotency-Key must be one text of 1 to 255 printable ASCII characters' },
    action: 'Fix the client: send one key, such as a UUID.',
  },
  IDEMPOTENCY_KEY_NOT_TAKEN: {
    answers: {
      400: 'This request does not support Idempotency-Key: sent twice, it would take effect twice. Send it without the header.',
    },
    action: 'Send the request without the header.',
  },
  NOT_FOUND: {
    answers: { 404: 'Nothing found at this URL. See /api/docs for the available endpoints.' },
    action: 'Fix the client: no route has this path.',
  },
  METHOD_NOT_ALLOWED: {
    answers: { 405: 'This URL does not support that method. See /api/docs.' },
    action: 'Fix the client: this path supports other methods.',
  },
  TOO_SLOW: {
    answers: { 408: 'The request took too long to arrive. Please try again.' },
    action: 'Send the request again, in one go.',
  },
  REQUEST_IN_PROGRESS: {
    answers: {
      409: 'A request with this Idempotency-Key is still in progress. Try again in a moment to get its response.',
    },
    action: 'Send the same request again, with the same key, after `Retry-After` seconds.',
  },
  RESPONSE_ERASED: {
    answers: {
      409: 'This request was executed before. Its response is gone, because the person it was about has been erased.',
    },
    action: 'Do not send the request again. To enter the person anew, use a new key.',
  },
  VERSION_MISMATCH: {
    answers: {
      412: 'This was changed since you read it. Read it again, then repeat your change if it is still right.',
    },
    action: 'Read it again, show what changed, and repeat the change with the new `ETag` as `If-Match`.',
  },
  BODY_TOO_LARGE: {
    answers: { 413: 'The request body is too large. Send at most 64 KiB.' },
    action: 'Send less.',
  },
  ADDRESS_TOO_LONG: {
    answers: { 414: 'The URL of the request is too long. Send fewer or shorter parameters.' },
    action: 'Send fewer or shorter parameters.',
  },
  NOT_JSON: {
    answers: { 415: 'Send the body as JSON in UTF-8, with the header Content-Type: application/json.' },
    action: 'Fix the client: send JSON, with a matching `Content-Type`.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    answers: {
      422: 'This Idempotency-Key was already used for a different request. Use a new key for a new request.',
    },
    action: 'Send a new request with a new key.',
  },
  TOO_MANY_REQUESTS: {
    answers: { 429: 'Too many requests. Try again in 30 seconds.' },
    action: 'Wait for `Retry-After` seconds, then try again.',
  },
  HEADERS_TOO_LONG: {
    answers: { 431: 'The URL and headers of the request are too long. Send fewer or shorter headers.' },
    action: 'Send fewer or shorter headers.',
  },
  INTERNAL_ERROR: {
    answers: { 500: 'Something went wrong on our side. The error was logged. Please try again.' },
    action: 'Try again later. If it keeps failing, give the clinic the `request_id`.',
  },
  UNAVAILABLE: {
    answers: {
      503: 'The service is busy, or cannot reach its database. Nothing was changed. Try again in a few seconds.',
    },
    action:
      'Wait for `Retry-After` seconds, then try again; with the same `Idempotency-Key` nothing takes effect twice.',
  },
  BUSY: {
    answers: {
      503: 'The service is busy, or cannot reach its database. Nothing was changed. Try again in a few seconds.',
    },
    action: 'Nothing was changed. Wait for `Retry-After` seconds, then try again.',
  },
  OUTCOME_UNKNOWN: {
    answers: {
      503:
        'The connection to the database broke while saving. Send the request again if it has an Idempotency-Key; otherwise ' +
        'check first whether your change was made.',
    },
    action:
      'Check whether the change was made before trying again; or send it again with the same `Idempotency-Key`.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

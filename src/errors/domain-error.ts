import type { ErrorCode } from './error-codes.js';

/**
 * Something a client is told in words. Services throw these; only the problem filter knows what status each
 * becomes.
 */
export abstract class DomainError extends Error {
  /**
   * @param code stable, SCREAMING_SNAKE: what clients branch on
   * @param message what went wrong and what to do, for a person
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** A rule of the clinic, or the shape of the request, says no. */
export class Refusal extends DomainError {
  /** @param errors each field at fault with its own message, when the fault lies in fields */
  constructor(
    code: ErrorCode,
    message: string,
    readonly errors?: readonly { field: string; message: string }[],
  ) {
    super(code, message);
  }
}

/** The caller has not shown who they are. */
export class Unauthenticated extends DomainError {}

export function tokenEnded(): Unauthenticated {
  return new Unauthenticated('TOKEN_REVOKED', 'This token was ended. Log in again.');
}

/** The caller is known and may not do this. */
export class Forbidden extends DomainError {}

/** What the path names does not exist, for this caller. */
export class NotFound extends DomainError {}

/** The same request, by its key, is being done at this moment. */
export class InProgress extends DomainError {
  readonly retryAfterSeconds = 1;

  constructor() {
    super(
      'REQUEST_IN_PROGRESS',
      'A request with this Idempotency-Key is being worked on. Ask again in a moment for its answer.',
    );
  }
}

/** The key names a request already, and another one. */
export class Mismatch extends DomainError {
  constructor() {
    super(
      'IDEMPOTENCY_KEY_REUSED',
      'This Idempotency-Key was used for a request with another body. Use a new key for a new request.',
    );
  }
}

/** Too many requests; allowed again after `retryAfterSeconds`. */
export class TooManyRequests extends DomainError {
  constructor(readonly retryAfterSeconds: number) {
    super('TOO_MANY_REQUESTS', `Too many requests. Try again in ${inWords(retryAfterSeconds)}.`);
  }
}

/** A time to wait, as people say it; never less than it is. */
function inWords(seconds: number): string {
  const [size, unit] = seconds > 7_200 ? [3_600, 'hour'] : seconds > 120 ? [60, 'minute'] : [1, 'second'];
  const count = Math.ceil(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** The service cannot answer right now, through no fault of the client; nothing was changed. */
export class Unavailable extends DomainError {
  readonly retryAfterSeconds: number = 2;

  constructor(
    code: ErrorCode = 'UNAVAILABLE',
    message = 'The service is busy, or cannot reach its database. Nothing was changed. Try again in a few seconds.',
  ) {
    super(code, message);
  }
}

import type { ErrorCode } from './error-codes.js';
import type { ProblemMembers } from './problem-members.js';

/** An error that the client gets to see. Services throw it; only the problem filter knows its HTTP status. */
export abstract class DomainError extends Error {
  /**
   * @param code stable, SCREAMING_SNAKE, for clients to branch on
   * @param message what is wrong and what to do, for people
   * @param details further members of the problem document
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: ProblemMembers,
  ) {
    super(message);
  }
}

/** The request breaks a rule of the clinic, or is malformed. */
export class Refusal extends DomainError {
  /** @param errors each invalid field with its own message, if the error is about fields */
  constructor(
    code: ErrorCode,
    message: string,
    readonly errors?: readonly { field: string; message: string }[],
    details?: ProblemMembers,
  ) {
    super(code, message, details);
  }
}

/** The request is not authenticated. */
export class Unauthenticated extends DomainError {}

export function tokenRevoked(): Unauthenticated {
  return new Unauthenticated('TOKEN_REVOKED', 'This token has been revoked. Log in again.');
}

/** The actor is known but lacks the right to do this. */
export class Forbidden extends DomainError {}

/** The resource does not exist, or not for this actor. */
export class NotFound extends DomainError {}

/** The request conflicts with what is there. Nothing was changed; the client decides how to go on. */
export class Conflict extends DomainError {}

/** The resource has another version than `If-Match` names. */
export class VersionMismatch extends DomainError {
  constructor() {
    super(
      'VERSION_MISMATCH',
      'This was changed since you read it. Read it again, then repeat your change if it is still right.',
    );
  }
}

/** A request with the same idempotency key is still in progress. */
export class InProgress extends DomainError {
  readonly retryAfterSeconds = 1;

  constructor() {
    super(
      'REQUEST_IN_PROGRESS',
      'A request with this Idempotency-Key is still in progress. Try again in a moment to get its response.',
    );
  }
}

/** The idempotency key was used for a different request. */
export class Mismatch extends DomainError {
  constructor() {
    super(
      'IDEMPOTENCY_KEY_REUSED',
      'This Idempotency-Key was already used for a different request. Use a new key for a new request.',
    );
  }
}

/** Too many requests; allowed again after `retryAfterSeconds`. */
export class TooManyRequests extends DomainError {
  /** @param what is wrong, in a sentence */
  constructor(
    readonly retryAfterSeconds: number,
    what = 'Too many requests.',
  ) {
    super('TOO_MANY_REQUESTS', `${what} Try again in ${inWords(retryAfterSeconds)}.`);
  }
}

/** A waiting time for people, rounded up. */
function inWords(seconds: number): string {
  const [size, unit] = seconds > 7_200 ? [3_600, 'hour'] : seconds > 120 ? [60, 'minute'] : [1, 'second'];
  const count = Math.ceil(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** The service is temporarily unavailable. By default, nothing was changed. */
export class Unavailable extends DomainError {
  readonly retryAfterSeconds: number = 2;

  constructor(
    code: ErrorCode = 'UNAVAILABLE',
    message = 'The service is busy, or cannot reach its database. Nothing was changed. Try again in a few seconds.',
  ) {
    super(code, message);
  }
}

import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.js';

export const KEY_HEADER = 'Idempotency-Key';
export const REPLAYED_HEADER = 'Idempotency-Replayed';
export const PRINTABLE = /^[\x20-\x7e]{1,255}$/;
export const ACCEPTS_KEY = 'idempotency:accepts';

/** Says of a route that it takes an `Idempotency-Key`: its service does what it does within `IdempotentRequests.once`. */
export function AcceptsIdempotencyKey(): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCEPTS_KEY, true),
    ApiHeader({
      name: KEY_HEADER,
      required: false,
      description:
        'A name of your choice for this request, such as a UUID. Sent again with the same key and body within 24 ' +
        'hours it is not done again: you get the first answer, also if that was a refusal by a rule, with the header ' +
        `\`${REPLAYED_HEADER}: true\`. A request that cannot be read, such as one with a malformed date, uses no key. ` +
        'Tokens are not kept: a replay issues new ones.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: PRINTABLE.source },
    }),
    ApiProblems('IDEMPOTENCY_KEY_INVALID', 'REQUEST_IN_PROGRESS', 'IDEMPOTENCY_KEY_REUSED'),
  );
}

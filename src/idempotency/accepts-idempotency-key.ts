import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.js';

export const KEY_HEADER = 'Idempotency-Key';
export const REPLAYED_HEADER = 'Idempotency-Replayed';
export const PRINTABLE = /^[\x20-\x7e]{1,255}$/;
export const ACCEPTS_KEY = 'idempotency:accepts';
/** The key takes effect, or the route needs none. */
export type KeyUse = 'stored' | 'unneeded';

/** Marks a route that supports `Idempotency-Key`: its service runs all its work in `IdempotentRequests.once`. */
export function AcceptsIdempotencyKey(): MethodDecorator {
  return applyDecorators(
    documented(
      'stored',
      'A unique value for this request, such as a UUID. A repeated request with the same key and body within 24 ' +
        'hours does not take effect again: it gets the first response, even if a rule rejected the request, with the ' +
        `header \`${REPLAYED_HEADER}: true\`. An invalid request, such as one with a malformed date, does not use up its key. ` +
        'Tokens are not stored: a replay issues new ones.',
    ),
    ApiProblems('REQUEST_IN_PROGRESS', 'IDEMPOTENCY_KEY_REUSED', 'RESPONSE_ERASED'),
  );
}

/** Marks a route that takes effect once anyway, so that clients that send a key with every request can call it. */
export function NeedsNoIdempotencyKey(): MethodDecorator {
  return documented('unneeded', 'Not needed: a repeated request changes nothing.');
}

function documented(use: KeyUse, description: string): MethodDecorator {
  const schema = { type: 'string', minLength: 1, maxLength: 255, pattern: PRINTABLE.source };
  return applyDecorators(
    SetMetadata(ACCEPTS_KEY, use),
    ApiHeader({ name: KEY_HEADER, required: false, description, schema }),
    ApiProblems('IDEMPOTENCY_KEY_INVALID'),
  );
}

import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { Refusal } from '../http/domain-error.js';

/** A request that its client has given a name, so that it can be sent again without being done again. */
export interface KeyedRequest {
  readonly accountId: number;
  /** Method and path pattern: the same key on another route is another request. */
  readonly route: string;
  readonly key: string;
  /** What the path names, such as the id of a booking. */
  readonly params: object;
  readonly body: unknown;
}

const HEADER = 'Idempotency-Key';
const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** Documents that a route takes an `Idempotency-Key`. */
export function AcceptsIdempotencyKey(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: HEADER,
      required: false,
      description:
        'A name of your choice for this request, such as a UUID. Sent again with the same key and body within 24 ' +
        'hours it is not done again: you get the first answer, also if that was a refusal by a rule. A request that ' +
        'cannot be read, such as one with a malformed date, uses no key.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: PRINTABLE.source },
    }),
    ApiProblems('IDEMPOTENCY_KEY_INVALID', 'REQUEST_IN_PROGRESS', 'IDEMPOTENCY_KEY_REUSED'),
  );
}

/**
 * Hands a controller the request under its `Idempotency-Key`; `undefined` where the client gave none.
 *
 * @throws Refusal IDEMPOTENCY_KEY_INVALID
 */
export const Keyed = createParamDecorator(
  (_: unknown, context: ExecutionContext): KeyedRequest | undefined => {
    const request = context.switchToHttp().getRequest<FastifyRequest & { user: { id: number } }>();
    const [key, ...more] = request.raw.headersDistinct[HEADER.toLowerCase()] ?? [];
    if (key === undefined) return undefined;
    if (!PRINTABLE.test(key) || more.length > 0) {
      const message = `${HEADER} must be one text of 1 to 255 printable ASCII characters`;
      throw new Refusal('IDEMPOTENCY_KEY_INVALID', message, [{ field: HEADER, message }]);
    }
    return {
      accountId: request.user.id,
      route: `${request.method} ${request.routeOptions.url}`,
      key,
      params: request.params as object,
      body: request.body,
    };
  },
);

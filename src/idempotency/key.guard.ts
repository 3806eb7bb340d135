import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/domain-error.js';
import type { KeyedRequest, SignedInRequest } from '../http/context.js';
import { ACCEPTS_KEY, KEY_HEADER, PRINTABLE, REPLAYED_HEADER } from './accepts-idempotency-key.js';

type Request = FastifyRequest & Partial<Pick<SignedInRequest, 'user' | 'keyed'>>;

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Reads the `Idempotency-Key` of every request that changes something; a key that would not be heeded is refused. It stands
 * behind the guard that knows whose request it is.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws Refusal IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_NOT_TAKEN */
  canActivate(context: ExecutionContext): true {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (SAFE.has(request.method)) return true;
    const keys = request.raw.headersDistinct[KEY_HEADER.toLowerCase()];
    if (keys === undefined) return true;
    const accepts = this.reflector.get<boolean | undefined>(ACCEPTS_KEY, context.getHandler());
    if (!accepts || !request.user) throw notTaken();
    request.keyed = keyedRequest(keys, request, http.getResponse<FastifyReply>(), request.user.id);
    return true;
  }
}

function keyedRequest(
  [key = '', ...more]: readonly string[],
  request: Request,
  reply: FastifyReply,
  accountId: number,
): KeyedRequest {
  if (!PRINTABLE.test(key) || more.length > 0)
    throw refusal(
      'IDEMPOTENCY_KEY_INVALID',
      `${KEY_HEADER} must be one text of 1 to 255 printable ASCII characters`,
    );
  return {
    accountId,
    route: `${request.method} ${request.routeOptions.url}`,
    key,
    params: request.params as object,
    query: request.query as object,
    body: request.body,
    replayed: () => void reply.header(REPLAYED_HEADER, 'true'),
  };
}

function notTaken(): Refusal {
  return refusal(
    'IDEMPOTENCY_KEY_NOT_TAKEN',
    `This request takes no ${KEY_HEADER}: sent twice it would be done twice. Send it without the header.`,
  );
}

function refusal(code: 'IDEMPOTENCY_KEY_INVALID' | 'IDEMPOTENCY_KEY_NOT_TAKEN', message: string): Refusal {
  return new Refusal(code, message, [{ field: KEY_HEADER, message }]);
}

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/domain-error.js';
import type { KeyedRequest, SignedInRequest } from '../http/context.js';
import {
  ACCEPTS_KEY,
  KEY_HEADER,
  type KeyUse,
  PRINTABLE,
  REPLAYED_HEADER,
} from './accepts-idempotency-key.js';

type Request = FastifyRequest & Partial<Pick<SignedInRequest, 'user' | 'keyed'>>;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Reads the `Idempotency-Key` of every request that may change something, and refuses a key that would have no effect.
 * Runs after the access guard, which identifies the account.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws Refusal IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_NOT_TAKEN */
  canActivate(context: ExecutionContext): true {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (SAFE_METHODS.has(request.method)) return true;
    const keys = request.raw.headersDistinct[KEY_HEADER.toLowerCase()];
    if (keys === undefined) return true;
    const use = this.reflector.get<KeyUse | undefined>(ACCEPTS_KEY, context.getHandler());
    const key = use && validKey(keys);
    if (use === 'unneeded') return true;
    if (key === undefined || !request.user) throw notSupported();
    request.keyed = keyedRequest(key, request, http.getResponse<FastifyReply>(), request.user.id);
    return true;
  }
}

function validKey([key = '', ...more]: readonly string[]): string {
  if (PRINTABLE.test(key) && more.length === 0) return key;
  throw refusal(
    'IDEMPOTENCY_KEY_INVALID',
    `${KEY_HEADER} must be one text of 1 to 255 printable ASCII characters`,
  );
}

function keyedRequest(key: string, request: Request, reply: FastifyReply, accountId: number): KeyedRequest {
  let isReplayed = false;
  return {
    accountId,
    route: `${request.method} ${request.routeOptions.url}`,
    key,
    params: request.params as object,
    query: request.query as object,
    body: request.body,
    get isReplayed() {
      return isReplayed;
    },
    markReplayed: () => {
      isReplayed = true;
      void reply.header(REPLAYED_HEADER, 'true');
    },
  };
}

function notSupported(): Refusal {
  return refusal(
    'IDEMPOTENCY_KEY_NOT_TAKEN',
    `This request does not support ${KEY_HEADER}: sent twice, it would take effect twice. Send it without the header.`,
  );
}

function refusal(code: 'IDEMPOTENCY_KEY_INVALID' | 'IDEMPOTENCY_KEY_NOT_TAKEN', message: string): Refusal {
  return new Refusal(code, message, [{ field: KEY_HEADER, message }]);
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusalTrail } from '../audit/refusal-trail.js';
import { addressOf } from '../http/client-address.js';
import { anonymousContextOf } from '../http/context.js';
import { notesOf } from '../http/request-notes.js';
import type { Principal } from './principal.js';

/** Refusals, but for 403, that may mean that somebody holds a token who should not. */
const TELLING = ['TOKEN_REVOKED', 'WRONG_PASSWORD', 'SECOND_FACTOR_WRONG', 'SECOND_FACTOR_NOT_BEGUN'];

const LOGIN = '/api/auth/login';

/**
 * Records that an account was denied something: what it has no right to, a token that was ended, and wrong passwords and
 * digits of somebody who is signed in. Of visitors it records log-ins that were too many, by address, and mailed codes that
 * are not valid. It passes the answer on first, so that it neither slows nor fails it, and does not wait until the answer
 * was sent, so that a client cannot prevent the record by hanging up.
 */
@Injectable()
export class DenialRecorder implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly refusals: RefusalTrail,
  ) {}

  onModuleInit(): void {
    // Programs without a server, such as the seeder, have none.
    const server = this.host.httpAdapter?.getInstance<FastifyInstance>() as FastifyInstance | undefined;
    server?.addHook('onSend', (request, reply, payload, done) => {
      done(null, payload);
      const { code } = notesOf(request);
      if (code !== undefined) void this.record(request, reply, code);
    });
  }

  private async record(
    request: FastifyRequest & { user?: Principal },
    { statusCode }: FastifyReply,
    code: string,
  ): Promise<void> {
    const { account } = notesOf(request);
    if (account === undefined) return this.recordVisitor(request, code);
    if (statusCode !== 403 && !TELLING.includes(code)) return;
    const actor = { id: account, role: request.user?.role ?? null, address: addressOf(request) };
    const context = { actor, requestId: request.id };
    await this.refusals.record(context, {
      action: 'account.access_denied',
      subjectId: account,
      particulars: { code, route: routeOf(request) },
    });
  }

  private async recordVisitor(request: FastifyRequest, code: string): Promise<void> {
    const context = anonymousContextOf(request);
    // Without the email, which a flood could vary: one event for each address and minute.
    if (code === 'TOO_MANY_REQUESTS' && isLogin(request))
      await this.refusals.record(context, {
        action: 'account.login_refused',
        subjectId: 0,
        particulars: { code },
      });
    if (code === 'LINK_INVALID') {
      const particulars = { code, route: routeOf(request) };
      await this.refusals.record(context, { action: 'account.access_denied', subjectId: 0, particulars });
    }
  }
}

function routeOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? ''}`;
}

/** For the API, or with the password in a header, as browsers send it to the pages of operators. */
function isLogin({ routeOptions, headers }: FastifyRequest): boolean {
  return routeOptions.url === LOGIN || /^Basic /i.test(headers.authorization ?? '');
}

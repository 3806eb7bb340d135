import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusalTrail } from '../audit/refusal-trail.js';
import { addressOf } from '../http/client-address.js';
import { anonymousContextOf } from '../http/context.js';
import { notesOf } from '../http/request-notes.js';
import type { Principal } from './principal.js';

/** Error codes, besides those with status 403, that may mean that a token was stolen. */
const SUSPICIOUS = ['TOKEN_REVOKED', 'WRONG_PASSWORD', 'SECOND_FACTOR_WRONG', 'SECOND_FACTOR_NOT_BEGUN'];

const LOGIN = '/api/auth/login';

/**
 * Records denials in the audit trail. For accounts: missing rights, revoked tokens, and wrong passwords or codes of a
 * logged-in client. Without an account: log-ins over the rate limit, by address, and invalid mailed codes.
 *
 * The hook passes the response on first, so recording neither delays nor fails it. It does not wait until the response
 * is sent: otherwise a client could avoid the record by hanging up.
 */
@Injectable()
export class DenialRecorder implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly refusals: RefusalTrail,
  ) {}

  onModuleInit(): void {
    // Programs such as the seeder have no HTTP server.
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
    if (account === undefined) return this.recordAnonymous(request, code);
    if (statusCode !== 403 && !SUSPICIOUS.includes(code)) return;
    const actor = { id: account, role: request.user?.role ?? null, address: addressOf(request) };
    const context = { actor, requestId: request.id };
    await this.refusals.record(context, {
      action: 'account.access_denied',
      subjectId: account,
      particulars: { code, route: routeOf(request) },
    });
  }

  private async recordAnonymous(request: FastifyRequest, code: string): Promise<void> {
    const context = anonymousContextOf(request);
    // Without the email, which a flood could vary: this keeps it to one event per address and minute.
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

/** A log-in to the API, or to the operators' pages, to which browsers send the password by HTTP Basic. */
function isLogin({ routeOptions, headers }: FastifyRequest): boolean {
  return routeOptions.url === LOGIN || /^Basic /i.test(headers.authorization ?? '');
}

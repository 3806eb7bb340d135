import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusalTrail } from '../audit/refusal-trail.js';
import { addressOf } from '../http/client-address.js';
import { notesOf } from '../http/request-notes.js';
import type { Principal } from './principal.js';

/** Refusals, but for 403, that may mean that somebody holds a token who should not. */
const TELLING = ['TOKEN_REVOKED', 'WRONG_PASSWORD', 'SECOND_FACTOR_WRONG'];

/**
 * Records that an account was denied something: what it has no right to, a token that was ended, and wrong passwords and
 * digits of somebody who is signed in. After the answer, so that it neither slows nor fails it.
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
    server?.addHook('onResponse', (request, reply, done) => {
      done();
      void this.record(request, reply);
    });
  }

  private async record(
    request: FastifyRequest & { user?: Principal },
    { statusCode }: FastifyReply,
  ): Promise<void> {
    const { account, code } = notesOf(request);
    if (account === undefined || code === undefined) return;
    if (statusCode !== 403 && !TELLING.includes(code)) return;
    await this.refusals.record({
      by: {
        id: account,
        role: request.user?.role ?? null,
        address: addressOf(request),
        requestId: request.id,
      },
      action: 'account.access_denied',
      subjectId: account,
      particulars: { code, route: `${request.method} ${request.routeOptions.url ?? ''}` },
    });
  }
}

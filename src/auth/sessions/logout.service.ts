import { Injectable } from '@nestjs/common';
import type { AuditAction } from '../../audit/audit-action.js';
import { AuditTrail } from '../../audit/audit-trail.js';
import { NotFound, Refusal, tokenEnded } from '../../errors/domain-error.js';
import type { AccountContext, Context } from '../../http/context.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import type { Principal } from '../principal.js';
import { SessionRepository } from './session.repository.js';
import { Sessions } from './sessions.js';
import { TokenReader } from './token.js';

/** Ends single sessions of accounts, at their owners' wish. */
@Injectable()
export class LogoutService {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly tokens: TokenReader,
    private readonly sessions: Sessions,
    private readonly repository: SessionRepository,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Ends the session of a bearer token; answers with whose it was.
   *
   * @throws Unauthenticated TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_REVOKED
   * @throws Refusal NO_SESSION for a token that was issued before there were sessions
   */
  async logOut(context: Context, authorization: string): Promise<Principal> {
    const found = this.tokens.demand(authorization);
    if (await this.sessions.isRevoked(found)) throw tokenEnded();
    if (found.session === null) throw noSession();
    const { id, role, version, session } = found;
    const actor = { ...context.actor, id, role, version, session };
    const done = await this.end({ ...context, actor }, session, 'account.logged_out');
    if (!done) throw tokenEnded();
    return found;
  }

  /** @throws NotFound SESSION_NOT_FOUND: unknown, another's, or ended */
  async endSession(context: AccountContext, session: number): Promise<void> {
    if (await this.end(context, session, 'account.session_ended')) return;
    throw new NotFound(
      'SESSION_NOT_FOUND',
      'This session is not a live one of yours. GET /api/auth/sessions lists them.',
    );
  }

  private async end(context: AccountContext, session: number, action: AuditAction): Promise<boolean> {
    const { id } = context.actor;
    const done = await this.requests.once(context, async (tx) => {
      const ended = await this.repository.end(tx, id, session);
      if (ended) await this.audit.record(context, tx, action, id, { session });
      return ended;
    });
    if (done) this.sessions.rememberEnded(session);
    return done;
  }
}

function noSession(): Refusal {
  return new Refusal(
    'NO_SESSION',
    'This token has no session that could be ended alone. Use POST /api/auth/logout-everywhere.',
  );
}

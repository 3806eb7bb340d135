import { Injectable } from '@nestjs/common';
import type { AuditAction } from '../../audit/audit-action.js';
import { AuditTrail } from '../../audit/audit-trail.js';
import { NotFound, Refusal, tokenRevoked } from '../../errors/domain-error.js';
import type { AccountContext, Context } from '../../http/context.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import type { Principal } from '../principal.js';
import { SessionRepository } from './session.repository.js';
import { Sessions } from './sessions.js';
import { TokenReader } from './token.js';

/** Ends single sessions at the request of their owners. */
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
   * Ends the session of a bearer token and returns the token's principal.
   *
   * @throws Unauthenticated TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_REVOKED
   * @throws Refusal NO_SESSION for a token that predates sessions
   */
  async logOut(context: Context, authorization: string): Promise<Principal> {
    const principal = this.tokens.readBearer(authorization);
    if (await this.sessions.isRevoked(principal)) throw tokenRevoked();
    const { id, role, version, session } = principal;
    if (session === null) throw noSession();
    const actor = { ...context.actor, id, role, version, session };
    const hasEnded = await this.end({ ...context, actor }, session, 'account.logged_out');
    if (!hasEnded) throw tokenRevoked();
    return principal;
  }

  /** @throws NotFound SESSION_NOT_FOUND: unknown, ended, or of another account */
  async endSession(context: AccountContext, session: number): Promise<void> {
    if (await this.end(context, session, 'account.session_ended')) return;
    throw new NotFound(
      'SESSION_NOT_FOUND',
      'You have no active session with this id. GET /api/auth/sessions lists your sessions.',
    );
  }

  private async end(context: AccountContext, session: number, action: AuditAction): Promise<boolean> {
    const { id } = context.actor;
    const hasEnded = await this.requests.once(context, async (tx) => {
      const wasLive = await this.repository.end(tx, id, session);
      if (wasLive) await this.audit.record(context, tx, action, id, { session });
      return wasLive;
    });
    if (hasEnded) this.sessions.rememberEnded(session);
    return hasEnded;
  }
}

function noSession(): Refusal {
  return new Refusal(
    'NO_SESSION',
    'This token has no session of its own. Use POST /api/auth/logout-everywhere.',
  );
}

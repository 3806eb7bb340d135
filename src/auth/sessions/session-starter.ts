import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit/audit-trail.js';
import { inTransaction } from '../../database/in-transaction.js';
import { tokenRevoked } from '../../errors/domain-error.js';
import type { Account, PublicAccount } from '../accounts/account.entity.js';
import { InvalidCredentials } from '../accounts/invalid-credentials.js';
import type { Client } from '../../http/client.js';
import type { AccountClientContext, ClientContext } from '../../http/context.js';
import { REFRESHABLE_MS, RefreshTokens } from './refresh-tokens.js';
import { SessionRepository } from './session.repository.js';
import { LONGEST_TOKEN_MS, SHORT_TOKEN_SECONDS, TokenIssuer } from './token.js';

/** The tokens of a new session. */
export interface StartedSession {
  readonly token: string;
  /** Only if the client asked for it; `token` is then short-lived. */
  readonly refreshToken?: string;
}

type Startable = Account | PublicAccount;

/** Starts sessions for accounts whose credentials have been checked. */
@Injectable()
export class SessionStarter {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: SessionRepository,
    private readonly refreshTokens: RefreshTokens,
    private readonly tokens: TokenIssuer,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Starts the session of a log-in and records the log-in.
   *
   * @throws Refusal INVALID_CREDENTIALS if the account was disabled or its sessions were ended meanwhile
   */
  async begin(context: ClientContext, account: Account, refresh: boolean): Promise<StartedSession> {
    const { id, role } = account;
    const loggedIn = { ...context, actor: { ...context.actor, id, role } };
    const record = (tx: EntityManager): Promise<void> =>
      this.audit.record(loggedIn, tx, 'account.logged_in', id, { refresh });
    const started = await this.start(account, context.actor, { refresh, validSession: null }, record);
    if (!started) throw new InvalidCredentials(id);
    return started;
  }

  /**
   * Starts a new session after a change of the password or the second factor has ended all others, including that of the
   * request. A replay of such a request starts one only if the session of the replay is valid.
   *
   * @throws Unauthenticated TOKEN_REVOKED if the account was disabled or its sessions were ended meanwhile
   */
  async renew({ actor, keyed }: AccountClientContext, account: Startable): Promise<string> {
    // A token from before the change is revoked by it, and a later one may belong to a session that was ended.
    if (keyed?.isReplayed && actor.version !== account.sessionVersion) throw tokenRevoked();
    const validSession = keyed?.isReplayed ? actor.session : null;
    const started = await this.start(account, actor, { refresh: false, validSession });
    if (!started) throw tokenRevoked();
    return started.token;
  }

  private async start(
    account: Startable,
    client: Client,
    { refresh, validSession }: { readonly refresh: boolean; readonly validSession: number | null },
    record?: (tx: EntityManager) => Promise<void>,
  ): Promise<StartedSession | undefined> {
    const lifetimeMs = refresh ? REFRESHABLE_MS + SHORT_TOKEN_SECONDS * 1000 : LONGEST_TOKEN_MS;
    const [session, refreshToken] = await inTransaction(this.dataSource, async (tx) => {
      const begun = await this.repository.begin(tx, account, client, lifetimeMs, validSession);
      if (begun === undefined) return [];
      const token = refresh ? await this.refreshTokens.begin(tx, account, begun) : undefined;
      await record?.(tx);
      return [begun, token] as const;
    });
    if (session === undefined) return undefined;
    if (refreshToken === undefined) return { token: this.tokens.issue(account, session) };
    return { token: this.tokens.issue(account, session, SHORT_TOKEN_SECONDS), refreshToken };
  }
}

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit/audit-trail.js';
import { inTransaction } from '../../database/in-transaction.js';
import { tokenEnded } from '../../errors/domain-error.js';
import type { Account, PublicAccount } from '../accounts/account.entity.js';
import { InvalidCredentials } from '../accounts/invalid-credentials.js';
import type { Client } from '../../http/client.js';
import type { ClientContext } from '../../http/context.js';
import { REFRESHABLE_MS, RefreshTokens } from './refresh-tokens.js';
import { SessionRepository } from './session.repository.js';
import { LONGEST_TOKEN_MS, SHORT_TOKEN_SECONDS, TokenIssuer } from './token.js';

/** What a client gets that begins a session, or goes on with one. */
export interface Started {
  readonly token: string;
  /** Only where it was asked for; the token is then a short one. */
  readonly refreshToken?: string;
}

type Startable = Account | PublicAccount;

/** Begins sessions, for accounts whose owner has been checked. */
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
   * Begins the session of a log-in, and records it.
   *
   * @throws Refusal INVALID_CREDENTIALS if the account was disabled, or all its sessions ended, meanwhile
   */
  async begin(context: ClientContext, account: Account, refresh: boolean): Promise<Started> {
    const { id, role } = account;
    const loggedIn = { ...context, actor: { ...context.actor, id, role } };
    const started = await this.start(account, context.actor, refresh, (tx) =>
      this.audit.record(loggedIn, tx, 'account.logged_in', id, { refresh }),
    );
    if (!started) throw new InvalidCredentials(id);
    return started;
  }

  /**
   * Begins the session that follows on one whose owner has just changed how they log in.
   *
   * @throws Unauthenticated TOKEN_REVOKED in the same case
   */
  async renew(context: ClientContext, account: Startable): Promise<string> {
    const started = await this.start(account, context.actor, false);
    if (!started) throw tokenEnded();
    return started.token;
  }

  private async start(
    account: Startable,
    client: Client,
    refresh: boolean,
    record?: (tx: EntityManager) => Promise<void>,
  ): Promise<Started | undefined> {
    const goodForMs = refresh ? REFRESHABLE_MS + SHORT_TOKEN_SECONDS * 1000 : LONGEST_TOKEN_MS;
    const [session, refreshToken] = await inTransaction(this.dataSource, async (tx) => {
      const begun = await this.repository.begin(tx, account, client, goodForMs);
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

import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit/audit-trail.js';
import { Keys } from '../../config/keys.js';
import { inTransaction } from '../../database/in-transaction.js';
import { Unauthenticated } from '../../errors/domain-error.js';
import type { Client } from '../../http/client.js';
import { Clock } from '../../time/clock.js';
import { Account } from '../accounts/account.entity.js';
import type { ClientContext, Context } from '../../http/context.js';
import { RefreshTokenRepository, type FoundToken } from './refresh-token.repository.js';
import { SessionActivity } from './session-activity.js';
import { SessionRepository } from './session.repository.js';
import { SHORT_TOKEN_SECONDS } from './token.js';

/** How long a session can be refreshed. */
export const REFRESHABLE_MS = 30 * 24 * 60 * 60_000;
/** How long a client that did not get the answer may send the same token again. */
const REPEATABLE_MS = 10_000;

/** What an exchange gives. */
export interface Exchanged {
  readonly account: Account;
  readonly session: number;
  readonly next: string;
}

/**
 * Refresh tokens: 32 random bytes, kept as their SHA-256. Each is exchanged once, for its successor. The client that used
 * it gets the same successor again within ten seconds, as long as that is unused: it may have missed the answer. Any
 * other second use means theft, and ends the session.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc9700#section-4.14.2
 */
@Injectable()
export class RefreshTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
    private readonly rows: RefreshTokenRepository,
    private readonly sessions: SessionRepository,
    private readonly activity: SessionActivity,
    private readonly keys: Keys,
  ) {}

  /** The first of a session, good for 30 days with all that come of it. */
  async begin(
    tx: EntityManager,
    { id, sessionVersion }: Pick<Account, 'id' | 'sessionVersion'>,
    session: number,
  ): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.clock.now() + REFRESHABLE_MS);
    const family = { accountId: id, sessionVersion, family: randomUUID() };
    await this.rows.insert(tx, { ...family, sessionId: session, expiresAt }, token);
    return token;
  }

  /** @throws Unauthenticated REFRESH_TOKEN_INVALID: unknown, expired, ended or used before */
  async exchange(context: ClientContext, token: string): Promise<Exchanged> {
    const exchanged = await inTransaction(this.dataSource, (tx) => this.exchangeIn(context, tx, token));
    if (!exchanged) {
      throw new Unauthenticated(
        'REFRESH_TOKEN_INVALID',
        'This refresh token is unknown, has expired, was used before, or its session has ended. Log in again.',
      );
    }
    this.activity.note(exchanged.session);
    return exchanged;
  }

  /** Ends the session that a token belongs to; does not tell whether there was one. */
  async end(context: Context, token: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const row = await this.rows.find(tx, token);
      if (!row) return;
      await this.endFamily(tx, row);
      const particulars = { session: row.sessionId };
      await this.audit.record(context, tx, 'account.logged_out', row.accountId, particulars);
    });
  }

  private async exchangeIn(
    context: ClientContext,
    tx: EntityManager,
    token: string,
  ): Promise<Exchanged | undefined> {
    const row = await this.rows.find(tx, token);
    if (!row?.isLive || row.expiresAt.getTime() <= this.clock.now()) return undefined;
    const next = row.usedAt ? await this.successorAgain(tx, context.actor, token, row) : undefined;
    if (row.usedAt && next === undefined) {
      await this.endFamily(tx, row);
      await this.audit.record(context, tx, 'account.token_reused', row.accountId);
      return undefined;
    }
    const account = await tx.findOneByOrFail(Account, { id: row.accountId });
    if (account.isDisabled || account.sessionVersion !== row.sessionVersion) return undefined;
    const session = row.sessionId ?? (await this.adopt(tx, account, context.actor, row));
    if (session === undefined) return undefined;
    return {
      account,
      session,
      next: next ?? (await this.use(tx, context.actor, token, { ...row, sessionId: session })),
    };
  }

  /** Marks a token as used and answers with its successor, which nobody can compute who lacks the token or the key. */
  private async use(tx: EntityManager, client: Client, token: string, row: FoundToken): Promise<string> {
    const successor = successorOf(token, this.keys.present);
    await this.rows.markUsed(tx, row.id, this.keys.hash(nameOf(client)));
    await this.rows.insert(tx, row, successor);
    return successor;
  }

  /** The successor of a token that was used a moment ago by the same client, if that has not been used itself. */
  private async successorAgain(
    tx: EntityManager,
    client: Client,
    token: string,
    { usedAt, usedBy }: FoundToken,
  ): Promise<string | undefined> {
    const isRecent = this.clock.now() - usedAt!.getTime() <= REPEATABLE_MS;
    if (!isRecent || !this.keys.hashes(nameOf(client)).includes(usedBy ?? '')) return undefined;
    for (const key of this.keys.all) {
      const successor = successorOf(token, key);
      const found = await this.rows.find(tx, successor);
      if (found && !found.usedAt) return successor;
    }
    return undefined;
  }

  /** Gives a family from before there were sessions one. */
  private async adopt(
    tx: EntityManager,
    account: Account,
    client: Client,
    row: FoundToken,
  ): Promise<number | undefined> {
    const goodForMs = row.expiresAt.getTime() - this.clock.now() + SHORT_TOKEN_SECONDS * 1000;
    const session = await this.sessions.begin(tx, account, client, goodForMs);
    if (session === undefined) return undefined;
    await this.rows.assignSession(tx, row.family, session);
    return session;
  }

  private async endFamily(tx: EntityManager, { family, accountId, sessionId }: FoundToken): Promise<void> {
    await this.rows.removeFamily(tx, family);
    if (sessionId !== null) await this.sessions.end(tx, accountId, sessionId);
  }
}

function successorOf(token: string, key: string): string {
  return createHmac('sha256', key).update(`refresh token after ${token}`).digest('base64url');
}

function nameOf({ address, userAgent }: Client): string {
  return `refreshing client ${address} ${userAgent ?? ''}`;
}

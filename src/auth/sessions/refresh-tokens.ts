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
/** How long a client that missed the response may send the same token again. */
const REPEATABLE_MS = 10_000;

export interface Exchanged {
  readonly account: Account;
  readonly session: number;
  readonly next: string;
}

/**
 * Refresh tokens: 32 random bytes, stored as SHA-256. Each is exchanged once for its successor. A client that repeats
 * the exchange within ten seconds gets the same successor, if that is still unused: the client may have missed the
 * response. Any other reuse means theft and ends the session.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc9700#section-4.14.2
 */
@Injectable()
export class RefreshTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
    private readonly repository: RefreshTokenRepository,
    private readonly sessions: SessionRepository,
    private readonly activity: SessionActivity,
    private readonly keys: Keys,
  ) {}

  /** Issues the first refresh token of a session. It and its successors expire 30 days from now. */
  async begin(
    tx: EntityManager,
    { id, sessionVersion }: Pick<Account, 'id' | 'sessionVersion'>,
    session: number,
  ): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.clock.now() + REFRESHABLE_MS);
    const family = { accountId: id, sessionVersion, family: randomUUID() };
    await this.repository.insert(tx, { ...family, sessionId: session, expiresAt }, token);
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

  /** Ends the session of a token. Does not reveal whether there was one. */
  async end(context: Context, token: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const row = await this.repository.find(tx, token);
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
    const row = await this.repository.find(tx, token);
    if (!row?.isLive || row.expiresAt.getTime() <= this.clock.now()) return undefined;
    const next = row.usedAt ? await this.repeatedSuccessor(tx, context.actor, token, row) : undefined;
    if (row.usedAt && next === undefined) {
      await this.endFamily(tx, row);
      await this.audit.record(context, tx, 'account.token_reused', row.accountId);
      return undefined;
    }
    const account = await tx.findOneByOrFail(Account, { id: row.accountId });
    if (account.isDisabled || account.sessionVersion !== row.sessionVersion) return undefined;
    const session = row.sessionId ?? (await this.startMissingSession(tx, account, context.actor, row));
    if (session === undefined) return undefined;
    return {
      account,
      session,
      next: next ?? (await this.issueNext(tx, context.actor, token, { ...row, sessionId: session })),
    };
  }

  /** Marks a token as used and returns its successor. Computing the successor takes both the token and the key. */
  private async issueNext(
    tx: EntityManager,
    client: Client,
    token: string,
    row: FoundToken,
  ): Promise<string> {
    const successor = successorOf(token, this.keys.current);
    await this.repository.markUsed(tx, row.id, this.keys.hash(fingerprintOf(client)));
    await this.repository.insert(tx, row, successor);
    return successor;
  }

  /** The unused successor of a token that the same client exchanged a moment ago. */
  private async repeatedSuccessor(
    tx: EntityManager,
    client: Client,
    token: string,
    { usedAt, usedBy }: FoundToken,
  ): Promise<string | undefined> {
    const isRecent = this.clock.now() - usedAt!.getTime() <= REPEATABLE_MS;
    if (!isRecent || !this.keys.hashes(fingerprintOf(client)).includes(usedBy ?? '')) return undefined;
    for (const key of this.keys.all) {
      const successor = successorOf(token, key);
      const found = await this.repository.find(tx, successor);
      if (found && !found.usedAt) return successor;
    }
    return undefined;
  }

  /** Starts a session for a token family that predates sessions. */
  private async startMissingSession(
    tx: EntityManager,
    account: Account,
    client: Client,
    row: FoundToken,
  ): Promise<number | undefined> {
    const lifetimeMs = row.expiresAt.getTime() - this.clock.now() + SHORT_TOKEN_SECONDS * 1000;
    const session = await this.sessions.begin(tx, account, client, lifetimeMs);
    if (session === undefined) return undefined;
    await this.repository.assignSession(tx, row.family, session);
    return session;
  }

  private async endFamily(tx: EntityManager, { family, accountId, sessionId }: FoundToken): Promise<void> {
    await this.repository.removeFamily(tx, family);
    if (sessionId !== null) await this.sessions.end(tx, accountId, sessionId);
  }
}

function successorOf(token: string, key: string): string {
  return createHmac('sha256', key).update(`refresh token after ${token}`).digest('base64url');
}

function fingerprintOf({ address, userAgent }: Client): string {
  return `refreshing client ${address} ${userAgent ?? ''}`;
}

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../../audit/actor.js';
import { AuditTrail } from '../../audit/audit-trail.js';
import { inTransaction } from '../../database/in-transaction.js';
import { look, write } from '../../database/statement.js';
import { Unauthenticated } from '../../http/domain-error.js';
import { Clock } from '../../time/clock.js';
import { Account } from '../accounts/account.entity.js';

const GOOD_FOR_MS = 30 * 24 * 60 * 60_000;

interface Row {
  readonly id: number;
  readonly account_id: number;
  readonly session_version: number;
  readonly family: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
}

/** What an exchange gives. */
export interface Exchanged {
  readonly account: Account;
  readonly next: string;
}

/**
 * Refresh tokens: 32 random bytes, kept as their SHA-256. Each is exchanged once, for a new one of its family; should
 * one come a second time, somebody has stolen it, and the whole family is good no more.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc9700#section-4.14.2
 */
@Injectable()
export class RefreshTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
  ) {}

  /** The first of a new family, good for 30 days with all that come of it. */
  async begin({ id, sessionVersion }: Account): Promise<string> {
    const family = {
      account_id: id,
      session_version: sessionVersion,
      family: randomUUID(),
      expires_at: new Date(this.clock.now() + GOOD_FOR_MS),
    };
    return inTransaction(this.dataSource, (tx) => this.insert(tx, family));
  }

  /** @throws Unauthenticated REFRESH_TOKEN_INVALID: unknown, expired, ended or used before */
  async exchange(by: Actor, token: string): Promise<Exchanged> {
    const exchanged = await inTransaction(this.dataSource, (tx) => this.exchangeIn(tx, by, token));
    if (!exchanged) {
      throw new Unauthenticated(
        'REFRESH_TOKEN_INVALID',
        'This refresh token is no longer good: log in again.',
      );
    }
    return exchanged;
  }

  /** Ends the family that a token belongs to; says nothing of whether there was one. */
  async end(token: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const row = await this.find(tx, token);
      if (row) await endFamily(tx, row.family);
    });
  }

  private async exchangeIn(tx: EntityManager, by: Actor, token: string): Promise<Exchanged | undefined> {
    const row = await this.find(tx, token);
    if (!row || row.expires_at.getTime() <= this.clock.now()) return undefined;
    if (row.used_at) {
      await endFamily(tx, row.family);
      await this.audit.record(tx, by, 'account.token_reused', row.account_id);
      return undefined;
    }
    const account = await tx.findOneByOrFail(Account, { id: row.account_id });
    if (account.isDisabled || account.sessionVersion !== row.session_version) return undefined;
    await write(tx, 'UPDATE refresh_tokens SET used_at = ? WHERE id = ?', [
      new Date(this.clock.now()),
      row.id,
    ]);
    return { account, next: await this.insert(tx, row) };
  }

  private async find(tx: EntityManager, token: string): Promise<Row | undefined> {
    const [row] = await look<Row>(
      tx,
      'SELECT id, account_id, session_version, family, expires_at, used_at FROM refresh_tokens WHERE token_hash = ? FOR UPDATE',
      [hashOf(token)],
    );
    return row;
  }

  private async insert(
    tx: EntityManager,
    { account_id, session_version, family, expires_at }: Omit<Row, 'id' | 'used_at'>,
  ): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await write(
      tx,
      `INSERT INTO refresh_tokens (account_id, session_version, family, token_hash, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [account_id, session_version, family, hashOf(token), new Date(this.clock.now()), expires_at],
    );
    return token;
  }
}

async function endFamily(tx: EntityManager, family: string): Promise<void> {
  await write(tx, 'DELETE FROM refresh_tokens WHERE family = ?', [family]);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

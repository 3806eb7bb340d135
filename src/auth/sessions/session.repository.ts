import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, MoreThan } from 'typeorm';
import { sweepBy } from '../../database/in-batches.js';
import { inOneStatement } from '../../database/in-one-statement.js';
import { query, execute } from '../../database/statement.js';
import type { Client } from '../../http/client.js';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import type { Account } from '../accounts/account.entity.js';
import { RefreshToken } from './refresh-token.entity.js';
import { Session } from './session.entity.js';
import { LONGEST_TOKEN_MS } from './token.js';
import { FROM_VALID_SESSION, type SessionClaims, sessionParameters } from './valid-session.sql.js';

const MOST_LISTED = 100;

/** The statements of the `sessions` table. */
@Injectable()
export class SessionRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Inserts a session if the account is unchanged since its credentials were checked. Takes a shared lock on the
   * account, so it serialises with statements that end all its sessions.
   *
   * @param lifetimeMs how long the session's tokens can be valid
   * @param validSession another session of the account that must still be valid, if any
   * @returns its id; undefined if the account was disabled or its sessions were ended meanwhile
   */
  async begin(
    tx: EntityManager,
    { id, sessionVersion }: Pick<Account, 'id' | 'sessionVersion'>,
    { address, userAgent }: Client,
    lifetimeMs: number,
    validSession: number | null = null,
  ): Promise<number | undefined> {
    const now = this.clock.now();
    const { insertId, affectedRows } = await execute(
      tx,
      `/* begin-session */ INSERT INTO sessions (account_id, created_at, last_seen_at, expires_at, address, user_agent)
       SELECT a.id, ?, ?, ?, ?, ? ${FROM_VALID_SESSION} LOCK IN SHARE MODE`,
      [
        new Date(now),
        new Date(now),
        new Date(now + lifetimeMs),
        address,
        userAgent,
        ...sessionParameters({ id, version: sessionVersion, session: validSession }),
      ],
    );
    return affectedRows === 1 ? insertId : undefined;
  }

  /** An account's live sessions, newest first, at most 100. */
  async findLive(accountId: number): Promise<Session[]> {
    return this.dataSource.manager.find(Session, {
      where: { accountId, endedAt: IsNull(), expiresAt: MoreThan(new Date(this.clock.now())) },
      order: { id: 'DESC' },
      take: MOST_LISTED,
    });
  }

  /**
   * Ends a session and deletes its refresh tokens. Its row stays until all its tokens have expired.
   *
   * @returns whether the account had such a live session
   */
  async end(tx: EntityManager, accountId: number, id: number): Promise<boolean> {
    const now = this.clock.now();
    const { affectedRows } = await execute(
      tx,
      `/* end-session */ UPDATE sessions SET ended_at = ?, expires_at = LEAST(expires_at, ?)
       WHERE id = ? AND account_id = ? AND ended_at IS NULL AND expires_at > ?`,
      [new Date(now), new Date(now + LONGEST_TOKEN_MS), id, accountId, new Date(now)],
    );
    await tx.delete(RefreshToken, { sessionId: id, accountId });
    return affectedRows === 1;
  }

  /**
   * Locks an account until the transaction ends.
   *
   * @returns whether the token's session is still valid
   */
  async lock(tx: EntityManager, token: SessionClaims): Promise<boolean> {
    await query(tx, '/* lock-account */ SELECT id FROM accounts WHERE id = ? FOR UPDATE', [token.id]);
    const rows = await query(
      tx,
      `/* find-valid-session */ SELECT a.id ${FROM_VALID_SESSION}`,
      sessionParameters(token),
    );
    return rows.length > 0;
  }

  /**
   * Ends all sessions of an account: deletes them, their refresh tokens and an unconfirmed second factor. Raising the
   * version revokes the tokens.
   *
   * @returns the version of new tokens
   */
  async endAll(tx: EntityManager, accountId: number): Promise<number> {
    const { insertId } = await execute(
      tx,
      `/* end-all-sessions */
       UPDATE accounts SET session_version = LAST_INSERT_ID(session_version + 1), sessions_ended_at = ?,
                           second_factor = IF(second_factor_since IS NULL, NULL, second_factor) WHERE id = ?`,
      [new Date(this.clock.now()), accountId],
    );
    await tx.delete(RefreshToken, { accountId });
    await tx.delete(Session, { accountId });
    return insertId;
  }

  /** Accounts whose sessions were all ended since, with their new version, and single ended sessions, without one. */
  async findEndedSince(since: Date): Promise<{ readonly id: number; readonly version: number | null }[]> {
    return query(
      this.dataSource,
      `/* find-ended-sessions */ SELECT id, session_version AS version FROM accounts WHERE sessions_ended_at >= ?
       UNION ALL SELECT id, NULL FROM sessions WHERE ended_at >= ?`,
      [since, since],
    );
  }

  /** Sets `last_seen_at` of sessions to now. */
  async touch(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const places = ids.map(() => '?').join(', ');
    await inOneStatement(
      this.dataSource,
      `/* touch-sessions */ UPDATE sessions SET last_seen_at = ? WHERE id IN (${places}) AND ended_at IS NULL`,
      [new Date(this.clock.now()), ...ids],
    );
  }

  /** Ends sessions that have not been used since. */
  async endIdle(since: EpochMs): Promise<void> {
    const now = this.clock.now();
    await inOneStatement(
      this.dataSource,
      `/* end-idle-sessions */ UPDATE sessions SET ended_at = ?, expires_at = LEAST(expires_at, ?)
       WHERE ended_at IS NULL AND last_seen_at < ?`,
      [new Date(now), new Date(now + LONGEST_TOKEN_MS), new Date(since)],
    );
  }
}

export const deleteExpiredSessions = sweepBy(
  '/* sweep-sessions */ DELETE FROM sessions WHERE expires_at < ? ORDER BY expires_at',
);

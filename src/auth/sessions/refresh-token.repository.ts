import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { sweepBy } from '../../database/in-batches.js';
import { look, write } from '../../database/statement.js';
import { Clock } from '../../time/clock.js';
import { isLive } from './valid-session.sql.js';

/** A stored refresh token: of the token itself only the SHA-256. */
export interface RefreshTokenRow {
  readonly id: number;
  readonly account_id: number;
  readonly session_version: number;
  readonly family: string;
  /** null for a family from before there were sessions. */
  readonly session_id: number | null;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  /** A keyed hash of the client that used it. */
  readonly used_by: string | null;
  /** Whether its session has not been ended. */
  readonly is_live: number;
}

type NewRow = Pick<
  RefreshTokenRow,
  'account_id' | 'session_version' | 'family' | 'session_id' | 'expires_at'
>;

/** The statements of the `refresh_tokens` table. */
@Injectable()
export class RefreshTokenRepository {
  constructor(private readonly clock: Clock) {}

  /** Locks the row until the transaction ends. */
  async find(tx: EntityManager, token: string): Promise<RefreshTokenRow | undefined> {
    const [row] = await look<RefreshTokenRow>(
      tx,
      `SELECT id, account_id, session_version, family, session_id, expires_at, used_at, used_by,
              ${isLive('session_id')} AS is_live
       FROM refresh_tokens WHERE token_hash = ? FOR UPDATE`,
      [hashOf(token)],
    );
    return row;
  }

  async insert(tx: EntityManager, row: NewRow, token: string): Promise<void> {
    const { account_id, session_version, family, session_id, expires_at } = row;
    await write(
      tx,
      `INSERT INTO refresh_tokens (account_id, session_version, family, session_id, token_hash, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        account_id,
        session_version,
        family,
        session_id,
        hashOf(token),
        new Date(this.clock.now()),
        expires_at,
      ],
    );
  }

  async markUsed(tx: EntityManager, id: number, usedBy: string): Promise<void> {
    await write(tx, 'UPDATE refresh_tokens SET used_at = ?, used_by = ? WHERE id = ?', [
      new Date(this.clock.now()),
      usedBy,
      id,
    ]);
  }

  async assignSession(tx: EntityManager, family: string, session: number): Promise<void> {
    await write(tx, 'UPDATE refresh_tokens SET session_id = ? WHERE family = ?', [session, family]);
  }

  async removeFamily(tx: EntityManager, family: string): Promise<void> {
    await write(tx, 'DELETE FROM refresh_tokens WHERE family = ?', [family]);
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export const deleteExpiredRefreshTokens = sweepBy(
  'DELETE FROM refresh_tokens WHERE expires_at < ? ORDER BY expires_at',
);

import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { sweepBy } from '../../database/in-batches.js';
import { query } from '../../database/statement.js';
import { Clock } from '../../time/clock.js';
import { RefreshToken } from './refresh-token.entity.js';
import { isLive } from './valid-session.sql.js';

type NewToken = Pick<RefreshToken, 'accountId' | 'sessionVersion' | 'family' | 'sessionId' | 'expiresAt'>;

/** A stored token; `isLive` says whether its session is still live. */
export type FoundToken = NewToken &
  Pick<RefreshToken, 'id' | 'usedAt' | 'usedBy'> & { readonly isLive: 0 | 1 };

/** The statements of the `refresh_tokens` table. */
@Injectable()
export class RefreshTokenRepository {
  constructor(private readonly clock: Clock) {}

  /** Finds a token and locks its row until the transaction ends. */
  async find(tx: EntityManager, token: string): Promise<FoundToken | undefined> {
    const [row] = await query<FoundToken>(
      tx,
      `/* lock-refresh-token */ SELECT id, account_id AS accountId, session_version AS sessionVersion, family,
              session_id AS sessionId, expires_at AS expiresAt, used_at AS usedAt, used_by AS usedBy,
              ${isLive('session_id')} AS isLive
       FROM refresh_tokens WHERE token_hash = ? FOR UPDATE`,
      [hashOf(token)],
    );
    return row;
  }

  async insert(tx: EntityManager, row: NewToken, token: string): Promise<void> {
    const { accountId, sessionVersion, family, sessionId, expiresAt } = row;
    await tx
      .createQueryBuilder()
      .insert()
      .into(RefreshToken)
      .values({
        accountId,
        sessionVersion,
        family,
        sessionId,
        expiresAt,
        tokenHash: hashOf(token),
        createdAt: new Date(this.clock.now()),
      })
      .comment('insert-refresh-token')
      .execute();
  }

  async markUsed(tx: EntityManager, id: number, usedBy: string): Promise<void> {
    await tx.update(RefreshToken, { id }, { usedAt: new Date(this.clock.now()), usedBy });
  }

  async assignSession(tx: EntityManager, family: string, session: number): Promise<void> {
    await tx.update(RefreshToken, { family }, { sessionId: session });
  }

  async removeFamily(tx: EntityManager, family: string): Promise<void> {
    await tx.delete(RefreshToken, { family });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export const deleteExpiredRefreshTokens = sweepBy(
  '/* sweep-refresh-tokens */ DELETE FROM refresh_tokens WHERE expires_at < ? ORDER BY expires_at',
);

import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ResultSetHeader } from 'mysql2';
import { DataSource } from 'typeorm';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { inOneStatement } from '../database/in-one-statement.js';
import { query } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import type { NotificationKind } from './notification-kind.js';

/** A row taken for sending. Each taking has its own number, so that an old one is recognised. */
export interface LeasedRow {
  readonly id: number;
  readonly lease: number;
}

/** A row just taken, and what operators need to recognise it: nothing of a person. */
export interface ClaimedRow extends LeasedRow {
  readonly kind: NotificationKind;
  /** How often it was offered to the mail server before. */
  readonly attempts: number;
  readonly due_at: Date;
}

/** Rows taken together. */
export interface Claim {
  readonly token: string;
  readonly rows: readonly ClaimedRow[];
}

/** Whose notifications are taken; by default everybody's. */
export interface Choice {
  readonly only?: readonly number[];
  readonly not?: readonly number[];
}

/** The reason of a notification that must not arrive before an older one of its booking. */
export const WAITS = 'waits for an older notification of its booking';

/** So many notifications of an account are at hand at once before others go first. */
const FAIR_SHARE = 10;
/** The longest due among which accounts are counted. */
const LOOK_AHEAD = 1000;

/** How a notification ends, or does not yet. */
export type Settlement = {
  /** Whether the mail server was asked to take it. */
  readonly offered: boolean;
  /** Why it is not sent; for the operator. */
  readonly reason?: string;
} & (
  { readonly state: 'sent' | 'dead' | 'cancelled' } | { readonly state: 'pending'; readonly dueAt: EpochMs }
);

/**
 * The sending side of the notification ledger:
 * `pending -> queued -> sending -> sent | dead | cancelled`, and back to `pending` from either of the two in
 * between when the lease runs out. A lease is what makes a lost queue or a killed worker harmless: who still
 * sends renews it. Every step is one UPDATE that names the state it leaves, so that two workers never take the
 * same row.
 */
@Injectable()
export class Ledger {
  /** How long a row stays taken without a sign of life. */
  readonly leaseMs: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    environment: OutboxEnvironment,
  ) {
    this.leaseMs = environment.NOTIFICATION_LEASE_SECONDS * 1000;
  }

  /**
   * Accounts with more notifications at hand than are their fair share: among the longest due, and on their way to the mail
   * server. One index answers it, and reads no more than some hundred entries.
   */
  async findCrowding(): Promise<number[]> {
    const rows = await query<{ account_id: number }>(
      this.dataSource,
      `/* find-crowding */ SELECT account_id FROM (
         (SELECT account_id FROM notifications WHERE state = 'pending' AND due_at <= ?
          ORDER BY due_at LIMIT ${LOOK_AHEAD})
         UNION ALL
         (SELECT account_id FROM notifications WHERE state IN ('queued', 'sending') LIMIT ${LOOK_AHEAD})
       ) at_hand
       WHERE account_id IS NOT NULL GROUP BY account_id HAVING COUNT(*) > ${FAIR_SHARE}`,
      [new Date(this.clock.now())],
    );
    return rows.map(({ account_id }) => account_id);
  }

  /** Takes up to `limit` due notifications, the longest due first; only those of some accounts, or of all but these. */
  async claimDue(limit: number, { only = [], not = [] }: Choice = {}): Promise<Claim> {
    const token = randomUUID();
    const [choice, ...accounts] = choiceOf(only, not);
    const { affectedRows } = await this.update(
      `/* claim-due */ UPDATE notifications SET state = 'queued', claim = ?, leased_until = ?, lease = lease + 1
       WHERE state = 'pending' AND due_at <= ? ${choice} ORDER BY due_at, id LIMIT ${Number(limit)}`,
      [token, this.leaseEnd(), new Date(this.clock.now()), ...accounts],
    );
    if (affectedRows === 0) return { token, rows: [] };
    const rows = await query<ClaimedRow>(
      this.dataSource,
      `/* find-claimed */ SELECT id, lease, kind, attempts, due_at FROM notifications
       WHERE claim = ? AND state = 'queued' ORDER BY due_at, id`,
      [token],
    );
    return { token, rows };
  }

  /** Gives rows back that could not be queued. */
  async release({ token }: Claim): Promise<void> {
    await this.update(
      `/* release-claim */ UPDATE notifications SET state = 'pending', leased_until = NULL
       WHERE claim = ? AND state = 'queued'`,
      [token],
    );
  }

  /** Frees rows whose lease ran out: their queue was lost, or their worker died. Answers how many. */
  async freeExpired(): Promise<number> {
    const { affectedRows } = await this.update(
      `/* free-expired */ UPDATE notifications SET state = 'pending', leased_until = NULL
       WHERE state IN ('queued', 'sending') AND leased_until <= ?`,
      [new Date(this.clock.now())],
    );
    return affectedRows;
  }

  /** Enters the sending of a queued row; false if this taking of it is no longer the current one. */
  async begin({ id, lease }: LeasedRow): Promise<boolean> {
    const { affectedRows } = await this.update(
      `/* begin-sending */ UPDATE notifications SET state = 'sending', leased_until = ?
       WHERE id = ? AND lease = ? AND state = 'queued'`,
      [this.leaseEnd(), id, lease],
    );
    return affectedRows === 1;
  }

  /** Says that a row is still being sent. */
  async renew({ id, lease }: LeasedRow): Promise<void> {
    await this.update(
      `/* renew-lease */ UPDATE notifications SET leased_until = ? WHERE id = ? AND lease = ? AND state = 'sending'`,
      [this.leaseEnd(), id, lease],
    );
  }

  /**
   * Writes down how the sending ended. If the row was taken again since, that is for its new holder to say,
   * but for one thing: what the mail server has accepted is sent, whoever holds the row by now.
   */
  async settle({ id, lease }: LeasedRow, settlement: Settlement): Promise<void> {
    const now = new Date(this.clock.now());
    const again = settlement.state === 'pending';
    await this.update(
      `/* settle-notification */ UPDATE notifications SET state = ?, attempts = attempts + ?, reason = ?, settled_at = ?,
              failing_since = CASE WHEN ? = 0 THEN NULL WHEN ? = 1 THEN COALESCE(failing_since, ?) ELSE failing_since END,
              due_at = COALESCE(?, due_at), leased_until = NULL
       WHERE id = ? AND state IN ('pending', 'queued', 'sending') AND (lease = ? OR ? = 'sent')`,
      [
        settlement.state,
        settlement.offered ? 1 : 0,
        settlement.reason?.slice(0, 500) ?? null,
        again ? null : now,
        again ? 1 : 0,
        settlement.offered ? 1 : 0,
        now,
        again ? new Date(settlement.dueAt) : null,
        id,
        lease,
        settlement.state,
      ],
    );
  }

  /** Sets when the notifications of a booking that wait for an older one of it are looked at again. */
  async wake(bookingId: number, at: EpochMs): Promise<void> {
    await this.update(
      `/* wake-waiting */ UPDATE notifications SET due_at = ?
       WHERE booking_id = ? AND state = 'pending' AND reason = ?`,
      [new Date(at), bookingId, WAITS],
    );
  }

  private leaseEnd(): Date {
    return new Date(this.clock.now() + this.leaseMs);
  }

  private update(sql: string, parameters: unknown[]): Promise<ResultSetHeader> {
    return inOneStatement(this.dataSource, sql, parameters);
  }
}

function choiceOf(only: readonly number[], not: readonly number[]): [string, ...(readonly number[])[]] {
  if (only.length > 0) return ['AND account_id IN (?)', only];
  return not.length > 0 ? ['AND (account_id IS NULL OR account_id NOT IN (?))', not] : [''];
}

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

/** A row claimed for sending. Each claim raises its lease, so that a job of an older claim is recognised. */
export interface LeasedRow {
  readonly id: number;
  readonly lease: number;
}

/** A row just claimed, with what operators need to recognise it and nothing about a person. */
export interface ClaimedRow extends LeasedRow {
  readonly kind: NotificationKind;
  /** How often it was offered to the mail server before. */
  readonly attempts: number;
  readonly due_at: Date;
}

/** Rows claimed together. */
export interface Claim {
  readonly token: string;
  readonly rows: readonly ClaimedRow[];
}

/** An account; null for all patients without one: the front desk books for them. */
export type Party = number | null;

/** The parties whose notifications are claimed; by default all. */
export interface Choice {
  readonly only?: readonly Party[];
  readonly not?: readonly Party[];
}

/**
 * The reason of a notification that must not arrive before an older one of its booking. Stored, and matched by `wake`:
 * never reword it.
 */
export const WAITS_FOR_OLDER = 'waits for an older notification of its booking';

/** An account with more notifications at hand than this goes after the others. */
const FAIR_SHARE = 10;
/** The same for all patients without an account together: as many as may have a reminder at the same hour. */
const FAIR_SHARE_OF_DESK = 100;
/** How many rows of each kind are examined for that, the longest due first. */
const LOOK_AHEAD = 1000;

/** The outcome of an attempt: final, or due again. */
export type Settlement = {
  /** Whether it was offered to the mail server. */
  readonly offered: boolean;
  /** Why it is not sent; for operators. */
  readonly reason?: string;
} & (
  { readonly state: 'sent' | 'dead' | 'cancelled' } | { readonly state: 'pending'; readonly dueAt: EpochMs }
);

/**
 * The sending side of the notification ledger: `pending -> queued -> sending -> sent | dead | cancelled`, and back to
 * `pending` when an attempt is to be repeated, when a claim could not be queued, or when the lease runs out.
 * `retryDead` revives a dead one. Leases make a lost queue or a killed worker harmless; a worker that is still sending
 * renews its lease. Every step is one UPDATE that names the state it leaves, so two workers never claim the same row.
 */
@Injectable()
export class Ledger {
  /** How long a row stays claimed without a renewal. */
  readonly leaseMs: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    environment: OutboxEnvironment,
  ) {
    this.leaseMs = environment.NOTIFICATION_LEASE_SECONDS * 1000;
  }

  /**
   * Parties with more than their fair share of the notifications at hand: the longest due, and those on their way to
   * the mail server. Reads at most twice `LOOK_AHEAD` entries of one index.
   */
  async findCrowding(): Promise<Party[]> {
    const rows = await query<{ account_id: Party }>(
      this.dataSource,
      `/* find-crowding */ SELECT account_id FROM (
         (SELECT account_id FROM notifications WHERE state = 'pending' AND due_at <= ?
          ORDER BY due_at LIMIT ${LOOK_AHEAD})
         UNION ALL
         (SELECT account_id FROM notifications WHERE state IN ('queued', 'sending') LIMIT ${LOOK_AHEAD})
       ) at_hand
       GROUP BY account_id HAVING COUNT(*) > IF(account_id IS NULL, ${FAIR_SHARE_OF_DESK}, ${FAIR_SHARE})`,
      [new Date(this.clock.now())],
    );
    return rows.map(({ account_id }) => account_id);
  }

  /** Claims up to `limit` due notifications of the chosen parties, the longest due first. */
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

  /** Makes rows pending again that could not be queued. */
  async release({ token }: Claim): Promise<void> {
    await this.update(
      `/* release-claim */ UPDATE notifications SET state = 'pending', leased_until = NULL
       WHERE claim = ? AND state = 'queued'`,
      [token],
    );
  }

  /** Releases rows whose lease ran out because their queue was lost or their worker died. Returns how many. */
  async releaseExpired(): Promise<number> {
    const { affectedRows } = await this.update(
      `/* release-expired */ UPDATE notifications SET state = 'pending', leased_until = NULL
       WHERE state IN ('queued', 'sending') AND leased_until <= ?`,
      [new Date(this.clock.now())],
    );
    return affectedRows;
  }

  /** Marks a queued row as being sent. False if this claim of it is no longer the current one. */
  async begin({ id, lease }: LeasedRow): Promise<boolean> {
    const { affectedRows } = await this.update(
      `/* begin-sending */ UPDATE notifications SET state = 'sending', leased_until = ?
       WHERE id = ? AND lease = ? AND state = 'queued'`,
      [this.leaseEnd(), id, lease],
    );
    return affectedRows === 1;
  }

  /** Extends the lease of a row that is still being sent. */
  async renew({ id, lease }: LeasedRow): Promise<void> {
    await this.update(
      `/* renew-lease */ UPDATE notifications SET leased_until = ? WHERE id = ? AND lease = ? AND state = 'sending'`,
      [this.leaseEnd(), id, lease],
    );
  }

  /**
   * Records how the attempt ended. If the row was claimed again since, only its new holder may record that, with one
   * exception: an email that the mail server has accepted is sent, whichever worker holds the row by now.
   */
  async settle({ id, lease }: LeasedRow, settlement: Settlement): Promise<void> {
    const { state, offered, reason } = settlement;
    const [times, ...moments] = timesAfter(settlement, new Date(this.clock.now()));
    await this.update(
      `/* settle-notification */ UPDATE notifications
       SET state = ?, attempts = attempts + ?, reason = ?, leased_until = NULL, ${times}
       WHERE id = ? AND state IN ('pending', 'queued', 'sending') AND (lease = ? OR ? = 'sent')`,
      [state, offered ? 1 : 0, reason?.slice(0, 500) ?? null, ...moments, id, lease, state],
    );
  }

  /** Sets when a booking's notifications that wait for an older one are due again. */
  async wake(bookingId: number, at: EpochMs): Promise<void> {
    await this.update(
      `/* wake-waiting */ UPDATE notifications SET due_at = ?
       WHERE booking_id = ? AND state = 'pending' AND reason = ?`,
      [new Date(at), bookingId, WAITS_FOR_OLDER],
    );
  }

  private leaseEnd(): Date {
    return new Date(this.clock.now() + this.leaseMs);
  }

  private update(sql: string, parameters: unknown[]): Promise<ResultSetHeader> {
    return inOneStatement(this.dataSource, sql, parameters);
  }
}

/** The times that an attempt leaves behind, as SQL and its parameters. */
function timesAfter(settlement: Settlement, now: Date): [string, ...(Date | null)[]] {
  if (settlement.state !== 'pending') return ['settled_at = ?, failing_since = NULL', now];
  // An attempt that did not reach the mail server neither begins a failure nor ends one.
  const failedAt = settlement.offered ? now : null;
  const dueAt = new Date(settlement.dueAt);
  return ['settled_at = NULL, failing_since = COALESCE(failing_since, ?), due_at = ?', failedAt, dueAt];
}

function choiceOf(only: readonly Party[], not: readonly Party[]): [string, ...(readonly number[])[]] {
  const orNone = 'OR account_id IS NULL';
  if (only.length > 0)
    return [`AND (account_id IN (?) ${only.includes(null) ? orNone : ''})`, accountsAmong(only)];
  // Without an account, `account_id NOT IN (…)` is unknown.
  return not.length > 0
    ? [`AND (account_id NOT IN (?) ${not.includes(null) ? '' : orNone})`, accountsAmong(not)]
    : [''];
}

/** A list in SQL has at least one element, and no account has the id 0. */
function accountsAmong(parties: readonly Party[]): number[] {
  return [0, ...parties.filter((party) => party !== null)];
}

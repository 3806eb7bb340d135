import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { type Rows, execute } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { mailDomain } from './mail-domain.js';
import type { AccountKind, BookingKind, NoticeKind } from './notification-kind.js';
import { Notification } from './notification.entity.js';

/** Why news of a move are not sent that a later change of the booking overtook. */
export const SUPERSEDED = 'superseded by news of a later change';

/** A notification to be sent once its booking's transaction has committed. */
export interface NewNotification {
  /** The patient's account. */
  readonly accountId: number;
  readonly bookingId: number;
  readonly bookingVersion: number;
  readonly kind: BookingKind;
  /** The start that the notification tells. */
  readonly startsAt: EpochMs;
  readonly durationMinutes: number;
  /** Not to be sent earlier. */
  readonly dueAt: EpochMs;
}

/** A notification that carries a link to its account. */
export interface LinkNotification {
  readonly accountId: number;
  readonly linkId: number;
  readonly kind: AccountKind;
  readonly dueAt: EpochMs;
  /** Where it goes, if not to the address of the account. */
  readonly address?: string | undefined;
}

/** An address that an account had, and whether anybody had confirmed it. */
export interface FormerAddress {
  readonly email: string;
  readonly isConfirmed: boolean;
}

/** A notification that tells the owner of an account what was done to it. */
export interface Notice {
  readonly accountId: number;
  readonly kind: NoticeKind;
  /** Where it goes, if not to the address of the account. */
  readonly address?: FormerAddress | undefined;
  /** The account that it tells of, if another. */
  readonly subjectId?: number | undefined;
}

/** Of one UPDATE: it is done in a second. */
const PART_ROWS = 10_000;

/** The writing side of the notification ledger: one row for each notification, in the transaction of its cause. */
@Injectable()
export class Outbox {
  private readonly domain: string;

  constructor(
    private readonly clock: Clock,
    environment: OutboxEnvironment,
  ) {
    this.domain = mailDomain(environment);
  }

  /** Appends notifications about bookings to the ledger, in one statement. */
  async append(tx: EntityManager, notifications: readonly NewNotification[]): Promise<void> {
    if (notifications.length === 0) return;
    const now = new Date(this.clock.now());
    const rows = notifications.map(() => "(?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)").join(', ');
    await execute(
      tx,
      `/* append-notifications */ INSERT INTO notifications
         (booking_id, account_id, booking_version, kind, starts_at, duration_minutes, due_at, state, message_id,
          created_at)
       VALUES ${rows}`,
      notifications.flatMap((notification) => [
        notification.bookingId,
        notification.accountId,
        notification.bookingVersion,
        notification.kind,
        new Date(notification.startsAt),
        notification.durationMinutes,
        new Date(notification.dueAt),
        this.newMessageId(),
        now,
      ]),
    );
  }

  /**
   * Writes a notification about each of many bookings into the ledger, of which none is to be sent.
   *
   * @param bookings with id, uid, version, starts_at and duration_minutes
   */
  async appendWithdrawn(
    tx: EntityManager,
    accountId: number,
    kind: BookingKind,
    reason: string,
    { sql, parameters }: Rows,
  ): Promise<void> {
    const now = new Date(this.clock.now());
    await execute(
      tx,
      `/* append-withdrawn */
       INSERT INTO notifications (account_id, booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                  reason, message_id, created_at, settled_at)
       SELECT ?, b.id, b.version, ?, b.starts_at, b.duration_minutes, ?, 'cancelled', ?,
              CONCAT('<', b.uid, '.', b.version, '.', ?, '@', ?, '>'), ?, ?
       FROM (${sql}) b`,
      [accountId, kind, now, reason, kind, this.domain, now, now, ...parameters],
    );
  }

  /** Writes the notification of a link into the ledger. */
  async appendLink(tx: EntityManager, notification: LinkNotification): Promise<void> {
    const { accountId, linkId, kind, dueAt, address = null } = notification;
    const row = { accountId, linkId, kind, dueAt: new Date(dueAt), address };
    await tx.insert(Notification, { ...row, ...this.pendingOfAccount() });
  }

  /** Writes notices into the ledger, due now, in one statement. */
  async appendNotices(tx: EntityManager, notices: readonly Notice[]): Promise<void> {
    if (notices.length === 0) return;
    const rows = notices.map(({ accountId, address, subjectId, kind }) => ({
      accountId,
      address: address?.email ?? null,
      addressConfirmed: address ? (address.isConfirmed ? (1 as const) : (0 as const)) : null,
      subjectId: subjectId ?? null,
      kind,
      ...this.pendingOfAccount(),
    }));
    await tx.insert(
      Notification,
      rows.map((row) => ({ ...row, dueAt: row.createdAt })),
    );
  }

  /**
   * Cancels what a change of a booking makes untrue and was not sent yet: its reminders, and the news of an earlier move
   * that waits for its minute. `reason` is for the operator.
   */
  async withdrawOutdated(tx: EntityManager, bookingId: number, reason: string, now: EpochMs): Promise<void> {
    await execute(
      tx,
      `/* withdraw-outdated */
       UPDATE notifications SET state = 'cancelled', reason = IF(kind = 'moved', ?, ?), settled_at = ?,
              leased_until = NULL, failing_since = NULL
       WHERE booking_id = ?
         AND (kind IN ('reminder_24h', 'reminder_1h') AND state IN ('pending', 'queued')
              OR kind = 'moved' AND state = 'pending' AND due_at > ?)`,
      [SUPERSEDED, reason, new Date(this.clock.now()), bookingId, new Date(now)],
    );
  }

  /**
   * Cancels whatever an account was still to be mailed, what is just being sent too, and forgets addresses, and what mail
   * servers said, which may hold the address. Of accounts with very much it takes several statements: each must be
   * answered in time.
   */
  async withdrawAll(tx: EntityManager, accountId: number, reason: string): Promise<void> {
    await inParts((limit) =>
      execute(
        tx,
        `/* forget-addresses-of-account */ UPDATE notifications SET reason = NULL, address = NULL
         WHERE account_id = ? AND (reason IS NOT NULL OR address IS NOT NULL) LIMIT ${limit}`,
        [accountId],
      ),
    );
    const now = new Date(this.clock.now());
    await inParts((limit) =>
      execute(
        tx,
        `/* withdraw-all */ UPDATE notifications SET state = 'cancelled', reason = ?, settled_at = ?, leased_until = NULL,
                failing_since = NULL, lease = lease + 1
         WHERE account_id = ? AND state IN ('pending', 'queued', 'sending') LIMIT ${limit}`,
        [reason, now, accountId],
      ),
    );
  }

  /** What every notification about an account begins with. */
  private pendingOfAccount(): Pick<Notification, 'bookingVersion' | 'state' | 'messageId' | 'createdAt'> {
    const createdAt = new Date(this.clock.now());
    return { bookingVersion: 0, state: 'pending', messageId: this.newMessageId(), createdAt };
  }

  private newMessageId(): string {
    return `<${randomUUID()}@${this.domain}>`;
  }
}

/** Runs an update, of rows that it no longer finds then, until it affects fewer than its limit. */
async function inParts(update: (limit: number) => Promise<{ readonly affectedRows: number }>): Promise<void> {
  while ((await update(PART_ROWS)).affectedRows === PART_ROWS);
}

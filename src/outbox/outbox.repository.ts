import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { type SelectStatement, execute } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { mailDomain } from './mail-domain.js';
import type { LinkKind, BookingKind, NoticeKind } from './notification-kind.js';
import { Notification } from './notification.entity.js';

/** A notification to be sent once its booking's transaction has committed. */
export interface BookingNotification {
  /** The account of the patient, if there is one. */
  readonly accountId: number | null;
  readonly bookingId: number;
  readonly bookingVersion: number;
  readonly kind: BookingKind;
  /** The doctor that the notification announces; null: that of the booking when it is sent. */
  readonly doctorId: number | null;
  /** The start that the notification announces. */
  readonly startsAt: EpochMs;
  readonly durationMinutes: number;
  /** Not to be sent earlier. */
  readonly dueAt: EpochMs;
  /** Why it is never sent; for operators. */
  readonly skipped?: string | undefined;
}

/** A notification that carries a link to its account, or to a patient. */
export interface LinkNotification {
  /** Null for a link to a patient. */
  readonly accountId: number | null;
  readonly linkId: number;
  readonly kind: LinkKind;
  readonly dueAt: EpochMs;
  /** Where it goes, if not to the address of the account. */
  readonly address?: string | undefined;
}

/** An address that an account had, and whether it had been confirmed. */
export interface FormerAddress {
  readonly email: string;
  readonly isConfirmed: boolean;
}

/** A notification that informs an account's owner of a change to the account. */
export interface Notice {
  readonly accountId: number;
  readonly kind: NoticeKind;
  /** Where it goes, if not to the address of the account. */
  readonly address?: FormerAddress | undefined;
  /** The account that it is about, if another. */
  readonly subjectId?: number | undefined;
}

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
  async append(tx: EntityManager, notifications: readonly BookingNotification[]): Promise<void> {
    if (notifications.length === 0) return;
    const now = new Date(this.clock.now());
    const rows = notifications.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
    await execute(
      tx,
      `/* append-notifications */ INSERT INTO notifications
         (booking_id, account_id, booking_version, kind, doctor_id, starts_at, duration_minutes, due_at, message_id,
          created_at, state, reason, settled_at)
       VALUES ${rows}`,
      notifications.flatMap((notification) => [
        notification.bookingId,
        notification.accountId,
        notification.bookingVersion,
        notification.kind,
        notification.doctorId,
        new Date(notification.startsAt),
        notification.durationMinutes,
        new Date(notification.dueAt),
        this.newMessageId(),
        now,
        ...(notification.skipped === undefined
          ? ['pending', null, null]
          : ['cancelled', notification.skipped, now]),
      ]),
    );
  }

  /**
   * Appends a cancelled notification about each of many bookings: none of them is sent.
   *
   * @param bookings rows with id, uid, version, starts_at and duration_minutes
   */
  async appendCancelled(
    tx: EntityManager,
    accountId: number | null,
    kind: BookingKind,
    reason: string,
    { sql, parameters }: SelectStatement,
  ): Promise<void> {
    const now = new Date(this.clock.now());
    await execute(
      tx,
      `/* append-cancelled-notifications */
       INSERT INTO notifications (account_id, booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                  reason, message_id, created_at, settled_at)
       SELECT ?, b.id, b.version, ?, b.starts_at, b.duration_minutes, ?, 'cancelled', ?,
              CONCAT('<', b.uid, '.', b.version, '.', ?, '@', ?, '>'), ?, ?
       FROM (${sql}) b`,
      [accountId, kind, now, reason, kind, this.domain, now, now, ...parameters],
    );
  }

  /** Appends the notification of a link to the ledger. */
  async appendLink(tx: EntityManager, notification: LinkNotification): Promise<void> {
    const { accountId, linkId, kind, dueAt, address = null } = notification;
    const row = { accountId, linkId, kind, dueAt: new Date(dueAt), address };
    await tx.insert(Notification, { ...row, ...this.pendingOfAccount() });
  }

  /** Appends notices to the ledger, due now, in one statement. */
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

  /** The columns that every notification about an account begins with. */
  private pendingOfAccount(): Pick<Notification, 'bookingVersion' | 'state' | 'messageId' | 'createdAt'> {
    const createdAt = new Date(this.clock.now());
    return { bookingVersion: 0, state: 'pending', messageId: this.newMessageId(), createdAt };
  }

  private newMessageId(): string {
    return `<${randomUUID()}@${this.domain}>`;
  }
}

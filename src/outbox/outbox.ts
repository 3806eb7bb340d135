import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Environment } from '../config/environment.js';
import { look, type Rows, write } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { mailDomain } from './mail-domain.js';
import type { AccountKind, BookingKind } from './notification-kind.js';

/** A message to be sent once its booking's transaction has committed. */
export interface Message {
  readonly bookingId: number;
  readonly bookingVersion: number;
  readonly kind: BookingKind;
  /** The start that the message tells. */
  readonly startsAt: EpochMs;
  readonly durationMinutes: number;
  /** Not to be sent earlier. */
  readonly dueAt: EpochMs;
}

/** A message that carries a link to its account. */
export interface LinkMessage {
  readonly linkId: number;
  readonly kind: AccountKind;
  readonly dueAt: EpochMs;
}

/** The writing side of the notification ledger: one row for each message, in the transaction of its cause. */
@Injectable()
export class Outbox {
  private readonly domain: string;

  constructor(
    private readonly clock: Clock,
    environment: Environment,
  ) {
    this.domain = mailDomain(environment);
  }

  /** Writes messages into the ledger, in one statement. */
  async append(tx: EntityManager, messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const now = new Date(this.clock.now());
    const rows = messages.map(() => "(?, ?, ?, ?, ?, ?, 'pending', ?, ?)").join(', ');
    await write(
      tx,
      `INSERT INTO notifications
         (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state, message_id, created_at)
       VALUES ${rows}`,
      messages.flatMap((message) => [
        message.bookingId,
        message.bookingVersion,
        message.kind,
        new Date(message.startsAt),
        message.durationMinutes,
        new Date(message.dueAt),
        this.newMessageId(),
        now,
      ]),
    );
  }

  /** Whether the ledger has this message about this version of the booking, in whatever state. */
  async hasTold(tx: EntityManager, message: Message): Promise<boolean> {
    const rows = await look(
      tx,
      `SELECT id FROM notifications
       WHERE booking_id = ? AND booking_version = ? AND kind = ? AND starts_at = ? AND duration_minutes = ?`,
      [
        message.bookingId,
        message.bookingVersion,
        message.kind,
        new Date(message.startsAt),
        message.durationMinutes,
      ],
    );
    return rows.length > 0;
  }

  /**
   * Writes a message about each of many bookings into the ledger, due at once.
   *
   * @param bookings with id, uid, version, starts_at and duration_minutes
   */
  async appendEach(tx: EntityManager, kind: BookingKind, { sql, parameters }: Rows): Promise<void> {
    const now = new Date(this.clock.now());
    await write(
      tx,
      `INSERT INTO notifications
         (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state, message_id, created_at)
       SELECT b.id, b.version, ?, b.starts_at, b.duration_minutes, ?, 'pending',
              CONCAT('<', b.uid, '.', b.version, '.', ?, '@', ?, '>'), ?
       FROM (${sql}) b`,
      [kind, now, kind, this.domain, now, ...parameters],
    );
  }

  /** Writes the message of a link into the ledger. */
  async appendLink(tx: EntityManager, { linkId, kind, dueAt }: LinkMessage): Promise<void> {
    await write(
      tx,
      `INSERT INTO notifications (link_id, booking_version, kind, due_at, state, message_id, created_at)
       VALUES (?, 0, ?, ?, 'pending', ?, ?)`,
      [linkId, kind, new Date(dueAt), this.newMessageId(), new Date(this.clock.now())],
    );
  }

  /** Cancels the reminders of a booking that were not sent yet; `reason` is for the operator. */
  async withdrawReminders(tx: EntityManager, bookingId: number, reason: string): Promise<void> {
    await write(
      tx,
      `UPDATE notifications SET state = 'cancelled', reason = ?, settled_at = ?, leased_until = NULL
       WHERE booking_id = ? AND kind IN ('reminder_24h', 'reminder_1h') AND state IN ('pending', 'queued')`,
      [reason, new Date(this.clock.now()), bookingId],
    );
  }

  /**
   * Cancels whatever an account was still to be mailed, what is just being sent too, and forgets what mail servers said of it, which may hold its
   * address.
   */
  async withdrawAll(tx: EntityManager, accountId: number, reason: string): Promise<void> {
    const about = [
      'JOIN bookings o ON o.id = n.booking_id AND o.user_id = ?',
      'JOIN account_links o ON o.id = n.link_id AND o.account_id = ?',
    ];
    for (const join of about) {
      await write(tx, `UPDATE notifications n ${join} SET n.reason = NULL WHERE n.reason IS NOT NULL`, [
        accountId,
      ]);
      await write(
        tx,
        `UPDATE notifications n ${join} SET n.state = 'cancelled', n.reason = ?, n.settled_at = ?, n.leased_until = NULL,
                n.lease = n.lease + 1
         WHERE n.state IN ('pending', 'queued', 'sending')`,
        [accountId, reason, new Date(this.clock.now())],
      );
    }
  }

  private newMessageId(): string {
    return `<${randomUUID()}@${this.domain}>`;
  }
}

import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Environment } from '../config/environment.js';
import { type Rows, write } from '../database/statement.js';
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

/** Of one UPDATE: it is done in a second. */
const PART_ROWS = 10_000;

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

  /**
   * Writes a message about each of many bookings into the ledger, of which none is to be sent.
   *
   * @param bookings with id, uid, version, starts_at and duration_minutes
   */
  async appendWithdrawn(
    tx: EntityManager,
    kind: BookingKind,
    reason: string,
    { sql, parameters }: Rows,
  ): Promise<void> {
    const now = new Date(this.clock.now());
    await write(
      tx,
      `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state, reason,
                                  message_id, created_at, settled_at)
       SELECT b.id, b.version, ?, b.starts_at, b.duration_minutes, ?, 'cancelled', ?,
              CONCAT('<', b.uid, '.', b.version, '.', ?, '@', ?, '>'), ?, ?
       FROM (${sql}) b`,
      [kind, now, reason, kind, this.domain, now, now, ...parameters],
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
   * Cancels whatever an account was still to be mailed, what is just being sent too, and forgets what mail servers said of
   * it, which may hold its address. Of accounts with very much it takes several statements: each must be answered in time.
   */
  async withdrawAll(tx: EntityManager, accountId: number, reason: string): Promise<void> {
    const about = [
      'JOIN bookings o ON o.id = n.booking_id WHERE o.user_id = ?',
      'JOIN account_links o ON o.id = n.link_id WHERE o.account_id = ?',
    ];
    for (const its of about) {
      await updateInParts(tx, accountId, 'n.reason = NULL', [], `${its} AND n.reason IS NOT NULL`);
      await updateInParts(
        tx,
        accountId,
        "n.state = 'cancelled', n.reason = ?, n.settled_at = ?, n.leased_until = NULL, n.lease = n.lease + 1",
        [reason, new Date(this.clock.now())],
        `${its} AND n.state IN ('pending', 'queued', 'sending')`,
      );
    }
  }

  private newMessageId(): string {
    return `<${randomUUID()}@${this.domain}>`;
  }
}

/** Updates notifications that a condition on them and what they are about finds, which they no longer meet then. */
async function updateInParts(
  tx: EntityManager,
  accountId: number,
  change: string,
  values: unknown[],
  found: string,
): Promise<void> {
  const part = `SELECT id FROM (SELECT n.id FROM notifications n ${found} LIMIT ${PART_ROWS}) part`;
  let affected: number;
  do {
    const sql = `UPDATE notifications n SET ${change} WHERE n.id IN (${part})`;
    affected = (await write(tx, sql, [...values, accountId])).affectedRows;
  } while (affected === PART_ROWS);
}

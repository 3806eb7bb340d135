import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { look, type Rows, write } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { mailDomain } from './mail-domain.js';
import type { AccountKind, BookingKind, NoticeKind } from './notification-kind.js';

/** However often a booking is moved, news of it leave no more often. */
const PAUSE_BETWEEN_MOVES_MS = 60_000;

/** Why news of a move are not sent that a later change of the booking overtook. */
export const SUPERSEDED = 'superseded by news of a later change';

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

/** A message that tells the owner of an account what was done to it. */
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

/** The writing side of the notification ledger: one row for each message, in the transaction of its cause. */
@Injectable()
export class Outbox {
  private readonly domain: string;

  constructor(
    private readonly clock: Clock,
    environment: OutboxEnvironment,
  ) {
    this.domain = mailDomain(environment);
  }

  /** Writes messages to an account into the ledger, in one statement. */
  async append(tx: EntityManager, accountId: number, messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const now = new Date(this.clock.now());
    const rows = messages.map(() => "(?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)").join(', ');
    await write(
      tx,
      `INSERT INTO notifications
         (booking_id, account_id, booking_version, kind, starts_at, duration_minutes, due_at, state, message_id,
          created_at)
       VALUES ${rows}`,
      messages.flatMap((message) => [
        message.bookingId,
        accountId,
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
   * Writes a message about each of many bookings into the ledger, of which none is to be sent.
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
    await write(
      tx,
      `INSERT INTO notifications (account_id, booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                  reason, message_id, created_at, settled_at)
       SELECT ?, b.id, b.version, ?, b.starts_at, b.duration_minutes, ?, 'cancelled', ?,
              CONCAT('<', b.uid, '.', b.version, '.', ?, '@', ?, '>'), ?, ?
       FROM (${sql}) b`,
      [accountId, kind, now, reason, kind, this.domain, now, now, ...parameters],
    );
  }

  /** Writes the message of a link into the ledger. */
  async appendLink(tx: EntityManager, message: LinkMessage): Promise<void> {
    const { accountId, linkId, kind, dueAt, address } = message;
    await write(
      tx,
      `INSERT INTO notifications (link_id, account_id, address, booking_version, kind, due_at, state, message_id,
                                  created_at)
       VALUES (?, ?, ?, 0, ?, ?, 'pending', ?, ?)`,
      [
        linkId,
        accountId,
        address ?? null,
        kind,
        new Date(dueAt),
        this.newMessageId(),
        new Date(this.clock.now()),
      ],
    );
  }

  /** Writes notices into the ledger, due now, in one statement. */
  async appendNotices(tx: EntityManager, notices: readonly Notice[]): Promise<void> {
    if (notices.length === 0) return;
    const now = new Date(this.clock.now());
    await write(
      tx,
      `INSERT INTO notifications (account_id, address, address_confirmed, subject_id, booking_version, kind, due_at, state,
                                  message_id, created_at)
       VALUES ${notices.map(() => "(?, ?, ?, ?, 0, ?, ?, 'pending', ?, ?)").join(', ')}`,
      notices.flatMap(({ accountId, address, subjectId, kind }) => [
        accountId,
        address?.email ?? null,
        address?.isConfirmed ?? null,
        subjectId ?? null,
        kind,
        now,
        this.newMessageId(),
        now,
      ]),
    );
  }

  /**
   * When news that a booking was moved may leave: now, or a minute after the last of them that left. What waits for its
   * minute is none of these, since the next one supersedes it.
   */
  async nextMoveDue(tx: EntityManager, bookingId: number, now: EpochMs): Promise<EpochMs> {
    const [row] = await look<{ last: Date | null }>(
      tx,
      `SELECT MAX(GREATEST(due_at, COALESCE(settled_at, due_at))) AS last FROM notifications
       WHERE booking_id = ? AND kind = 'moved' AND state <> 'cancelled' AND due_at <= ?`,
      [bookingId, new Date(now)],
    );
    const last = row?.last?.getTime() ?? -Infinity;
    return Math.max(now, last + PAUSE_BETWEEN_MOVES_MS);
  }

  /**
   * Cancels what a change of a booking makes untrue and was not sent yet: its reminders, and the news of an earlier move
   * that waits for its minute. `reason` is for the operator.
   */
  async withdrawOutdated(tx: EntityManager, bookingId: number, reason: string, now: EpochMs): Promise<void> {
    await write(
      tx,
      `UPDATE notifications SET state = 'cancelled', reason = IF(kind = 'moved', ?, ?), settled_at = ?,
              leased_until = NULL, failing_since = NULL
       WHERE booking_id = ?
         AND (kind IN ('reminder_24h', 'reminder_1h') AND state IN ('pending', 'queued')
              OR kind = 'moved' AND state = 'pending' AND due_at > ?)`,
      [SUPERSEDED, reason, new Date(this.clock.now()), bookingId, new Date(now)],
    );
  }

  /**
   * Gives what is still to be mailed of a booking the start that its wall time means by new rules. Reminders follow it, and
   * one whose moment has passed by that is due at once. What waits in the queue goes back, to be queued with the new start.
   *
   * @param reminders those of the booking as it is now, each with its new moment
   */
  async renewStart(tx: EntityManager, reminders: readonly Message[], now: EpochMs): Promise<void> {
    const [{ bookingId, bookingVersion, startsAt }] = reminders as [Message];
    const dueAt = reminders.map(() => 'WHEN ? THEN ?').join(' ');
    await write(
      tx,
      `UPDATE notifications SET starts_at = ?, due_at = CASE kind ${dueAt} ELSE due_at END,
              lease = lease + IF(state = 'queued', 1, 0), leased_until = NULL, state = 'pending'
       WHERE booking_id = ? AND booking_version = ? AND state IN ('pending', 'queued')`,
      [
        new Date(startsAt),
        ...reminders.flatMap(({ kind, dueAt: moment }) => [kind, new Date(Math.max(moment, now))]),
        bookingId,
        bookingVersion,
      ],
    );
  }

  /** The kinds of message that the ledger has about a version of a booking, in whatever state. */
  async kindsOf(tx: EntityManager, bookingId: number, version: number): Promise<BookingKind[]> {
    const rows = await look<{ kind: BookingKind }>(
      tx,
      'SELECT kind FROM notifications WHERE booking_id = ? AND booking_version = ?',
      [bookingId, version],
    );
    return rows.map(({ kind }) => kind);
  }

  /**
   * Cancels whatever an account was still to be mailed, what is just being sent too, and forgets addresses, and what mail
   * servers said, which may hold the address. Of accounts with very much it takes several statements: each must be
   * answered in time.
   */
  async withdrawAll(tx: EntityManager, accountId: number, reason: string): Promise<void> {
    await updateInParts(tx, 'reason = NULL, address = NULL', [], {
      accountId,
      condition: '(reason IS NOT NULL OR address IS NOT NULL)',
    });
    await updateInParts(
      tx,
      "state = 'cancelled', reason = ?, settled_at = ?, leased_until = NULL, failing_since = NULL, lease = lease + 1",
      [reason, new Date(this.clock.now())],
      { accountId, condition: "state IN ('pending', 'queued', 'sending')" },
    );
  }

  private newMessageId(): string {
    return `<${randomUUID()}@${this.domain}>`;
  }
}

/** Updates the notifications of an account that meet a condition, which they no longer meet then. */
async function updateInParts(
  tx: EntityManager,
  change: string,
  values: unknown[],
  { accountId, condition }: { accountId: number; condition: string },
): Promise<void> {
  const sql = `UPDATE notifications SET ${change} WHERE account_id = ? AND ${condition} LIMIT ${PART_ROWS}`;
  let affected: number;
  do {
    affected = (await write(tx, sql, [...values, accountId])).affectedRows;
  } while (affected === PART_ROWS);
}

import type { EntityManager } from 'typeorm';
import { query, execute } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';
import type { BookingKind } from './notification-kind.js';
import type { BookingNotification } from './outbox.repository.js';

/** The statements of the `notifications` table about one booking. */

/** The shortest time between two reschedule confirmations of a booking, however often it is rescheduled. */
const CONFIRMATION_INTERVAL_MS = 60_000;

/** Whether the ledger has this notification about this version of the booking, in any state. */
export async function hasNotification(
  tx: EntityManager,
  notification: Pick<
    BookingNotification,
    'bookingId' | 'bookingVersion' | 'kind' | 'startsAt' | 'durationMinutes'
  >,
): Promise<boolean> {
  const rows = await query(
    tx,
    `/* find-notification */ SELECT id FROM notifications
     WHERE booking_id = ? AND booking_version = ? AND kind = ? AND starts_at = ? AND duration_minutes = ?`,
    [
      notification.bookingId,
      notification.bookingVersion,
      notification.kind,
      new Date(notification.startsAt),
      notification.durationMinutes,
    ],
  );
  return rows.length > 0;
}

/**
 * When the confirmation of a reschedule may leave: now, or a minute after the last one that left. A confirmation that
 * still waits for its minute does not count, because the next one supersedes it.
 */
export async function nextRescheduleDue(
  tx: EntityManager,
  bookingId: number,
  now: EpochMs,
): Promise<EpochMs> {
  const [row] = await query<{ last: Date | null }>(
    tx,
    `/* find-last-move */ SELECT MAX(GREATEST(due_at, COALESCE(settled_at, due_at))) AS last FROM notifications
     WHERE booking_id = ? AND kind = 'moved' AND state <> 'cancelled' AND due_at <= ?`,
    [bookingId, new Date(now)],
  );
  const last = row?.last?.getTime() ?? -Infinity;
  return Math.max(now, last + CONFIRMATION_INTERVAL_MS);
}

/**
 * Gives a booking's unsent notifications the start that its wall time means under new time zone rules. Reminders shift
 * with it, and one whose moment has passed is due at once. Queued notifications become pending again, to be queued with
 * the new start.
 *
 * @param reminders the booking's reminders as it is now, each with its new moment
 */
export async function renewStart(
  tx: EntityManager,
  reminders: readonly BookingNotification[],
  now: EpochMs,
): Promise<void> {
  const [{ bookingId, bookingVersion, startsAt }] = reminders as [BookingNotification];
  const dueAt = reminders.map(() => 'WHEN ? THEN ?').join(' ');
  await execute(
    tx,
    `/* renew-start */ UPDATE notifications SET starts_at = ?, due_at = CASE kind ${dueAt} ELSE due_at END,
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

/** The kinds of notification that the ledger has about a version of a booking, in any state. */
export async function findKinds(
  tx: EntityManager,
  bookingId: number,
  version: number,
): Promise<BookingKind[]> {
  const rows = await query<{ kind: BookingKind }>(
    tx,
    '/* find-kinds */ SELECT kind FROM notifications WHERE booking_id = ? AND booking_version = ?',
    [bookingId, version],
  );
  return rows.map(({ kind }) => kind);
}

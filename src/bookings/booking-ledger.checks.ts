import type { IntegrityCheck } from '../database/integrity-check.js';
import { markSql } from '../database/retention-mark.repository.js';
import { NOTIFICATIONS } from '../outbox/notification.sql.js';
import { SUPERSEDED } from '../outbox/skip-reasons.js';
import type { BookingRow } from './booking.js';
import { reminderKindsAfter } from './booking.notifications.js';
import { bookingCheck, IN_PAGE } from './checks-by-page.js';

interface NotificationCounts extends Pick<BookingRow, 'id' | 'version' | 'status'> {
  // The number of notifications of each kind. The driver may return it as text.
  readonly booked: string;
  readonly moved: string;
  readonly cancelled: string;
  /** How many of the last version are marked as superseded, although no later version exists. */
  readonly superseded: string;
}

interface ReminderRow extends Pick<BookingRow, 'id' | 'version' | 'starts_at'> {
  readonly updated_at: Date;
  /** The kinds of notification of the booking's version, separated by commas. */
  readonly kinds: string | null;
}

/** Leaves out bookings so old that retention may have deleted their notifications. */
const HAS_LEDGER = `b.ends_at >= ${markSql('notifications_from')}`;

export const BOOKING_LEDGER_CHECKS: readonly IntegrityCheck[] = [
  // Version 1 has a notification of kind `booked`, the last version of a cancelled booking `cancelled`, and each
  // version between them `moved`. A superseded notification counts, except for the last version: the patient got a
  // newer one instead. The key `notifications_once` keeps a booking's notifications together, and makes each of them
  // unique.
  bookingCheck({
    code: 'LEDGER_NEWS',
    title: 'bookings with notifications that are missing from the ledger',
    statement: `/* check-confirmations */
      SELECT b.id, b.version, b.status,
             COUNT(CASE WHEN n.kind = 'booked' AND n.booking_version = 1 THEN 1 END) AS booked,
             COUNT(CASE WHEN n.kind = 'moved' AND n.booking_version BETWEEN 2 AND b.version
                             AND (b.status <> 'cancelled' OR n.booking_version < b.version) THEN 1 END) AS moved,
             COUNT(CASE WHEN n.kind = 'cancelled' AND n.booking_version = b.version
                             AND b.status = 'cancelled' THEN 1 END) AS cancelled,
             COUNT(CASE WHEN n.booking_version = b.version AND n.reason = '${SUPERSEDED}' THEN 1 END) AS superseded
      FROM bookings b LEFT JOIN ${NOTIFICATIONS} ON n.booking_id = b.id
      WHERE ${IN_PAGE} AND ${HAS_LEDGER}
      GROUP BY b.id, b.version, b.status
      HAVING booked + moved + cancelled < b.version OR (b.status = 'cancelled' AND cancelled = 0)
             OR superseded > 0`,
    explain: (row: NotificationCounts) =>
      `it is ${row.status} and at version ${row.version}, but the ledger lacks ${missingNotifications(row).join(', ')}`,
    remedy:
      'Most likely the patient got no email: write the notification into the ledger (docs/operations.md, Mending by hand), and the ' +
      'worker sends it. All tables of a restore must come from one backup.',
  }),
  bookingCheck({
    code: 'LEDGER_REMINDER',
    title: 'live bookings with reminders that are missing from the ledger',
    statement: `/* check-reminders */
      SELECT b.id, b.version, b.starts_at, b.updated_at,
             (SELECT GROUP_CONCAT(n.kind) FROM ${NOTIFICATIONS}
              WHERE n.booking_id = b.id AND n.booking_version = b.version) AS kinds
      FROM bookings b WHERE ${IN_PAGE} AND ${HAS_LEDGER} AND b.status <> 'cancelled'`,
    explain: explainReminders,
    remedy:
      'If the reminder can still come in time, write it into the ledger (docs/operations.md, Mending by hand): the ' +
      'worker sends it. All tables of a restore must come from one backup.',
  }),
];

function missingNotifications(row: NotificationCounts): string[] {
  const { version, status, booked, moved, cancelled, superseded } = row;
  const lastReschedule = status === 'cancelled' ? version - 1 : version;
  const reschedules = Math.max(0, lastReschedule - 1);
  const missing = reschedules - Number(moved);
  return [
    ...(Number(booked) === 1 ? [] : ["'booked' of version 1"]),
    ...(missing === 0 ? [] : [`${missing} of ${reschedules} 'moved' of versions 2 to ${lastReschedule}`]),
    ...(Number(superseded) === 0 ? [] : [`the notification that supersedes version ${version}`]),
    ...(status !== 'cancelled' || Number(cancelled) === 1 ? [] : [`'cancelled' of version ${version}`]),
  ];
}

/** The reminders were appended when the booking took its time, which is when it was last changed. */
function explainReminders({ updated_at, starts_at, kinds, ...row }: ReminderRow): string | undefined {
  const present = kinds?.split(',') ?? [];
  const expected = reminderKindsAfter(starts_at.getTime(), updated_at.getTime());
  const missing = expected.filter((kind) => !present.includes(kind));
  if (missing.length === 0) return undefined;
  return (
    `it begins at ${starts_at.toISOString()} and took that time at ${updated_at.toISOString()}, as ` +
    `version ${row.version}, for which the ledger lacks ${missing.join(' and ')}`
  );
}

import type { EntityManager } from 'typeorm';
import { execute, type SelectStatement } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';
import { kindsSql, REMINDER_KINDS } from './notification-kind.js';
import { SUPERSEDED } from './skip-reasons.js';

/** The statements that cancel unsent notifications, and that give them to another account. */

/** One UPDATE of this many rows takes about a second. */
const BATCH_ROWS = 10_000;

/**
 * Cancels a booking's unsent notifications that a change of it makes wrong: its reminders, and the confirmation of an
 * earlier reschedule that is not due yet. `reason` is for operators.
 */
export async function cancelOutdatedNotifications(
  tx: EntityManager,
  bookingId: number,
  reason: string,
  now: EpochMs,
): Promise<void> {
  await execute(
    tx,
    `/* cancel-outdated-notifications */
     UPDATE notifications SET state = 'cancelled', reason = IF(kind = 'moved', ?, ?), settled_at = ?,
            leased_until = NULL, failing_since = NULL
     WHERE booking_id = ?
       AND (kind IN ${kindsSql(REMINDER_KINDS)} AND state IN ('pending', 'queued')
            OR kind = 'moved' AND state = 'pending' AND due_at > ?)`,
    [SUPERSEDED, reason, new Date(now), bookingId, new Date(now)],
  );
}

/**
 * Cancels all unsent notifications of an account, even those being sent. Also clears addresses and the mail server's
 * errors, which may contain addresses. An account with very many rows takes several statements, each of which must be
 * answered in time.
 */
export async function cancelNotificationsOfAccount(
  tx: EntityManager,
  accountId: number,
  reason: string,
  now: EpochMs,
): Promise<void> {
  await inBatches((limit) =>
    execute(
      tx,
      `/* forget-addresses-of-account */ UPDATE notifications SET reason = NULL, address = NULL
       WHERE account_id = ? AND (reason IS NOT NULL OR address IS NOT NULL) LIMIT ${limit}`,
      [accountId],
    ),
  );
  await inBatches((limit) =>
    execute(
      tx,
      `/* cancel-notifications-of-account */ UPDATE notifications SET state = 'cancelled', reason = ?, settled_at = ?, leased_until = NULL,
              failing_since = NULL, lease = lease + 1
       WHERE account_id = ? AND state IN ('pending', 'queued', 'sending') LIMIT ${limit}`,
      [reason, new Date(now), accountId],
    ),
  );
}

/**
 * Cancels all unsent notifications of these bookings in the same way.
 *
 * @param bookings rows with id
 */
export async function cancelNotificationsOfBookings(
  tx: EntityManager,
  bookings: SelectStatement,
  reason: string,
  now: EpochMs,
): Promise<void> {
  await execute(
    tx,
    `/* forget-addresses-of-bookings */ UPDATE notifications n JOIN (${bookings.sql}) b ON b.id = n.booking_id
     SET n.reason = NULL, n.address = NULL WHERE n.reason IS NOT NULL OR n.address IS NOT NULL`,
    [...bookings.parameters],
  );
  await execute(
    tx,
    `/* cancel-notifications-of-bookings */ UPDATE notifications n JOIN (${bookings.sql}) b ON b.id = n.booking_id
     SET n.state = 'cancelled', n.reason = ?, n.settled_at = ?, n.leased_until = NULL, n.failing_since = NULL,
         n.lease = n.lease + 1
     WHERE n.state IN ('pending', 'queued', 'sending')`,
    [...bookings.parameters, reason, new Date(now)],
  );
}

/**
 * Gives the notifications of bookings to the account that manages their patient.
 *
 * @param bookings rows with id
 */
export async function moveNotifications(
  tx: EntityManager,
  bookings: SelectStatement,
  accountId: number | null,
): Promise<void> {
  await execute(
    tx,
    `/* move-notifications */ UPDATE notifications n JOIN (${bookings.sql}) b ON b.id = n.booking_id
     SET n.account_id = ?`,
    [...bookings.parameters, accountId],
  );
}

/**
 * Cancels the notification of a link if it is unsent, even one being sent: without its address it would go to that of
 * the account. Also clears the mail server's error, which may contain the address.
 */
export async function cancelNotificationOfLink(
  tx: EntityManager,
  linkId: number,
  reason: string,
  now: Date,
): Promise<void> {
  await execute(
    tx,
    '/* forget-address-of-link */ UPDATE notifications SET reason = NULL, address = NULL WHERE link_id = ?',
    [linkId],
  );
  await execute(
    tx,
    `/* cancel-notification-of-link */ UPDATE notifications SET state = 'cancelled', reason = ?, settled_at = ?,
            leased_until = NULL, failing_since = NULL, lease = lease + 1
     WHERE link_id = ? AND state IN ('pending', 'queued', 'sending')`,
    [reason, now, linkId],
  );
}

/** Repeats an update until it affects fewer rows than its limit. It must no longer find the rows that it changed. */
async function inBatches(
  update: (limit: number) => Promise<{ readonly affectedRows: number }>,
): Promise<void> {
  while ((await update(BATCH_ROWS)).affectedRows === BATCH_ROWS);
}

import { CONFIRMATION_KINDS, kindsSql, REMINDER_KINDS } from './notification-kind.js';

/** SQL with which other modules read notifications along with their own tables. */

/** Notifications, as `n`. */
export const NOTIFICATIONS = 'notifications n';

const REMINDERS = kindsSql(REMINDER_KINDS);

/** The final states of a notification. */
export const SETTLED = "'sent', 'dead', 'cancelled'";

/**
 * A notification whose email was attempted, and not sent, for more than five minutes: the one definition for readiness
 * and the integrity check. A part of a WHERE clause; its parameter is `failingBefore(now)`.
 */
export const FAILING = "failing_since < ? AND state IN ('pending', 'queued', 'sending')";

/** Whether there is a notification `n` that meets a condition. */
export function existsNotification(condition: string): string {
  return `EXISTS (SELECT 1 FROM notifications n WHERE ${condition})`;
}

/**
 * What was last announced to the patient before a reschedule or cancellation: from the last sent notification if there
 * is one, else from the newest. A join would read the whole ledger.
 */
const lastAnnounced = (column: string): string => `
         (SELECT e.${column} FROM notifications e
          WHERE n.kind IN ('moved', 'cancelled') AND e.booking_id = n.booking_id AND e.booking_version < n.booking_version
            AND e.kind IN ('booked', 'moved')
          ORDER BY e.state = 'sent' DESC, e.booking_version DESC LIMIT 1)`;

/** The doctor that was announced to the patient of a notification `n` before. */
export const LAST_ANNOUNCED_DOCTOR = lastAnnounced('doctor_id');

/** Columns of a notification `n`: the time that was announced to its patient before. */
export const LAST_ANNOUNCED = `${lastAnnounced('starts_at')} AS announced_starts_at,
         ${lastAnnounced('duration_minutes')} AS announced_duration_minutes`;

/**
 * The latest due time or lease end of the notifications of the same booking that must arrive before `n`; NULL if there
 * are none. Versions decide which come earlier, not ids: on a cluster, the ids of different nodes do not ascend together.
 */
export const BLOCKED_UNTIL = `(SELECT MAX(IF(e.leased_until > e.due_at, e.leased_until, e.due_at)) FROM notifications e
          WHERE e.booking_id = n.booking_id
            AND (e.booking_version < n.booking_version
                 OR e.booking_version = n.booking_version AND n.kind IN ${REMINDERS}
                    AND e.kind NOT IN ${REMINDERS})
            AND (e.state = 'sending'
                 OR e.state IN ('pending', 'queued') AND e.kind IN ${kindsSql(CONFIRMATION_KINDS)}))`;

/**
 * The addresses, other than its own, that an account's notices went to, and whether they had been confirmed. Erasing the
 * account clears them.
 */
export const ADDRESSES_OF_NOTICES = `SELECT address, COALESCE(address_confirmed, 0) FROM notifications
     WHERE account_id = ? AND address IS NOT NULL`;

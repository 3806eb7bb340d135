import { kindsSql, REMINDER_KINDS } from '../../src/outbox/notification-kind.js';
import type { Clinic } from './clinic.js';

/**
 * Shifts bookings and their unsent mails; later ones first if they become later, because of the unique key on starts.
 */
export async function shiftInstants(
  clinic: Clinic,
  hours: number,
  ...bookings: readonly { id: number }[]
): Promise<void> {
  for (const { id } of hours > 0 ? [...bookings].reverse() : bookings) {
    await clinic.query(
      `UPDATE bookings SET starts_at = starts_at + INTERVAL ? HOUR, ends_at = ends_at + INTERVAL ? HOUR,
                           open_from = open_from + INTERVAL ? HOUR, open_until = open_until + INTERVAL ? HOUR
       WHERE id = ?`,
      [hours, hours, hours, hours, id],
    );
    await clinic.query(
      `UPDATE notifications SET starts_at = starts_at + INTERVAL ? HOUR,
              due_at = due_at + INTERVAL IF(kind IN ${kindsSql(REMINDER_KINDS)}, ?, 0) HOUR WHERE booking_id = ?`,
      [hours, hours, id],
    );
  }
}

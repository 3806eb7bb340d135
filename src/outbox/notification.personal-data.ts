import type { DataSource } from 'typeorm';
import { type Pages, pagesOf, pagesOfAccount } from '../database/pages.js';

export function notificationsOfBookings(dataSource: DataSource, bookingIds: readonly unknown[]): Pages {
  return pagesOf(dataSource, {
    sql: `/* export-notifications-of-bookings */
          SELECT id, kind, booking_id, booking_version, state, reason, due_at, settled_at
            FROM notifications WHERE booking_id IN (?)`,
    parameters: [bookingIds],
    key: { booking_id: 'booking_id', booking_version: 'booking_version', kind: 'kind' },
  });
}

/** The notices that the account got, with the address of those that went to a former one. */
export const exportNotices =
  pagesOfAccount(`/* export-notices */ SELECT id, kind, NULL AS booking_id, address, state, reason, due_at, settled_at
          FROM notifications WHERE account_id = ? AND booking_id IS NULL AND link_id IS NULL`);

import type { EntityManager } from 'typeorm';
import { sweepBy } from '../database/in-batches.js';
import { execute } from '../database/statement.js';
import { SETTLED } from './notification.sql.js';

/** Deletes notifications about accounts that were settled before a moment. */
export const deleteOtherNotifications = sweepBy(
  `/* sweep-notifications */ DELETE FROM notifications WHERE settled_at < ? AND booking_id IS NULL AND state IN (${SETTLED})
   ORDER BY settled_at`,
);

/** Deletes all notifications of these bookings or links, and returns how many. */
export async function deleteNotificationsOf(
  tx: EntityManager,
  column: 'booking_id' | 'link_id',
  ids: readonly number[],
): Promise<number> {
  const { affectedRows } = await execute(
    tx,
    `/* delete-notifications-of */ DELETE FROM notifications WHERE ${column} IN (?)`,
    [ids],
  );
  return affectedRows;
}

import type { DataSource } from 'typeorm';
import { BATCH, deleteInBatches, sweepBy } from '../../database/in-batches.js';
import { inTransaction } from '../../database/in-transaction.js';
import { query, execute } from '../../database/statement.js';
import { existsNotification, SETTLED } from '../../outbox/notification.sql.js';
import { deleteNotificationsOf } from '../../outbox/old-notifications.js';
import { REMEMBERED_MS } from './link-pause.js';

/** Deletes links that expired before a time, and their notifications. Returns the number of links. */
export function deleteExpiredLinks(dataSource: DataSource, before: Date): Promise<number> {
  const find = async (): Promise<number[]> => {
    const rows = await query<{ id: number }>(
      dataSource,
      `/* find-expired-links */ SELECT l.id FROM account_links l
       WHERE l.expires_at < ?
         AND NOT ${existsNotification(`n.link_id = l.id AND n.state NOT IN (${SETTLED})`)}
       ORDER BY l.expires_at LIMIT ${BATCH}`,
      [before],
    );
    return rows.map(({ id }) => id);
  };
  return deleteInBatches(find, (ids) =>
    inTransaction(dataSource, async (tx) => {
      await deleteNotificationsOf(tx, 'link_id', ids);
      const sql = '/* delete-links */ DELETE FROM account_links WHERE id IN (?)';
      return (await execute(tx, sql, [ids])).affectedRows;
    }),
  );
}

/** Deletes the address hashes of links that no longer count for a pause. */
export const forgetAddressHashes = sweepBy(
  `/* forget-address-hashes */ UPDATE account_links SET address_hash = NULL WHERE address_hash IS NOT NULL AND created_at < ?
   ORDER BY address_hash`,
  REMEMBERED_MS,
);

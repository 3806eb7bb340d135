import type { DataSource } from 'typeorm';
import { inOneStatement } from '../../database/in-one-statement.js';
import { inTransaction } from '../../database/in-transaction.js';
import { look, write } from '../../database/statement.js';
import { BATCH, deleteInBatches, SETTLED } from './in-batches.js';

/** Deletes notifications about accounts that were settled before. */
export async function deleteOtherNotifications(dataSource: DataSource, before: Date): Promise<number> {
  for (let deleted = 0; ;) {
    const { affectedRows } = await inOneStatement(
      dataSource,
      `DELETE FROM notifications WHERE settled_at < ? AND booking_id IS NULL AND state IN (${SETTLED})
       ORDER BY settled_at LIMIT ${BATCH}`,
      [before],
    );
    deleted += affectedRows;
    if (affectedRows < BATCH) return deleted;
  }
}

/** Deletes links that expired before, and the notifications that carried them. Answers how many links. */
export function deleteLinks(dataSource: DataSource, before: Date): Promise<number> {
  const find = async (): Promise<number[]> => {
    const rows = await look<{ id: number }>(
      dataSource,
      `SELECT l.id FROM account_links l
       WHERE l.expires_at < ?
         AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.link_id = l.id AND n.state NOT IN (${SETTLED}))
       ORDER BY l.expires_at LIMIT ${BATCH}`,
      [before],
    );
    return rows.map(({ id }) => id);
  };
  return deleteInBatches(find, (ids) =>
    inTransaction(dataSource, async (tx) => {
      await write(tx, 'DELETE FROM notifications WHERE link_id IN (?)', [ids]);
      return (await write(tx, 'DELETE FROM account_links WHERE id IN (?)', [ids])).affectedRows;
    }),
  );
}

/** Takes from links created before what pauses between links were counted by. Answers how many. */
export async function forgetAddressHashes(dataSource: DataSource, before: Date): Promise<number> {
  for (let forgotten = 0; ;) {
    const { affectedRows } = await inOneStatement(
      dataSource,
      `UPDATE account_links SET address_hash = NULL WHERE address_hash IS NOT NULL AND created_at < ?
       ORDER BY address_hash LIMIT ${BATCH}`,
      [before],
    );
    forgotten += affectedRows;
    if (affectedRows < BATCH) return forgotten;
  }
}

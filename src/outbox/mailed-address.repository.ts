import type { EntityManager } from 'typeorm';
import { sweepBy } from '../database/in-batches.js';
import { execute } from '../database/statement.js';

/** The statements of the `mailed_addresses` table. */

const DAY_MS = 24 * 60 * 60_000;

/** Locks an address until the transaction ends. */
export async function lockAddress(tx: EntityManager, hash: string, now: Date): Promise<void> {
  await execute(
    tx,
    `/* lock-address */ INSERT INTO mailed_addresses (address_hash, counted_at) VALUES (?, ?)
     ON DUPLICATE KEY UPDATE counted_at = ?`,
    [hash, now, now],
  );
}

/** Deletes addresses for which nothing has been counted for a day. */
export const deleteOldMailedAddresses = sweepBy(
  '/* sweep-mailed-addresses */ DELETE FROM mailed_addresses WHERE counted_at < ? ORDER BY counted_at',
  DAY_MS,
);

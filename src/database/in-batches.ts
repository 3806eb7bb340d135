import type { DataSource } from 'typeorm';
import { inOneStatement } from './in-one-statement.js';

/** Few enough that nobody waits long for the rows that are locked meanwhile. */
export const BATCH = 500;

/** Removes what is old at a moment, and returns how many rows lost something by it. */
export type Sweep = (dataSource: DataSource, now: Date) => Promise<number>;

/**
 * A sweep by a statement that ends before its LIMIT, until it affects less than a batch.
 *
 * @param sql its parameter is the moment before which rows have had their time: `keepMs` before now
 */
export function sweepBy(sql: string, keepMs = 0): Sweep {
  return async (dataSource, now) => {
    for (let affected = 0; ;) {
      const before = new Date(now.getTime() - keepMs);
      const { affectedRows } = await inOneStatement(dataSource, `${sql} LIMIT ${BATCH}`, [before]);
      affected += affectedRows;
      if (affectedRows < BATCH) return affected;
    }
  };
}

/**
 * Deletes what is found until less than a batch is. Each batch is a transaction: the next round goes on where this one
 * was ended.
 */
export async function deleteInBatches(
  find: () => Promise<number[]>,
  deleteThese: (ids: readonly number[]) => Promise<number>,
): Promise<number> {
  for (let deleted = 0; ;) {
    const ids = await find();
    if (ids.length === 0) return deleted;
    deleted += await deleteThese(ids);
    if (ids.length < BATCH) return deleted;
  }
}

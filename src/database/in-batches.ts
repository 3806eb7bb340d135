import type { DataSource } from 'typeorm';
import { inOneStatement } from './in-one-statement.js';

/** Few enough that other statements do not wait long for the locked rows. */
export const BATCH = 500;

/** Removes what is old at a moment, and returns how many rows it affected. */
export type Sweep = (dataSource: DataSource, now: Date) => Promise<number>;

/**
 * A sweep that appends a LIMIT to a statement and repeats it until it affects less than a batch.
 *
 * @param sql its parameter is the moment before which rows are old: `keepMs` before now
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
 * Deletes what `find` returns until it returns less than a batch. Each batch is its own transaction, so the next round
 * continues where an interrupted one stopped.
 */
export async function deleteInBatches(
  find: () => Promise<number[]>,
  deleteRows: (ids: readonly number[]) => Promise<number>,
): Promise<number> {
  for (let deleted = 0; ;) {
    const ids = await find();
    if (ids.length === 0) return deleted;
    deleted += await deleteRows(ids);
    if (ids.length < BATCH) return deleted;
  }
}

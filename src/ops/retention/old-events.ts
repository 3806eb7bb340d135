import type { DataSource } from 'typeorm';
import { inOneStatement } from '../../database/in-one-statement.js';
import { look } from '../../database/statement.js';
import { BATCH } from './in-batches.js';
import { readMark, setMark } from './retention-marks.js';

/** Deletes events before. The database user needs the right of docs/sql/forget-events.sql. */
export async function deleteEvents(dataSource: DataSource, before: Date): Promise<number> {
  for (let deleted = 0; ;) {
    const sql = `DELETE FROM audit_events WHERE at < ? ORDER BY at LIMIT ${BATCH}`;
    const { affectedRows } = await inOneStatement(dataSource, sql, [before]);
    deleted += affectedRows;
    if (affectedRows < BATCH) return deleted;
  }
}

/**
 * Takes the network address away from events before, and nothing else: the database user may write no other column.
 * The mark spares it to look at the same events again and again.
 */
export async function forgetAddresses(dataSource: DataSource, before: Date): Promise<number> {
  let forgotten = 0;
  let after = await readMark(dataSource, 'addresses_done');
  while (after < before) {
    const last = await endOfBatch(dataSource, after, before);
    const { affectedRows } = await inOneStatement(
      dataSource,
      'UPDATE audit_events SET address = NULL WHERE at > ? AND at <= ? AND address IS NOT NULL',
      [after, last],
    );
    await setMark(dataSource, 'addresses_done', last);
    forgotten += affectedRows;
    after = last;
  }
  return forgotten;
}

async function endOfBatch(dataSource: DataSource, after: Date, before: Date): Promise<Date> {
  const sql = `SELECT at FROM audit_events WHERE at > ? AND at < ? ORDER BY at LIMIT ${BATCH - 1}, 1`;
  const [row] = await look<{ at: Date }>(dataSource, sql, [after, before]);
  return row?.at ?? before;
}

import type { DataSource } from 'typeorm';
import { BATCH, sweepBy } from '../database/in-batches.js';
import { inOneStatement } from '../database/in-one-statement.js';
import { query } from '../database/statement.js';

/** Deletes events before a moment. The database user needs the privileges of docs/sql/forget-events.sql. */
export const deleteEvents = sweepBy('/* sweep-events */ DELETE FROM audit_events WHERE at < ? ORDER BY at');

/**
 * Clears the network address of events in a span of time, and nothing else: the database user may write no other
 * column.
 *
 * @param onBatch called after each batch with the moment that it reached
 */
export async function forgetAddresses(
  dataSource: DataSource,
  span: { readonly after: Date; readonly before: Date },
  onBatch: (last: Date) => Promise<void>,
): Promise<number> {
  let { after } = span;
  const { before } = span;
  let forgotten = 0;
  while (after < before) {
    const last = await endOfBatch(dataSource, after, before);
    const { affectedRows } = await inOneStatement(
      dataSource,
      '/* forget-event-addresses */ UPDATE audit_events SET address = NULL WHERE at > ? AND at <= ? AND address IS NOT NULL',
      [after, last],
    );
    await onBatch(last);
    forgotten += affectedRows;
    after = last;
  }
  return forgotten;
}

async function endOfBatch(dataSource: DataSource, after: Date, before: Date): Promise<Date> {
  const sql = `/* find-end-of-event-batch */ SELECT at FROM audit_events WHERE at > ? AND at < ? ORDER BY at LIMIT ${BATCH - 1}, 1`;
  const [row] = await query<{ at: Date }>(dataSource, sql, [after, before]);
  return row?.at ?? before;
}

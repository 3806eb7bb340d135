import type { EntityManager } from 'typeorm';
import { execute } from '../database/statement.js';

/**
 * Takes a doctor's date for this transaction. Whatever takes time on a date (booking, moving, an exception)
 * must do this before it reads anything, with several dates in ascending order; whoever comes second waits here
 * and then reads what the first one wrote. It is a write, not a lock alone, because on a cluster only writes
 * of the same row are noticed between the nodes.
 *
 * @param date YYYY-MM-DD at the doctor's
 * @returns the date's new version: who took the date later has the higher one, whatever the clocks say
 */
export async function lockDay(tx: EntityManager, doctorId: number, date: string): Promise<number> {
  const { insertId } = await execute(
    tx,
    `/* lock-day */ INSERT INTO doctor_days (doctor_id, date, version) VALUES (?, ?, 1)
     ON DUPLICATE KEY UPDATE version = LAST_INSERT_ID(version + 1)`,
    [doctorId, date],
  );
  // The first one of a date inserts its row, and makes no id.
  return insertId || 1;
}

/** Takes a doctor's weekly windows for this transaction, in the same way. */
export async function lockSchedule(tx: EntityManager, doctorId: number): Promise<void> {
  await execute(
    tx,
    `/* lock-schedule */ INSERT INTO doctor_schedules (doctor_id, version) VALUES (?, 1)
     ON DUPLICATE KEY UPDATE version = version + 1`,
    [doctorId],
  );
}

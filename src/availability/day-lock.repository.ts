import type { EntityManager } from 'typeorm';
import { execute } from '../database/statement.js';

/**
 * Locks a doctor's day for the transaction. Every transaction that takes time on a day (book, reschedule, add an
 * exception, renew instants) locks it before the read that decides. A concurrent one waits here and then reads what the
 * first one wrote. Several days: with `lockDays`. Transactions that only free time do not lock it. The lock is a write,
 * because a cluster detects only conflicting writes between its nodes.
 *
 * @param date YYYY-MM-DD in the doctor's time zone
 * @returns the day's new version: a later lock has a higher version, whatever the clocks say
 */
export async function lockDay(tx: EntityManager, doctorId: number, date: string): Promise<number> {
  const { insertId } = await execute(
    tx,
    `/* lock-day */ INSERT INTO doctor_days (doctor_id, date, version) VALUES (?, ?, 1)
     ON DUPLICATE KEY UPDATE version = LAST_INSERT_ID(version + 1)`,
    [doctorId, date],
  );
  // The first lock of a day inserts its row, which generates no id.
  return insertId || 1;
}

/** A date of a doctor, YYYY-MM-DD. */
export interface DoctorDay {
  readonly doctorId: number;
  readonly date: string;
}

/**
 * Locks several days in ascending order, by doctor and then by date: otherwise two transactions could wait for each
 * other.
 *
 * @returns the new version of each day
 */
export async function lockDays(
  tx: EntityManager,
  days: readonly DoctorDay[],
): Promise<(day: DoctorDay) => number> {
  const versions = new Map<string, number>();
  for (const day of [...days].sort(inLockOrder)) {
    if (versions.has(keyOf(day))) continue;
    versions.set(keyOf(day), await lockDay(tx, day.doctorId, day.date));
  }
  return (day) => versions.get(keyOf(day))!;
}

function keyOf({ doctorId, date }: DoctorDay): string {
  return `${doctorId} ${date}`;
}

function inLockOrder(a: DoctorDay, b: DoctorDay): number {
  return a.doctorId - b.doctorId || (a.date < b.date ? -1 : Number(a.date > b.date));
}

/** Locks a doctor's weekly windows for the transaction, in the same way. */
export async function lockSchedule(tx: EntityManager, doctorId: number): Promise<void> {
  await execute(
    tx,
    `/* lock-schedule */ INSERT INTO doctor_schedules (doctor_id, version) VALUES (?, 1)
     ON DUPLICATE KEY UPDATE version = version + 1`,
    [doctorId],
  );
}

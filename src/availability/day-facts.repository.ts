import { query, type Source } from '../database/statement.js';
import type { AvailabilityException } from './availability-exception.entity.js';
import type { AvailabilityWindow } from './availability-window.entity.js';
import { WINDOW_COLUMNS } from './availability-window.repository.js';
import { dayOfWeek } from '../time/clinic-time.js';

/** Reads a date of several doctors at once. */

/** The most doctors of one statement. Always so many parameters: then the statement is prepared once. */
export const MOST_DOCTORS = 50;

/** `IN` and its parameters, for a column with the id of a doctor. */
export const IN_DOCTORS = `IN (${Array.from({ length: MOST_DOCTORS }, () => '?').join(', ')})`;

/** The parameters of `IN_DOCTORS`. */
export function doctorParameters(ids: readonly number[]): number[] {
  return Array.from({ length: MOST_DOCTORS }, (_, index) => ids[index] ?? 0);
}

/** The windows of these doctors that are valid on a date, in ascending order. */
export function findWindowsOfDoctors(
  source: Source,
  ids: readonly number[],
  date: string,
): Promise<AvailabilityWindow[]> {
  return query(
    source,
    `/* find-windows-of-doctors */
     SELECT ${WINDOW_COLUMNS} FROM availability_windows FORCE INDEX (availability_windows_day)
     WHERE doctor_id ${IN_DOCTORS} AND day_of_week = ?
       AND (valid_from IS NULL OR valid_from <= ?) AND (valid_until IS NULL OR valid_until >= ?)
     ORDER BY start_time, id`,
    [...doctorParameters(ids), dayOfWeek(date), date, date],
  );
}

/** The exceptions of these doctors on a date, in ascending order. */
export function findExceptionsOfDoctors(
  source: Source,
  ids: readonly number[],
  date: string,
): Promise<Omit<AvailabilityException, 'dayVersion'>[]> {
  return query(
    source,
    `/* find-exceptions-of-doctors */
     SELECT id, doctor_id AS doctorId, date, start_time AS startTime, end_time AS endTime
     FROM exceptions WHERE doctor_id ${IN_DOCTORS} AND date = ? ORDER BY start_time, id`,
    [...doctorParameters(ids), date],
  );
}

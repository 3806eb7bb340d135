import type { UnionPart } from '../database/union-part.js';

/** SQL for other modules to read schedules together with their own tables. Times are minutes since 00:00, wall time. */

/** Joins the exceptions of the doctor on the date, as `e`. */
export function joinExceptions(doctorId: string, date: string): string {
  return `JOIN exceptions e ON e.doctor_id = ${doctorId} AND e.date = ${date}`;
}

/** Joins the row of the doctor's day, as `t`. */
export function joinDay(doctorId: string, date: string): string {
  return `JOIN doctor_days t ON t.doctor_id = ${doctorId} AND t.date = ${date}`;
}

/**
 * The windows' part of `read-schedule`: what restricts a window is JSON. CAST, because MariaDB returns a TINYINT in a
 * union with NULLs as text. Parameters: the doctors, the first weekday, the last.
 */
export const WINDOWS_OF_SCHEDULE: UnionPart = {
  columns: `'window', CASE WHEN valid_from IS NOT NULL OR valid_until IS NOT NULL OR type_ids IS NOT NULL THEN
           CAST(JSON_OBJECT('validFrom', valid_from, 'validUntil', valid_until, 'typeIds', type_ids) AS CHAR) END,
         NULL, CAST(day_of_week AS SIGNED), TIME_TO_SEC(start_time) DIV 60,
         TIME_TO_SEC(end_time) DIV 60, NULL, NULL`,
  ownerId: 'doctor_id',
  from: (doctors) => `FROM availability_windows WHERE doctor_id ${doctors} AND day_of_week BETWEEN ? AND ?`,
};

/** The exceptions' part. Start and end are null for a full day. Parameters: the doctors, the first date, the last. */
export const EXCEPTIONS_OF_SCHEDULE: UnionPart = {
  columns: `'exception', NULL, date, NULL, TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(end_time) DIV 60, NULL, NULL`,
  ownerId: 'doctor_id',
  from: (doctors) => `FROM exceptions WHERE doctor_id ${doctors} AND date BETWEEN ? AND ?`,
};

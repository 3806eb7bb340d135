/** SQL for other modules to read schedules together with their own tables. Times are minutes since 00:00, wall time. */

/** Joins the exceptions of the doctor on the date, as `e`. */
export function joinExceptions(doctorId: string, date: string): string {
  return `JOIN exceptions e ON e.doctor_id = ${doctorId} AND e.date = ${date}`;
}

/** Joins the row of the doctor's day, as `t`. */
export function joinDay(doctorId: string, date: string): string {
  return `JOIN doctor_days t ON t.doctor_id = ${doctorId} AND t.date = ${date}`;
}

/** The windows' part of `read-schedule`. CAST, because MariaDB returns a TINYINT in a union with NULLs as text. */
export const WINDOWS_OF_SCHEDULE = `
  SELECT 'window', NULL, NULL, CAST(day_of_week AS SIGNED), TIME_TO_SEC(start_time) DIV 60,
         TIME_TO_SEC(end_time) DIV 60, NULL, NULL
  FROM availability_windows WHERE doctor_id = ? AND day_of_week BETWEEN ? AND ?`;

/** The exceptions' part of `read-schedule`. Start and end are null for a full day. */
export const EXCEPTIONS_OF_SCHEDULE = `
  SELECT 'exception', NULL, date, NULL, TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(end_time) DIV 60, NULL, NULL
  FROM exceptions WHERE doctor_id = ? AND date BETWEEN ? AND ?`;

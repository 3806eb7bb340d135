/** SQL: the parts of `read-schedule` that are windows and exceptions, in minutes of the doctor's day. */

/** CAST, since MariaDB answers a TINYINT beside NULLs as text. */
export const WINDOWS_OF_SCHEDULE = `
  SELECT 'window', NULL, NULL, CAST(day_of_week AS SIGNED), TIME_TO_SEC(start_time) DIV 60,
         TIME_TO_SEC(end_time) DIV 60, NULL, NULL
  FROM availability_windows WHERE doctor_id = ? AND day_of_week BETWEEN ? AND ?`;

/** Start and end are null for a full day. */
export const EXCEPTIONS_OF_SCHEDULE = `
  SELECT 'exception', NULL, date, NULL, TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(end_time) DIV 60, NULL, NULL
  FROM exceptions WHERE doctor_id = ? AND date BETWEEN ? AND ?`;

/** SQL by which other rooms read doctors along with their own tables. */

/** Joins the doctor with that id, as `d`. */
export function joinDoctor(id: string): string {
  return `JOIN doctors d ON d.id = ${id}`;
}

/** The id of the doctor whose account is the parameter. */
export const DOCTOR_OF_ACCOUNT = '(SELECT id FROM doctors WHERE user_id = ?)';

/** The time zone of the doctor with that id. */
export function timeZoneOf(id: string): string {
  return `(SELECT timezone FROM doctors WHERE id = ${id})`;
}

/** The doctor's part of `read-schedule`. All parts have the columns of this one. */
export const TIME_ZONE_OF_SCHEDULE = `
  SELECT 'doctor' AS kind, timezone, NULL AS date, NULL AS weekday, NULL AS start, NULL AS end,
         NULL AS starts_at, NULL AS ends_at
  FROM doctors WHERE id = ?`;

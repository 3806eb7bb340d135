import type { UnionPart } from '../database/union-part.js';

/** SQL for other modules to read doctors together with their own tables. */

/** The doctors, as `d`. */
export const DOCTORS = 'doctors d';

/** Joins the doctor with this id, as `d`. */
export function joinDoctor(id: string): string {
  return `JOIN doctors d ON d.id = ${id}`;
}

/** Joins the doctor with this id as `d`, if active and still in the time zone in the parameter. */
export function joinBookableDoctor(id: string): string {
  return `${joinDoctor(id)} AND d.active = 1 AND d.timezone = ?`;
}

/** Whether the joined doctor `d` had the present time zone when a booking with this end took place. */
export function isInPresentZone(endsAt: string): string {
  return `(d.timezone_since IS NULL OR ${endsAt} > d.timezone_since)`;
}

/** The id of the doctor with the account in the parameter. */
export const DOCTOR_ID_OF_ACCOUNT = '(SELECT id FROM doctors WHERE user_id = ?)';

/** The name of the doctor with this id. */
export function nameOfDoctor(id: string): string {
  return `(SELECT name FROM doctors WHERE id = ${id})`;
}

/** The time zone of the doctor with this id. */
export function timeZoneOf(id: string): string {
  return `(SELECT timezone FROM doctors WHERE id = ${id})`;
}

/** The account of the doctor with this id. */
export function accountOfDoctor(id: string): string {
  return `(SELECT user_id FROM doctors WHERE id = ${id})`;
}

/**
 * The doctors' part of `read-schedule`. It names the columns for all parts; `start` tells whether the doctor is active.
 * Parameters: the doctors.
 */
export const DOCTOR_OF_SCHEDULE: UnionPart = {
  columns: `'doctor' AS kind, timezone AS text, NULL AS date, NULL AS number, active AS start, NULL AS end,
         NULL AS starts_at, NULL AS ends_at`,
  ownerId: 'id',
  from: (doctors) => `FROM doctors WHERE id ${doctors}`,
};

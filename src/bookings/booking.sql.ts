import { joinDoctor, timeZoneOf } from '../doctors/doctor.sql.js';
import type { SelectStatement } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';

/** SQL with which this module and others read bookings, alone and along with other tables. */

/** Joins the booking with that id, as `b`. */
export function joinBooking(id: string): string {
  return `JOIN bookings b ON b.id = ${id}`;
}

/** Bookings as `b`, with their doctors as `d`. */
export const BOOKINGS_WITH_DOCTORS = `bookings b ${joinDoctor('b.doctor_id')}`;

const COLUMNS = `b.id, b.uid, b.doctor_id, b.user_id, b.date, b.start_time, b.duration_minutes,
  b.starts_at, b.ends_at, b.status, b.version, b.created_at`;

/** The columns of a SELECT of bookings `b` joined to doctors `d`. */
export const BOOKING_COLUMNS = `${COLUMNS}, d.timezone`;

/** The same columns for a SELECT of bookings `b` alone: with FOR UPDATE, a join would lock the doctor too. */
export const LOCKED_BOOKING_COLUMNS = `${COLUMNS},
  ${timeZoneOf('b.doctor_id')} AS timezone`;

/** The columns of a `ListedBooking`. Numbers and texts are faster to parse than times. */
export const LISTED_COLUMNS = `b.id, b.doctor_id AS doctorId, b.user_id AS patientId, b.date,
  LEFT(b.start_time, 5) AS time, b.duration_minutes AS durationMinutes,
  1000 * TIMESTAMPDIFF(SECOND, '1970-01-01', b.starts_at) AS startsAt, b.status, b.version, d.timezone`;

/** A patient's live bookings that have not started. Parameters: the patient, now. */
export const UPCOMING = "user_id = ? AND status = 'booked' AND starts_at > ?";

/** The notifications and events of the cancellation of all of a patient's live bookings that have not started. */
export function cancellations(
  patientId: number,
  now: EpochMs,
): { notifications: SelectStatement; events: SelectStatement } {
  const parameters = [patientId, new Date(now)];
  const particulars = `CONCAT('{"doctor_id":', doctor_id, ',"date":"', date, '","time":"', TIME_FORMAT(start_time, '%H:%i'),
                              '","duration":', duration_minutes, '}')`;
  return {
    notifications: {
      sql: `SELECT id, uid, version + 1 AS version, starts_at, duration_minutes FROM bookings WHERE ${UPCOMING}`,
      parameters,
    },
    events: { sql: `SELECT id, ${particulars} AS particulars FROM bookings WHERE ${UPCOMING}`, parameters },
  };
}

/**
 * The bookings' part of `read-schedule`. A doctor's bookings of one date cannot overlap those of another, so only the
 * dates are read, however long the doctor's history. Numbers are faster to send and to parse than times.
 */
export const BUSY_OF_SCHEDULE = `
  SELECT 'busy', NULL, date, NULL, TIME_TO_SEC(start_time) DIV 60, NULL,
         TIMESTAMPDIFF(SECOND, '1970-01-01', starts_at), TIMESTAMPDIFF(SECOND, '1970-01-01', ends_at)
  FROM bookings WHERE doctor_id = ? AND date BETWEEN ? AND ? AND status = 'booked' AND id <> ?`;

import { joinAccount, mailAddressOf } from '../auth/accounts/account.sql.js';
import { accountOfDoctor, joinDoctor, timeZoneOf } from '../doctors/doctor.sql.js';
import { columnOfPatient, GUARDIANS, isGuardianSql, joinPatient } from '../patients/patient.sql.js';
import type { SelectStatement } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';
import type { UnionPart } from '../database/union-part.js';

/** SQL with which this module and others read bookings, alone and along with other tables. */

/** Joins the booking with that id, as `b`. */
export function joinBooking(id: string): string {
  return `JOIN bookings b ON b.id = ${id}`;
}

/** Bookings as `b`, with their doctors as `d`. */
export const BOOKINGS_WITH_DOCTORS = `bookings b ${joinDoctor('b.doctor_id')}`;

/** The same, with their patients as `p`. */
export const BOOKINGS_WITH_PEOPLE = `${BOOKINGS_WITH_DOCTORS} ${joinPatient('b.patient_id')}`;

/**
 * The same, of the patients that an account `g` has accepted. STRAIGHT_JOIN, so that it begins with the account's few
 * patients, and never with the bookings.
 */
export const BOOKINGS_OF_ACCEPTED = `${GUARDIANS} STRAIGHT_JOIN bookings b ON b.patient_id = g.patient_id
  ${joinDoctor('b.doctor_id')} ${joinPatient('b.patient_id')}`;

/** Whether a booking takes its time. */
export const IS_LIVE = "status <> 'cancelled'";

const COLUMNS = `b.id, b.uid, b.doctor_id, b.user_id, b.patient_id, b.date, b.start_time, b.duration_minutes,
  b.starts_at, b.ends_at, b.status, b.version, b.edits, b.note, b.overbooked, b.booked_by, b.booked_by_role,
  b.cancelled_by_role, b.cancel_reason, b.created_at, b.type_id, b.type_code, b.type_name, b.buffer_before,
  b.buffer_after, b.one_place`;

/** The columns of a SELECT of `BOOKINGS_WITH_PEOPLE`. */
export const BOOKING_COLUMNS = `${COLUMNS}, d.timezone, p.given_name, p.family_name`;

/** The same columns for a SELECT of bookings `b` alone: with FOR UPDATE, a join would lock doctor and patient too. */
export const LOCKED_BOOKING_COLUMNS = `${COLUMNS},
  ${timeZoneOf('b.doctor_id')} AS timezone,
  ${columnOfPatient('given_name', 'b.patient_id')} AS given_name,
  ${columnOfPatient('family_name', 'b.patient_id')} AS family_name`;

/** How the account in the three parameters is related to a booking `b`. */
export const RELATION_COLUMNS = `COALESCE(b.user_id = ?, 0) OR ${isGuardianSql('b.patient_id')} AS is_own,
  ${accountOfDoctor('b.doctor_id')} = ? AS is_own_doctor`;

/** The columns of a `ListedBooking`. Numbers and texts are faster to parse than times. */
export const LISTED_COLUMNS = `b.id, b.doctor_id AS doctorId, b.patient_id AS patientId, b.user_id AS accountId,
  p.given_name AS givenName, p.family_name AS familyName, b.date,
  LEFT(b.start_time, 5) AS time, b.duration_minutes AS durationMinutes,
  1000 * TIMESTAMPDIFF(SECOND, '1970-01-01', b.starts_at) AS startsAt, b.status, b.version, b.edits, b.note,
  b.overbooked AS isOverbooked, b.booked_by AS bookedBy, b.booked_by_role AS bookedByRole,
  b.cancelled_by_role AS cancelledByRole, b.cancel_reason AS cancelReason, d.timezone,
  b.type_id AS typeId, b.type_code AS typeCode, b.type_name AS typeName`;

/** Joins the account that manages the patient, if there is one, as `a`. */
export const WITH_ACCOUNTS = `LEFT ${joinAccount('b.user_id')}`;

/** The address that emails about a booking go to; null if there is none. Needs `WITH_ACCOUNTS`. */
export const MAIL_ADDRESS_OF_PATIENT = `CASE WHEN p.contact_by = 'email' THEN COALESCE(p.email, ${mailAddressOf()}) END`;

/** The columns of a `ListedBooking` for the desk. */
export const DESK_COLUMNS = `${LISTED_COLUMNS}, d.name AS doctorName, d.specialty, p.phone AS patientPhone,
  ${MAIL_ADDRESS_OF_PATIENT} AS patientEmail, b.overridden, b.override_reason AS overrideReason`;

/** Whether the patient of `b` has no earlier booking that took place. */
export const IS_FIRST_VISIT = `NOT EXISTS (
  SELECT 1 FROM bookings e
  WHERE e.patient_id = b.patient_id AND e.starts_at < b.starts_at AND e.status IN ('arrived', 'fulfilled'))`;

/** The bookings of an account's patients that can still be cancelled. Parameters: the account, now. */
export const UPCOMING = "user_id = ? AND status = 'booked' AND starts_at > ?";

/** The ids of the bookings of patients. */
export function bookingsOfPatients(patientIds: readonly number[]): SelectStatement {
  return { sql: 'SELECT id FROM bookings WHERE patient_id IN (?)', parameters: [patientIds] };
}

/** The notifications of the cancellation of bookings; to be completed by a WHERE clause. */
export const CANCELLED_NOTIFICATIONS =
  'SELECT id, uid, version + 1 AS version, starts_at, duration_minutes FROM bookings';

/** The events of the cancellation of bookings; to be completed by a WHERE clause. */
export const CANCELLATION_EVENTS = `SELECT id, CONCAT('{"doctor_id":', doctor_id, ',"date":"', date, '","time":"',
    TIME_FORMAT(start_time, '%H:%i'), '","duration":', duration_minutes, '}') AS particulars FROM bookings`;

/** The notifications and events of the cancellation of all bookings of an account's patients that have not started. */
export function cancellations(
  accountId: number,
  now: EpochMs,
): { notifications: SelectStatement; events: SelectStatement } {
  const parameters = [accountId, new Date(now)];
  return {
    notifications: { sql: `${CANCELLED_NOTIFICATIONS} WHERE ${UPCOMING}`, parameters },
    events: { sql: `${CANCELLATION_EVENTS} WHERE ${UPCOMING}`, parameters },
  };
}

const TIMES = `TIMESTAMPDIFF(SECOND, '1970-01-01', starts_at), TIMESTAMPDIFF(SECOND, '1970-01-01', ends_at)`;

/**
 * The bookings' part of `read-schedule`, from the day before to the day after; of the day before only those that end so
 * late that they or their buffers may reach into the next day. Only these dates are read, however long the doctor's
 * history. Numbers are faster to send and to parse than times. Parameters: the doctors, the day before, the day after, the
 * day before, the day after, the time at which to stop there, the booking that is rescheduled.
 */
export const BUSY_OF_SCHEDULE: UnionPart = {
  columns: `'busy', CASE WHEN buffer_before > 0 OR buffer_after > 0 THEN CONCAT(buffer_before, ' ', buffer_after) END,
            date, CAST(type_id AS SIGNED), TIME_TO_SEC(start_time) DIV 60, NULL, ${TIMES}`,
  ownerId: 'doctor_id',
  from: (doctors) => `FROM bookings WHERE doctor_id ${doctors} AND date BETWEEN ? AND ?
    AND (date > ? OR TIME_TO_SEC(start_time) DIV 60 + duration_minutes > 1080) AND (date < ? OR start_time < ?)
    AND ${IS_LIVE} AND id <> ?`,
};

/**
 * The part with the patient's own bookings, with any doctor, that start between two moments. Parameters: those of
 * `patientId`, the moments, the booking that is rescheduled.
 */
export function ownOfSchedule(patientId: string): UnionPart {
  return {
    columns: `'own', NULL, NULL, NULL, NULL, NULL, ${TIMES}`,
    from: () =>
      `FROM bookings WHERE patient_id = ${patientId} AND starts_at BETWEEN ? AND ? AND ${IS_LIVE} AND id <> ?`,
  };
}

/**
 * The part with the number of the patient's bookings that have not ended, and of those of a type. Parameters: the type,
 * those of `patientId`, eight hours ago, now, the booking that is rescheduled. No booking is longer than eight hours.
 */
export function countsOfSchedule(patientId: string): UnionPart {
  return {
    columns: `'counts', NULL, NULL, CAST(COALESCE(SUM(type_id = ?), 0) AS SIGNED), COUNT(*), NULL, NULL, NULL`,
    from: () => `FROM bookings WHERE patient_id = ${patientId} AND starts_at > ? AND ends_at > ?
      AND status IN ('booked', 'arrived') AND id <> ?`,
  };
}

import type { EntityManager } from 'typeorm';
import { fromValidSession, sessionParameters } from '../auth/sessions/valid-session.sql.js';
import { query, type Source, execute } from '../database/statement.js';
import { isDuplicate } from '../database/mysql-errors.js';
import type { AccountActor } from '../http/context.js';
import { joinBookableDoctor } from '../doctors/doctor.sql.js';
import { IS_PRESENT, joinPatient } from '../patients/patient.sql.js';
import type { EpochMs } from '../time/interval.js';
import { type Evidence, type Booking, bookingOf, type BookingRow } from './booking.js';
import type { SeenBooking } from './booking.policy.js';
import {
  BOOKING_COLUMNS,
  BOOKINGS_WITH_PEOPLE,
  IS_LIVE,
  LOCKED_BOOKING_COLUMNS,
  RELATION_COLUMNS,
  UPCOMING,
} from './booking.sql.js';
import { type RequestedTime, takenRefusal } from './booking.refusals.js';

/** The statements of the `bookings` table that book, reschedule and cancel. */

type SeenRow = BookingRow & { readonly is_own: 0 | 1; readonly is_own_doctor: 0 | 1 | null };

export async function findBookingByUid(source: Source, uid: string): Promise<Booking | undefined> {
  const [row] = await query<BookingRow>(
    source,
    `/* find-booking-by-uid */ SELECT ${BOOKING_COLUMNS} FROM ${BOOKINGS_WITH_PEOPLE} WHERE b.uid = ?`,
    [uid],
  );
  return row && bookingOf(row);
}

/** @param accountId the account that the relation is to */
export async function findBooking(
  source: Source,
  id: number,
  accountId: number,
): Promise<SeenBooking | undefined> {
  return findSeen(
    source,
    `/* find-booking */ SELECT ${BOOKING_COLUMNS}, ${RELATION_COLUMNS} FROM ${BOOKINGS_WITH_PEOPLE} WHERE b.id = ?`,
    id,
    accountId,
  );
}

/** A doctor's live bookings that have not ended by then, by their start. */
export async function findUnfinished(source: Source, doctorId: number, now: EpochMs): Promise<Booking[]> {
  const rows = await query<BookingRow>(
    source,
    `/* find-unfinished-bookings */ SELECT ${BOOKING_COLUMNS} FROM ${BOOKINGS_WITH_PEOPLE}
     WHERE b.doctor_id = ? AND b.${IS_LIVE} AND b.ends_at > ? ORDER BY b.starts_at`,
    [doctorId, new Date(now)],
  );
  return rows.map(bookingOf);
}

/** Locks the booking until the transaction ends. */
export async function lockBooking(
  tx: EntityManager,
  id: number,
  accountId: number,
): Promise<SeenBooking | undefined> {
  return findSeen(
    tx,
    `/* lock-booking */ SELECT ${LOCKED_BOOKING_COLUMNS}, ${RELATION_COLUMNS} FROM bookings b WHERE b.id = ? FOR UPDATE`,
    id,
    accountId,
  );
}

/**
 * Inserts the booking only if the actor's account is active, the token's session has not ended, the patient is neither
 * merged nor erased, and the doctor is active and in the booking's time zone. Takes shared locks on all three, so that it serialises with concurrent
 * changes of them.
 *
 * @returns undefined if one of these conditions fails
 */
export async function insertBooking(
  tx: EntityManager,
  booking: Omit<Booking, 'id'>,
  evidence: Evidence,
  actor: AccountActor,
): Promise<Booking | undefined> {
  const { insertId, affectedRows } = await execute(
    tx,
    `/* insert-booking */
     INSERT INTO bookings (user_id, patient_id, uid, doctor_id, date, start_time, duration_minutes, starts_at, ends_at,
                           status, version, created_at, updated_at, note, overbooked, booked_by, booked_by_role,
                           day_version, open_from, open_until, overridden, override_reason)
     SELECT p.account_id, p.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
     ${fromValidSession(`${joinPatient('?')} AND ${IS_PRESENT} ${joinBookableDoctor('?')}`)}
     LOCK IN SHARE MODE`,
    [
      ...valuesOf(booking),
      ...columnsOf(evidence),
      booking.patientId,
      booking.doctorId,
      booking.timezone,
      ...sessionParameters(actor),
    ],
  );
  return affectedRows === 1 ? { ...booking, id: insertId } : undefined;
}

/** Locks the live bookings of an account's patients until the transaction ends. */
export async function lockLiveBookings(tx: EntityManager, accountId: number): Promise<void> {
  await query(
    tx,
    "/* lock-live-bookings */ SELECT COUNT(*) FROM bookings WHERE user_id = ? AND status = 'booked' FOR UPDATE",
    [accountId],
  );
}

/** Cancels all bookings of an account's patients that have not started. */
export async function cancelUpcoming(
  tx: EntityManager,
  accountId: number,
  role: string | null,
  now: EpochMs,
): Promise<void> {
  await execute(
    tx,
    `/* cancel-upcoming-bookings */
     UPDATE bookings SET status = 'cancelled', version = version + 1, updated_at = ?, cancelled_by_role = ?
     WHERE ${UPCOMING}`,
    [new Date(now), role, accountId, new Date(now)],
  );
}

/** Cancels a booking that the transaction has locked. */
export async function cancelLockedBooking(
  tx: EntityManager,
  { id, cancelledByRole, cancelReason }: Pick<Booking, 'id' | 'cancelledByRole' | 'cancelReason'>,
  now: EpochMs,
): Promise<void> {
  await execute(
    tx,
    `/* cancel-booking */
     UPDATE bookings SET status = 'cancelled', version = version + 1, updated_at = ?, cancelled_by_role = ?,
                         cancel_reason = ?
     WHERE id = ?`,
    [new Date(now), cancelledByRole, cancelReason, id],
  );
}

/** Writes the status and the note of a booking that the transaction has locked; its time stays. */
export async function updateLockedBooking(
  tx: EntityManager,
  { id, status, note, edits }: Pick<Booking, 'id' | 'status' | 'note' | 'edits'>,
): Promise<void> {
  await execute(tx, '/* edit-booking */ UPDATE bookings SET status = ?, note = ?, edits = ? WHERE id = ?', [
    status,
    note,
    edits,
    id,
  ]);
}

/** Writes the new doctor and time of a booking. False if the booking was changed since its previous version was read. */
export async function updateTime(
  tx: EntityManager,
  rescheduled: Booking,
  evidence: Evidence,
  now: EpochMs,
): Promise<boolean> {
  const { affectedRows } = await execute(
    tx,
    `/* reschedule-booking */
     UPDATE bookings SET doctor_id = ?, date = ?, start_time = ?, duration_minutes = ?, starts_at = ?, ends_at = ?,
                         version = ?, updated_at = ?, note = ?, overbooked = ?, day_version = ?, open_from = ?,
                         open_until = ?, overridden = ?, override_reason = ?
     WHERE id = ? AND version = ? AND edits = ? AND status = 'booked'`,
    [
      rescheduled.doctorId,
      rescheduled.date,
      rescheduled.time,
      rescheduled.durationMinutes,
      new Date(rescheduled.startsAt),
      new Date(rescheduled.endsAt),
      rescheduled.version,
      new Date(now),
      rescheduled.note,
      rescheduled.isOverbooked ? 1 : 0,
      ...columnsOf(evidence),
      rescheduled.id,
      rescheduled.version - 1,
      rescheduled.edits,
    ],
  );
  return affectedRows === 1;
}

/**
 * The unique key on live starts is the second net under the lock. If it ever rejects a booking, the refusal is that of
 * the rule.
 */
export async function duplicateAsTaken<T>(requested: RequestedTime, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isDuplicate(error, 'bookings_live_start') ? takenRefusal(requested) : error;
  }
}

/** uid to booked_by_role, as `insert-booking` lists them. */
function valuesOf(booking: Omit<Booking, 'id'>): unknown[] {
  const createdAt = new Date(booking.createdAt);
  return [
    booking.uid,
    booking.doctorId,
    booking.date,
    booking.time,
    booking.durationMinutes,
    new Date(booking.startsAt),
    new Date(booking.endsAt),
    booking.status,
    booking.version,
    createdAt,
    createdAt,
    booking.note,
    booking.isOverbooked ? 1 : 0,
    booking.bookedBy,
    booking.bookedByRole,
  ];
}

/** day_version, open_from, open_until, overridden, override_reason. */
function columnsOf({ dayVersion, availability, override }: Evidence): unknown[] {
  return [
    dayVersion,
    availability ? new Date(availability.start) : null,
    availability ? new Date(availability.end) : null,
    override ? override.rules.join(' ') : null,
    override ? override.reason : null,
  ];
}

async function findSeen(
  source: Source,
  sql: string,
  id: number,
  accountId: number,
): Promise<SeenBooking | undefined> {
  const [row] = await query<SeenRow>(source, sql, [accountId, accountId, accountId, id]);
  return row && { ...bookingOf(row), isOwn: row.is_own === 1, isOwnDoctor: row.is_own_doctor === 1 };
}

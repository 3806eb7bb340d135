import type { EntityManager } from 'typeorm';
import { FROM_VALID_SESSION, sessionParameters } from '../auth/sessions/valid-session.sql.js';
import { query, type Source, execute } from '../database/statement.js';
import { isDuplicate } from '../database/mysql-errors.js';
import type { AccountActor } from '../http/context.js';
import type { EpochMs } from '../time/interval.js';
import { type Evidence, type Booking, bookingOf, type BookingRow } from './booking.js';
import { BOOKING_COLUMNS, BOOKINGS_WITH_DOCTORS, UPCOMING, LOCKED_BOOKING_COLUMNS } from './booking.sql.js';
import { type RequestedTime, takenRefusal } from './booking.refusals.js';

/** The statements of the `bookings` table that book, reschedule and cancel. */

export async function findBookingByUid(source: Source, uid: string): Promise<Booking | undefined> {
  return findOne(
    source,
    `/* find-booking-by-uid */ SELECT ${BOOKING_COLUMNS} FROM ${BOOKINGS_WITH_DOCTORS} WHERE b.uid = ?`,
    uid,
  );
}

export async function findBooking(source: Source, id: number): Promise<Booking | undefined> {
  return findOne(
    source,
    `/* find-booking */ SELECT ${BOOKING_COLUMNS} FROM ${BOOKINGS_WITH_DOCTORS} WHERE b.id = ?`,
    id,
  );
}

/** A doctor's live bookings that have not ended by then, by their start. */
export async function findUnfinished(source: Source, doctorId: number, now: EpochMs): Promise<Booking[]> {
  const rows = await query<BookingRow>(
    source,
    `/* find-unfinished-bookings */ SELECT ${BOOKING_COLUMNS} FROM ${BOOKINGS_WITH_DOCTORS}
     WHERE b.doctor_id = ? AND b.status = 'booked' AND b.ends_at > ? ORDER BY b.starts_at`,
    [doctorId, new Date(now)],
  );
  return rows.map(bookingOf);
}

/** Locks the booking until the transaction ends. */
export async function lockBooking(tx: EntityManager, id: number): Promise<Booking | undefined> {
  return findOne(
    tx,
    `/* lock-booking */ SELECT ${LOCKED_BOOKING_COLUMNS} FROM bookings b WHERE b.id = ? FOR UPDATE`,
    id,
  );
}

/**
 * Inserts the booking only if the actor's account is active and the token's session has not ended. Takes a shared lock
 * on the account, so that it serialises with a concurrent erasure.
 *
 * @returns undefined if the actor's token is no longer valid
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
     INSERT INTO bookings (uid, doctor_id, user_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at, day_version, open_from, open_until)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? ${FROM_VALID_SESSION}
     LOCK IN SHARE MODE`,
    [...valuesOf(booking), ...columnsOf(evidence), ...sessionParameters(actor)],
  );
  return affectedRows === 1 ? { ...booking, id: insertId } : undefined;
}

/** Locks a patient's live bookings until the transaction ends. */
export async function lockLiveBookings(tx: EntityManager, patientId: number): Promise<void> {
  await query(
    tx,
    "/* lock-live-bookings */ SELECT COUNT(*) FROM bookings WHERE user_id = ? AND status = 'booked' FOR UPDATE",
    [patientId],
  );
}

/** Cancels all of a patient's live bookings that have not started. */
export async function cancelUpcoming(tx: EntityManager, patientId: number, now: EpochMs): Promise<void> {
  await execute(
    tx,
    `/* cancel-upcoming-bookings */
     UPDATE bookings SET status = 'cancelled', version = version + 1, updated_at = ? WHERE ${UPCOMING}`,
    [new Date(now), patientId, new Date(now)],
  );
}

/** Cancels a booking that the transaction has locked. */
export async function cancelLockedBooking(tx: EntityManager, id: number, now: EpochMs): Promise<void> {
  await execute(
    tx,
    `/* cancel-booking */
     UPDATE bookings SET status = 'cancelled', version = version + 1, updated_at = ? WHERE id = ?`,
    [new Date(now), id],
  );
}

/** Writes the new time of a live booking. False if the booking was changed since its previous version was read. */
export async function updateTime(
  tx: EntityManager,
  rescheduled: Booking,
  evidence: Evidence,
  now: EpochMs,
): Promise<boolean> {
  const { affectedRows } = await execute(
    tx,
    `/* reschedule-booking */
     UPDATE bookings SET date = ?, start_time = ?, duration_minutes = ?, starts_at = ?, ends_at = ?, version = ?,
                         updated_at = ?, day_version = ?, open_from = ?, open_until = ?
     WHERE id = ? AND version = ? AND status = 'booked'`,
    [
      rescheduled.date,
      rescheduled.time,
      rescheduled.durationMinutes,
      new Date(rescheduled.startsAt),
      new Date(rescheduled.endsAt),
      rescheduled.version,
      new Date(now),
      ...columnsOf(evidence),
      rescheduled.id,
      rescheduled.version - 1,
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

/** uid to updated_at, as `insert-booking` lists them. */
function valuesOf(booking: Omit<Booking, 'id'>): unknown[] {
  const createdAt = new Date(booking.createdAt);
  return [
    booking.uid,
    booking.doctorId,
    booking.patientId,
    booking.date,
    booking.time,
    booking.durationMinutes,
    new Date(booking.startsAt),
    new Date(booking.endsAt),
    booking.status,
    booking.version,
    createdAt,
    createdAt,
  ];
}

/** day_version, open_from, open_until. */
function columnsOf({ dayVersion, availability }: Evidence): [number, Date, Date] {
  return [dayVersion, new Date(availability.start), new Date(availability.end)];
}

async function findOne(source: Source, sql: string, key: number | string): Promise<Booking | undefined> {
  const [row] = await query<BookingRow>(source, sql, [key]);
  return row && bookingOf(row);
}

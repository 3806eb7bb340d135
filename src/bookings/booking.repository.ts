import type { EntityManager } from 'typeorm';
import { FROM_VALID_SESSION, valuesOf } from '../auth/sessions/valid-session.sql.js';
import { look, type Rows, type Source, write } from '../database/statement.js';
import { isDuplicate } from '../database/mysql-errors.js';
import type { AccountActor } from '../http/context.js';
import type { EpochMs } from '../time/interval.js';
import {
  type Basis,
  type Booking,
  BOOKING_COLUMNS,
  bookingOf,
  type BookingRow,
  LOCKED_BOOKING_COLUMNS,
} from './booking.js';
import { BOOKINGS_WITH_DOCTORS } from './booking.sql.js';
import { type RequestedTime, taken } from './booking.rules.js';

/** The statements of the `bookings` table that run inside the transactions of `BookingsService`. */

const SELECT = `SELECT ${BOOKING_COLUMNS} FROM ${BOOKINGS_WITH_DOCTORS}`;

export async function findByUid(source: Source, uid: string): Promise<Booking | undefined> {
  return findOne(source, `${SELECT} WHERE b.uid = ?`, uid);
}

export async function findBooking(source: Source, id: number): Promise<Booking | undefined> {
  return findOne(source, `${SELECT} WHERE b.id = ?`, id);
}

/** Waits until nobody else is changing the booking; nobody does until the transaction ends. */
export async function lockBooking(tx: EntityManager, id: number): Promise<Booking | undefined> {
  return findOne(
    tx,
    `/* lock-booking */ SELECT ${LOCKED_BOOKING_COLUMNS} FROM bookings b WHERE b.id = ? FOR UPDATE`,
    id,
  );
}

/**
 * Inserts the booking only if the actor's account is active and the token's session has not ended. Takes a shared lock on
 * the account, so that it serialises with a concurrent erasure.
 *
 * @returns undefined if the actor's token is no longer good
 */
export async function insertBooking(
  tx: EntityManager,
  booking: Omit<Booking, 'id'>,
  basis: Basis,
  actor: AccountActor,
): Promise<Booking | undefined> {
  const createdAt = new Date(booking.createdAt);
  const { insertId, affectedRows } = await write(
    tx,
    `INSERT INTO bookings (uid, doctor_id, user_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at, day_version, open_from, open_until)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? ${FROM_VALID_SESSION}
     LOCK IN SHARE MODE`,
    [
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
      ...columnsOf(basis),
      ...valuesOf(actor),
    ],
  );
  return affectedRows === 1 ? { ...booking, id: insertId } : undefined;
}

/** Waits until nobody else is changing a patient's live bookings; nobody does until the transaction ends. */
export async function lockLive(tx: EntityManager, patientId: number): Promise<void> {
  await look(tx, "SELECT COUNT(*) FROM bookings WHERE user_id = ? AND status = 'booked' FOR UPDATE", [
    patientId,
  ]);
}

const COMING = "user_id = ? AND status = 'booked' AND starts_at > ?";

/** The rows that are written with the cancellation of all of a patient's live bookings that have not started. */
export function cancellations(patientId: number, now: EpochMs): { messages: Rows; events: Rows } {
  const parameters = [patientId, new Date(now)];
  const particulars = `CONCAT('{"doctor_id":', doctor_id, ',"date":"', date, '","time":"', TIME_FORMAT(start_time, '%H:%i'),
                              '","duration":', duration_minutes, '}')`;
  return {
    messages: {
      sql: `SELECT id, uid, version + 1 AS version, starts_at, duration_minutes FROM bookings WHERE ${COMING}`,
      parameters,
    },
    events: { sql: `SELECT id, ${particulars} AS particulars FROM bookings WHERE ${COMING}`, parameters },
  };
}

/** Cancels them. */
export async function cancelComing(tx: EntityManager, patientId: number, now: EpochMs): Promise<void> {
  await write(
    tx,
    `UPDATE bookings SET status = 'cancelled', version = version + 1, updated_at = ? WHERE ${COMING}`,
    [new Date(now), patientId, new Date(now)],
  );
}

/** Cancels a booking that the transaction has locked. */
export async function cancelLocked(tx: EntityManager, id: number, now: EpochMs): Promise<void> {
  await write(
    tx,
    "UPDATE bookings SET status = 'cancelled', version = version + 1, updated_at = ? WHERE id = ?",
    [new Date(now), id],
  );
}

/** Gives a live booking its new time; false if it was changed since `booking`, the version before, was read. */
export async function changeTime(
  tx: EntityManager,
  moved: Booking,
  basis: Basis,
  now: EpochMs,
): Promise<boolean> {
  const { affectedRows } = await write(
    tx,
    `UPDATE bookings SET date = ?, start_time = ?, duration_minutes = ?, starts_at = ?, ends_at = ?, version = ?,
                         updated_at = ?, day_version = ?, open_from = ?, open_until = ?
     WHERE id = ? AND version = ? AND status = 'booked'`,
    [
      moved.date,
      moved.time,
      moved.durationMinutes,
      new Date(moved.startsAt),
      new Date(moved.endsAt),
      moved.version,
      new Date(now),
      ...columnsOf(basis),
      moved.id,
      moved.version - 1,
    ],
  );
  return affectedRows === 1;
}

/**
 * The unique key on live starts is the second net under the lock. Should it ever catch anything, it speaks as
 * the rule does.
 */
export async function speakingAsTaken<T>(requested: RequestedTime, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isDuplicate(error, 'bookings_live_start') ? taken(requested) : error;
  }
}

/** day_version, open_from, open_until. */
function columnsOf({ dayVersion, open }: Basis): [number, Date, Date] {
  return [dayVersion, new Date(open.start), new Date(open.end)];
}

async function findOne(source: Source, sql: string, key: number | string): Promise<Booking | undefined> {
  const [row] = await look<BookingRow>(source, sql, [key]);
  return row && bookingOf(row);
}

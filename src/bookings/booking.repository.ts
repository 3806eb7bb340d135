import type { EntityManager } from 'typeorm';
import { fromValidSession, sessionParameters } from '../auth/sessions/valid-session.sql.js';
import { query, type Source, execute } from '../database/statement.js';
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
} from './booking.sql.js';
import { columnsOf, typeColumnsOf } from './booking-changes.repository.js';

/** The statements that find, lock and insert rows of the `bookings` table. */

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
 * merged nor erased, and the doctor is active and in the booking's time zone. Takes shared locks on all three, so that it
 * serialises with concurrent changes of them.
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
                           day_version, open_from, open_until, overridden, override_reason,
                           type_id, type_code, type_name, buffer_before, buffer_after, one_place)
     SELECT p.account_id, p.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
     ${fromValidSession(`${joinPatient('?')} AND ${IS_PRESENT} ${joinBookableDoctor('?')}`)}
     LOCK IN SHARE MODE`,
    [
      ...valuesOf(booking),
      ...columnsOf(evidence),
      ...typeColumnsOf(booking),
      booking.patientId,
      booking.doctorId,
      booking.timezone,
      ...sessionParameters(actor),
    ],
  );
  return affectedRows === 1 ? { ...booking, id: insertId } : undefined;
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

async function findSeen(
  source: Source,
  sql: string,
  id: number,
  accountId: number,
): Promise<SeenBooking | undefined> {
  const [row] = await query<SeenRow>(source, sql, [accountId, accountId, accountId, id]);
  return row && { ...bookingOf(row), isOwn: row.is_own === 1, isOwnDoctor: row.is_own_doctor === 1 };
}

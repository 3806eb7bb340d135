import type { EntityManager } from 'typeorm';
import { execute, query, type SelectStatement } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';
import { CANCELLATION_EVENTS, CANCELLED_NOTIFICATIONS, IS_LIVE } from './booking.sql.js';

/** The statements about all bookings of a patient. */

/** More overlaps than anybody would resolve at once. */
const MOST_OVERLAPS = 500;

/** Locks the bookings of patients until the transaction ends: changes in progress come first. */
export async function lockBookingsOf(tx: EntityManager, patientIds: readonly number[]): Promise<void> {
  await query(
    tx,
    '/* lock-bookings-of-patients */ SELECT COUNT(*) FROM bookings WHERE patient_id IN (?) FOR UPDATE',
    [patientIds],
  );
}

/** The pairs of live bookings, one of each patient, that overlap in time. */
export async function findOverlaps(
  tx: EntityManager,
  one: number,
  other: number,
): Promise<[number, number][]> {
  const rows = await query<{ first: number; second: number }>(
    tx,
    `/* find-overlaps */ SELECT LEAST(a.id, b.id) AS first, GREATEST(a.id, b.id) AS second
     FROM bookings a JOIN bookings b
       ON b.patient_id = ? AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at AND b.${IS_LIVE}
     WHERE a.patient_id = ? AND a.${IS_LIVE} ORDER BY first, second LIMIT ${MOST_OVERLAPS}`,
    [other, one],
  );
  return rows.map(({ first, second }) => [first, second]);
}

/** Gives the bookings of one patient to another. */
export async function moveBookings(tx: EntityManager, from: number, to: number): Promise<void> {
  await execute(
    tx,
    '/* move-bookings */ UPDATE bookings SET patient_id = ?, edits = edits + 1 WHERE patient_id = ?',
    [to, from],
  );
}

/** Gives the bookings of a patient to the account that manages the patient. */
export async function setAccountOfBookings(
  tx: EntityManager,
  patientId: number,
  accountId: number | null,
): Promise<void> {
  await execute(tx, '/* set-account-of-bookings */ UPDATE bookings SET user_id = ? WHERE patient_id = ?', [
    accountId,
    patientId,
  ]);
}

const UPCOMING = "patient_id = ? AND status = 'booked' AND starts_at > ?";

/** Cancels all bookings of a patient that have not started. */
export async function cancelUpcomingOf(
  tx: EntityManager,
  patientId: number,
  role: string | null,
  now: EpochMs,
): Promise<void> {
  await execute(
    tx,
    `/* cancel-upcoming-bookings-of-patient */
     UPDATE bookings SET status = 'cancelled', version = version + 1, updated_at = ?, cancelled_by_role = ?
     WHERE ${UPCOMING}`,
    [new Date(now), role, patientId, new Date(now)],
  );
}

/** The rows of the cancellation of these bookings for the ledger and the audit trail. */
export function cancellationsOf(
  patientId: number,
  now: EpochMs,
): { notifications: SelectStatement; events: SelectStatement } {
  const parameters = [patientId, new Date(now)];
  return {
    notifications: { sql: `${CANCELLED_NOTIFICATIONS} WHERE ${UPCOMING}`, parameters },
    events: { sql: `${CANCELLATION_EVENTS} WHERE ${UPCOMING}`, parameters },
  };
}

/** Clears what people wrote about the bookings of patients. */
export async function eraseTextsOf(tx: EntityManager, patientIds: readonly number[]): Promise<void> {
  await execute(
    tx,
    `/* erase-booking-texts */ UPDATE bookings SET note = NULL, cancel_reason = NULL, override_reason = NULL
     WHERE patient_id IN (?)`,
    [patientIds],
  );
}

import type { EntityManager } from 'typeorm';
import { query, execute } from '../database/statement.js';
import { isDuplicate } from '../database/mysql-errors.js';
import type { EpochMs } from '../time/interval.js';
import type { Booking, Evidence } from './booking.js';
import { UPCOMING } from './booking.sql.js';

/** The statements that change rows of the `bookings` table. */

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
  const previous = [rescheduled.id, rescheduled.version - 1, rescheduled.edits];
  const { affectedRows } = await execute(
    tx,
    `/* reschedule-booking */
     UPDATE bookings SET doctor_id = ?, date = ?, start_time = ?, duration_minutes = ?, starts_at = ?, ends_at = ?,
                         version = ?, updated_at = ?, note = ?, overbooked = ?, day_version = ?, open_from = ?,
                         open_until = ?, overridden = ?, override_reason = ?, type_id = ?, type_code = ?,
                         type_name = ?, buffer_before = ?, buffer_after = ?, one_place = ?
     WHERE id = ? AND version = ? AND edits = ? AND status IN ('booked', 'arrived')`,
    [
      ...timeColumnsOf(rescheduled),
      rescheduled.version,
      new Date(now),
      rescheduled.note,
      rescheduled.isOverbooked ? 1 : 0,
      ...columnsOf(evidence),
      ...typeColumnsOf(rescheduled),
      ...previous,
    ],
  );
  return affectedRows === 1;
}

/** doctor_id, date, start_time, duration_minutes, starts_at, ends_at. */
function timeColumnsOf({ doctorId, date, time, durationMinutes, startsAt, endsAt }: Booking): unknown[] {
  return [doctorId, date, time, durationMinutes, new Date(startsAt), new Date(endsAt)];
}

/**
 * The unique key on live starts is the second net under the lock.
 *
 * @param rejected the error if it ever rejects a booking
 */
export async function duplicateAs<T>(rejected: () => Error, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isDuplicate(error, 'bookings_live_start') ? rejected() : error;
  }
}

/** day_version, open_from, open_until, overridden, override_reason. */
export function columnsOf({ dayVersion, availability, override }: Evidence): unknown[] {
  return [
    dayVersion,
    availability ? new Date(availability.start) : null,
    availability ? new Date(availability.end) : null,
    override ? override.rules.join(' ') : null,
    override ? override.reason : null,
  ];
}

type Typed = Pick<
  Booking,
  'typeId' | 'typeCode' | 'typeName' | 'bufferBefore' | 'bufferAfter' | 'isOnePlace'
>;

/** type_id, type_code, type_name, buffer_before, buffer_after, one_place. */
export function typeColumnsOf(booking: Typed): unknown[] {
  const { typeId, typeCode, typeName, bufferBefore, bufferAfter, isOnePlace } = booking;
  return [typeId, typeCode, typeName, bufferBefore, bufferAfter, isOnePlace ? 1 : 0];
}

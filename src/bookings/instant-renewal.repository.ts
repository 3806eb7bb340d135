import type { EntityManager } from 'typeorm';
import { query, type Source, execute } from '../database/statement.js';
import { isInPresentZone } from '../doctors/doctor.sql.js';
import type { EpochMs, Interval } from '../time/interval.js';
import { type Booking, bookingOf, type BookingRow } from './booking.js';
import { BOOKING_COLUMNS, BOOKINGS_WITH_PEOPLE } from './booking.sql.js';

/** The statements of the `bookings` table that renew instants. */

const FROM = `FROM ${BOOKINGS_WITH_PEOPLE}`;
const PAGE = 2_000;
/** No booking lasts longer, so no booking that began earlier than this before another overlaps it. */
const LONGEST_MS = 480 * 60_000;

/** A booking, and when it took its time. */
export interface TimedBooking extends Booking {
  readonly tookTimeAt: EpochMs;
}

/** A page of the live bookings that begin after an instant, by id. */
export async function findLiveAfter(source: Source, instant: EpochMs, afterId: number): Promise<Booking[]> {
  const rows = await query<BookingRow>(
    source,
    `/* find-live-bookings */ SELECT ${BOOKING_COLUMNS} ${FROM}
     WHERE b.id > ? AND b.status <> 'cancelled' AND b.starts_at > ? AND ${isInPresentZone('b.ends_at')}
     ORDER BY b.id LIMIT ${PAGE}`,
    [afterId, new Date(instant)],
  );
  return rows.map(bookingOf);
}

export async function findLiveById(tx: EntityManager, id: number): Promise<TimedBooking | undefined> {
  const [row] = await query<BookingRow & { updated_at: Date }>(
    tx,
    `/* find-live-booking */ SELECT ${BOOKING_COLUMNS}, b.updated_at ${FROM} WHERE b.id = ? AND b.status <> 'cancelled'`,
    [id],
  );
  return row && { ...bookingOf(row), tookTimeAt: row.updated_at.getTime() };
}

/** Another live booking of the same doctor that shares time with the interval. */
export async function findOverlapping(
  tx: EntityManager,
  { id, doctorId }: Booking,
  { start, end }: Interval,
): Promise<number | undefined> {
  const [row] = await query<{ id: number }>(
    tx,
    `/* find-overlapping */ SELECT id FROM bookings
     WHERE doctor_id = ? AND status <> 'cancelled' AND id <> ? AND starts_at < ? AND starts_at > ? AND ends_at > ?
     ORDER BY starts_at LIMIT 1`,
    [doctorId, id, new Date(end), new Date(start - LONGEST_MS), new Date(start)],
  );
  return row?.id;
}

/**
 * Gives a live booking other instants; its wall time, and so its version, stay. Clears the availability that it was
 * made in, which was recorded under the former time zone data. False if the booking was changed since it was read.
 */
export async function changeInstants(
  tx: EntityManager,
  { id, version, startsAt }: Booking,
  { start, end }: Interval,
): Promise<boolean> {
  const { affectedRows } = await execute(
    tx,
    `/* change-instants */ UPDATE bookings SET starts_at = ?, ends_at = ?, open_from = NULL, open_until = NULL
     WHERE id = ? AND version = ? AND status <> 'cancelled' AND starts_at = ?`,
    [new Date(start), new Date(end), id, version, new Date(startsAt)],
  );
  return affectedRows === 1;
}

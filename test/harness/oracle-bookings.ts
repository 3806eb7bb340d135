import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Finding } from './finding.js';
import { type BookingRow, rows } from './oracle-rows.js';
import type { Acknowledged } from './traffic.js';

/** O: overlapping pairs of live bookings. */
export async function overlaps(database: Connection): Promise<Finding[]> {
  const pairs = await rows<RowDataPacket & { one: number; other: number }>(
    database,
    `SELECT a.id AS one, b.id AS other FROM bookings a JOIN bookings b
       ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     WHERE a.status = 'booked' AND b.status = 'booked'`,
  );
  return pairs.map(({ one, other }) => ({
    letter: 'O',
    bookingId: other,
    what: `it overlaps booking ${one}`,
  }));
}

/** A: acknowledged bookings that are missing or differ. */
export function lostBookings(
  acknowledged: ReadonlyMap<number, Acknowledged>,
  byId: ReadonlyMap<number, BookingRow>,
): Finding[] {
  return [...acknowledged.values()]
    .filter((booking) => !matches(booking, byId.get(booking.id)))
    .map(({ id }) => ({
      letter: 'A',
      bookingId: id,
      what: byId.has(id) ? 'it differs from what was acknowledged' : 'it is missing',
    }));
}

function matches(acknowledged: Acknowledged, row: BookingRow | undefined): boolean {
  return (
    row !== undefined &&
    row.user_id === acknowledged.userId &&
    row.doctor_id === acknowledged.doctorId &&
    row.date === acknowledged.date &&
    row.start_time.slice(0, 5) === acknowledged.time &&
    row.duration_minutes === acknowledged.duration &&
    row.status === acknowledged.status
  );
}

/** K: the traffic never requests the same booking under two keys, so equal bookings must come from one key. */
export async function duplicateBookings(database: Connection): Promise<Finding[]> {
  const duplicates = await rows<RowDataPacket & { made: number; last: number }>(
    database,
    `SELECT COUNT(*) AS made, MAX(b.id) AS last FROM notifications n JOIN bookings b ON b.id = n.booking_id
     WHERE n.kind = 'booked' GROUP BY b.user_id, b.doctor_id, n.starts_at, n.duration_minutes HAVING COUNT(*) > 1`,
  );
  return duplicates.flatMap(({ made, last }) =>
    Array.from({ length: made - 1 }, () => ({
      letter: 'K' as const,
      bookingId: last,
      what: `the same request made ${made} bookings`,
    })),
  );
}

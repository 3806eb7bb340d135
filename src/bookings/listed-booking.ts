import type { BookingRow, ListedBooking } from './booking.js';

/** A booking of a list as the database returns it. */
export interface ListedRow extends Omit<BookingRow, 'uid' | 'created_at' | 'starts_at' | 'ends_at'> {
  /** Seconds since 1970: the driver takes 2 µs to make a `Date`. */
  readonly starts_at: number;
  readonly ends_at: number;
}

/** As `BOOKING_COLUMNS`, for lists. */
export const LISTED_COLUMNS = `b.id, b.doctor_id, b.user_id, b.date, b.start_time, b.duration_minutes,
  TIMESTAMPDIFF(SECOND, '1970-01-01', b.starts_at) AS starts_at,
  TIMESTAMPDIFF(SECOND, '1970-01-01', b.ends_at) AS ends_at, b.status, b.version, d.timezone`;

export function listedOf(row: ListedRow): ListedBooking {
  return {
    id: row.id,
    doctorId: row.doctor_id,
    patientId: row.user_id,
    date: row.date,
    time: row.start_time.slice(0, 5),
    durationMinutes: row.duration_minutes,
    startsAt: row.starts_at * 1000,
    endsAt: row.ends_at * 1000,
    status: row.status,
    version: row.version,
    timezone: row.timezone,
  };
}

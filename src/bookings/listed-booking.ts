import { type BookingRow, listedAt, type ListedBooking } from './booking.js';

/** A booking of a list as the database returns it. */
export interface ListedRow extends Omit<BookingRow, 'uid' | 'created_at' | 'starts_at' | 'ends_at'> {
  /** Seconds since 1970: numbers are quicker to read than times. */
  readonly starts_at: number;
  readonly ends_at: number;
}

/** As `BOOKING_COLUMNS`, for lists. */
export const LISTED_COLUMNS = `b.id, b.doctor_id, b.user_id, b.date, b.start_time, b.duration_minutes,
  TIMESTAMPDIFF(SECOND, '1970-01-01', b.starts_at) AS starts_at,
  TIMESTAMPDIFF(SECOND, '1970-01-01', b.ends_at) AS ends_at, b.status, b.version, d.timezone`;

export function listedOf(row: ListedRow): ListedBooking {
  return listedAt(row, row.starts_at * 1000, row.ends_at * 1000);
}

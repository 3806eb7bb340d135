import { type BookingRow, toListed, type ListedBooking } from './booking.js';

/** A booking of a list as the database returns it. */
export interface ListedRow extends Omit<BookingRow, 'uid' | 'created_at' | 'starts_at' | 'ends_at'> {
  /** Seconds since 1970: numbers are faster to parse than times. */
  readonly starts_at: number;
  readonly ends_at: number;
}

export function listedOf(row: ListedRow): ListedBooking {
  return toListed(row, row.starts_at * 1000, row.ends_at * 1000);
}

import type { EpochMs, Interval } from '../time/interval.js';
import { isoIn } from '../time/zone-offset.js';

/** An appointment of a patient with a doctor. */
export interface Booking {
  readonly id: number;
  /** Names the booking in calendars, for life. */
  readonly uid: string;
  readonly doctorId: number;
  /** The patient's account. */
  readonly patientId: number;
  /** YYYY-MM-DD at the doctor's. */
  readonly date: string;
  /** HH:MM at the doctor's. */
  readonly time: string;
  readonly durationMinutes: number;
  readonly startsAt: EpochMs;
  readonly endsAt: EpochMs;
  readonly status: 'booked' | 'cancelled';
  /** From 1, raised by each change. */
  readonly version: number;
  readonly createdAt: EpochMs;
  /** The doctor's, IANA. */
  readonly timezone: string;
}

/** What a booking took its time on; kept with it, as evidence. */
export interface Basis {
  /** The version of the doctor's date that it made. */
  readonly dayVersion: number;
  /** The open time that it lies in. */
  readonly open: Interval;
}

/** A booking as the database returns it, with the doctor's time zone. */
export interface BookingRow {
  readonly id: number;
  readonly uid: string;
  readonly doctor_id: number;
  readonly user_id: number;
  readonly date: string;
  readonly start_time: string;
  readonly duration_minutes: number;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly status: 'booked' | 'cancelled';
  readonly version: number;
  readonly created_at: Date;
  readonly timezone: string;
}

export function bookingOf(row: BookingRow): Booking {
  const { uid, starts_at, ends_at, created_at } = row;
  const listed = listedAt(row, starts_at.getTime(), ends_at.getTime());
  return { ...listed, uid, createdAt: created_at.getTime() };
}

/** A booking from all that its row says but the instants, which rows tell in different ways. */
export function listedAt(
  row: Omit<BookingRow, 'uid' | 'created_at' | 'starts_at' | 'ends_at'>,
  startsAt: EpochMs,
  endsAt: EpochMs,
): ListedBooking {
  return {
    id: row.id,
    doctorId: row.doctor_id,
    patientId: row.user_id,
    date: row.date,
    time: row.start_time.slice(0, 5),
    durationMinutes: row.duration_minutes,
    startsAt,
    endsAt,
    status: row.status,
    version: row.version,
    timezone: row.timezone,
  };
}

/** A booking in the outcome of a request with a key, which releases that run side by side read from each other. */
interface KeptBooking extends Booking {
  /** What version 0.4 calls `patientId`. */
  readonly userId?: number;
}

export function toKept(booking: Booking): KeptBooking {
  return { ...booking, userId: booking.patientId };
}

export function fromKept({ userId, ...booking }: KeptBooking): Booking {
  return userId === undefined ? booking : { ...booking, patientId: userId };
}

/** A booking as lists need it. */
export type ListedBooking = Omit<Booking, 'uid' | 'createdAt'>;

/** The start and end as ISO 8601 with the doctor's offset. */
export function isoTimes({ timezone, startsAt, endsAt }: ListedBooking): {
  startsAt: string;
  endsAt: string;
} {
  return { startsAt: isoIn(timezone, startsAt), endsAt: isoIn(timezone, endsAt) };
}

import type { EpochMs, Interval } from '../time/interval.js';

/** An appointment of a patient with a doctor. */
export interface Booking {
  readonly id: number;
  /** Identifies the booking in calendars, for life. */
  readonly uid: string;
  readonly doctorId: number;
  /** The patient's account. */
  readonly patientId: number;
  /** The doctor's local date, YYYY-MM-DD. */
  readonly date: string;
  /** The doctor's local time, HH:MM. */
  readonly time: string;
  readonly durationMinutes: number;
  readonly startsAt: EpochMs;
  readonly endsAt: EpochMs;
  readonly status: 'booked' | 'cancelled';
  /** From 1, raised by each change. */
  readonly version: number;
  readonly createdAt: EpochMs;
  /** The doctor's time zone, IANA. */
  readonly timezone: string;
}

/** The facts on which a booking took its time; stored with it. */
export interface Evidence {
  /** The version that it gave the doctor's day. */
  readonly dayVersion: number;
  /** The availability that contains it. */
  readonly availability: Interval;
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
  return {
    id: row.id,
    uid: row.uid,
    doctorId: row.doctor_id,
    patientId: row.user_id,
    date: row.date,
    time: row.start_time.slice(0, 5),
    durationMinutes: row.duration_minutes,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    status: row.status,
    version: row.version,
    createdAt: row.created_at.getTime(),
    timezone: row.timezone,
  };
}

/** A booking as lists need it. */
export type ListedBooking = Omit<Booking, 'uid' | 'createdAt' | 'endsAt'>;

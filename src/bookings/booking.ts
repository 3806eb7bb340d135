import type { EpochMs, Interval } from '../time/interval.js';

/** FHIR's words for what becomes of an appointment. All but `cancelled` take their time. */
export const BOOKING_STATUSES = ['booked', 'arrived', 'fulfilled', 'noshow', 'cancelled'] as const;
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

/** An appointment of a patient with a doctor. */
export interface Booking {
  readonly id: number;
  /** Identifies the booking in calendars, for life. */
  readonly uid: string;
  readonly doctorId: number;
  readonly patientId: number;
  /** The account that manages the patient; null if there is none. */
  readonly accountId: number | null;
  /** The patient's names; null if unknown. */
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** The doctor's local date, YYYY-MM-DD. */
  readonly date: string;
  /** The doctor's local time, HH:MM. */
  readonly time: string;
  readonly durationMinutes: number;
  readonly startsAt: EpochMs;
  readonly endsAt: EpochMs;
  readonly status: BookingStatus;
  /**
   * From 1, raised by each change of the time or the doctor and by the cancellation. Emails and calendar entries count by
   * it, so changes that are not announced raise `edits` instead. The wire's `version` counts both (`revisionOf`).
   */
  readonly version: number;
  /** How many changes kept time and doctor: of the status or the note. */
  readonly edits: number;
  /** For the patient, the doctor and the desk. */
  readonly note: string | null;
  /** Whether the desk let it overlap another booking. MySQL's 0 and 1 in lists. */
  readonly isOverbooked: boolean | 0 | 1;
  /** The account that booked; null if the service did. */
  readonly bookedBy: number | null;
  readonly bookedByRole: string;
  /** Null unless cancelled; also null if cancelled before version 0.5. */
  readonly cancelledByRole: string | null;
  readonly cancelReason: string | null;
  readonly createdAt: EpochMs;
  /** The doctor's time zone, IANA. */
  readonly timezone: string;
  /** Null, like the code and the name that the type had when it was booked, without a type. */
  readonly typeId: number | null;
  readonly typeCode: string | null;
  readonly typeName: string | null;
  /** Minutes, as they were when it was booked, like `bufferAfter`. */
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  /** Whether PATIENT_BUSY judges it, also when it is rescheduled. */
  readonly isOnePlace: boolean;
}

/** What the desk overrode, and why. */
export interface Override {
  /** Codes of rules. */
  readonly rules: readonly string[];
  readonly reason: string;
}

/** The facts on which a booking took its time; stored with it. */
export interface Evidence {
  /** The version that it gave the doctor's day. */
  readonly dayVersion: number;
  /** The availability that contains it; undefined if the desk overrode that. */
  readonly availability: Interval | undefined;
  /** The rules that stood against the time, and why the desk overrode them. */
  readonly override: Override | undefined;
}

/** A booking as the database returns it, with the doctor's time zone and the patient's names. */
export interface BookingRow {
  readonly id: number;
  readonly uid: string;
  readonly doctor_id: number;
  readonly user_id: number | null;
  readonly patient_id: number;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly date: string;
  readonly start_time: string;
  readonly duration_minutes: number;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly status: BookingStatus;
  readonly version: number;
  readonly edits: number;
  readonly note: string | null;
  readonly overbooked: 0 | 1;
  readonly booked_by: number | null;
  readonly booked_by_role: string;
  readonly cancelled_by_role: string | null;
  readonly cancel_reason: string | null;
  readonly created_at: Date;
  readonly timezone: string;
  readonly type_id: number | null;
  readonly type_code: string | null;
  readonly type_name: string | null;
  readonly buffer_before: number;
  readonly buffer_after: number;
  readonly one_place: 0 | 1;
}

export function bookingOf(row: BookingRow): Booking {
  return {
    id: row.id,
    uid: row.uid,
    doctorId: row.doctor_id,
    patientId: row.patient_id,
    accountId: row.user_id,
    givenName: row.given_name,
    familyName: row.family_name,
    date: row.date,
    time: row.start_time.slice(0, 5),
    durationMinutes: row.duration_minutes,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    status: row.status,
    version: row.version,
    edits: row.edits,
    note: row.note,
    isOverbooked: row.overbooked === 1,
    bookedBy: row.booked_by,
    bookedByRole: row.booked_by_role,
    cancelledByRole: row.cancelled_by_role,
    cancelReason: row.cancel_reason,
    createdAt: row.created_at.getTime(),
    timezone: row.timezone,
    ...typeOf(row),
  };
}

function typeOf(
  row: BookingRow,
): Pick<Booking, 'typeId' | 'typeCode' | 'typeName' | 'bufferBefore' | 'bufferAfter' | 'isOnePlace'> {
  return {
    typeId: row.type_id,
    typeCode: row.type_code,
    typeName: row.type_name,
    bufferBefore: row.buffer_before,
    bufferAfter: row.buffer_after,
    isOnePlace: row.one_place === 1,
  };
}

/** The version on the wire, for `If-Match`: raised by every change. */
export function revisionOf({ version, edits }: Pick<Booking, 'version' | 'edits'>): number {
  return version + edits;
}

/** A booking as lists need it. */
export type ListedBooking = Omit<
  Booking,
  'uid' | 'createdAt' | 'endsAt' | 'bufferBefore' | 'bufferAfter' | 'isOnePlace'
>;

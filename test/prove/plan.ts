import type { Role } from '../../src/auth/role.js';
import type { EpochMs } from '../../src/time/interval.js';

/** The description of a clinic, as plain data. It is put into the database, and judged by the reference model. */

/** Minutes since 00:00 on the wall clock. */
export type Minutes = number;

/** The limits of an appointment type, or of the clinic. Null: as at the next wider place, or none. */
export interface PlannedLimits {
  readonly minNoticeMinutes: number | null;
  readonly horizonDays: number | null;
  readonly cancelCutoffMinutes: number | null;
}

export interface PlannedSettings extends PlannedLimits {
  /** Of one patient, of all types. */
  readonly maxLiveBookings: number | null;
  readonly typeRequired: boolean;
  readonly onePlaceAtATime: boolean;
  readonly publicAvailability: boolean;
}

/** What a doctor can have as own values of a type. */
export interface PlannedValues extends PlannedLimits {
  readonly durationMinutes: number | null;
  readonly slotStepMinutes: number | null;
  readonly bufferBefore: number | null;
  readonly bufferAfter: number | null;
  /** Of one doctor on one date. */
  readonly maxPerDay: number | null;
  /** Of one patient, of this type. */
  readonly maxLiveBookings: number | null;
}

export interface PlannedType extends PlannedValues {
  readonly id: number;
  readonly durationMinutes: number;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  readonly audience: 'patients' | 'staff';
  readonly isActive: boolean;
}

export interface PlannedWindow {
  /** 0 Sunday to 6 Saturday. */
  readonly weekday: number;
  readonly start: Minutes;
  /** Up to 1440: 24:00. */
  readonly end: Minutes;
  /** Inclusive dates; null: without one. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  /** Null: for every request. */
  readonly typeIds: readonly number[] | null;
}

export interface PlannedException {
  readonly date: string;
  /** Null: the full day. */
  readonly time: { readonly start: Minutes; readonly end: Minutes } | null;
}

export interface PlannedDoctor {
  readonly id: number;
  readonly timezone: string;
  readonly specialty: string;
  readonly isActive: boolean;
  readonly offers: readonly { readonly typeId: number; readonly own: PlannedValues }[];
  readonly windows: readonly PlannedWindow[];
  readonly exceptions: readonly PlannedException[];
}

export type PlannedStatus = 'booked' | 'arrived' | 'fulfilled' | 'noshow' | 'cancelled';

export interface PlannedBooking {
  readonly id: number;
  readonly doctorId: number;
  readonly patientId: number;
  /** The doctor's local date and time. */
  readonly date: string;
  readonly time: Minutes;
  readonly durationMinutes: number;
  readonly startsAt: EpochMs;
  readonly status: PlannedStatus;
  readonly isOverbooked: boolean;
  readonly typeId: number | null;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  /** Whether PATIENT_BUSY judges it when it is rescheduled. */
  readonly onePlace: boolean;
}

/** Somebody with an account. */
export interface PlannedAccount {
  readonly id: number;
  readonly role: Role;
  /** The account's own patient. */
  readonly selfId: number;
  /** The doctor whose account it is. */
  readonly doctorId: number | null;
}

export interface PlannedPatient {
  readonly id: number;
  /** The account that manages the patient. */
  readonly accountId: number | null;
  /** Accounts that have accepted the patient besides. */
  readonly guardianIds: readonly number[];
}

export interface ClinicPlan {
  readonly settings: PlannedSettings;
  readonly types: readonly PlannedType[];
  readonly doctors: readonly PlannedDoctor[];
  readonly accounts: readonly PlannedAccount[];
  readonly patients: readonly PlannedPatient[];
  readonly bookings: readonly PlannedBooking[];
  readonly now: EpochMs;
}

/** What somebody wants to book, or to have listed; `null` as the actor is a visitor. */
export interface Wish {
  readonly accountId: number | null;
  readonly doctorId: number;
  readonly date: string;
  readonly typeId: number | undefined;
  readonly durationMinutes: number | undefined;
  readonly patientId: number | undefined;
}

/** The change of a booking. */
export interface Change {
  readonly accountId: number;
  readonly bookingId: number;
  readonly date?: string | undefined;
  readonly time?: Minutes | undefined;
  readonly durationMinutes?: number | undefined;
  readonly typeId?: number | undefined;
  /** Only by the desk. */
  readonly doctorId?: number | undefined;
}

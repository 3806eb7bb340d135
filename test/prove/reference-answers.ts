import { MINUTE_MS } from './calendar.js';
import type { Change, Minutes, PlannedBooking, Wish } from './plan.js';
import { type Judged, type ReferenceClinic, type RuleName, RULES } from './reference-clinic.js';
import { valuesOf, valuesOfMove } from './reference-values.js';

/**
 * What the reference model expects of a request. `refusals` are codes of refusals that are not rules: any of them may
 * be given, and then nothing else is judged.
 */
export type Expected =
  | { readonly refusals: readonly string[]; readonly judged?: never }
  | { readonly refusals?: never; readonly judged: Judged };

/** The desk's override. */
export interface Override {
  readonly rules: readonly string[];
}

export const OVERRIDABLE: readonly RuleName[] = [
  'OUTSIDE_AVAILABILITY',
  'EXCEPTION',
  'OFF_GRID',
  'TAKEN',
  'BUFFER',
  'DAY_FULL',
  'PATIENT_BUSY',
];

export function isOverridable(rule: RuleName): boolean {
  return OVERRIDABLE.includes(rule);
}

/** The violations that an override leaves standing refuse; without any, the time is booked. */
export function isRefused(violations: readonly RuleName[], override?: Override): boolean {
  return violations.some((rule) => !isOverridable(rule) || !(override?.rules.includes(rule) ?? false));
}

/** What a list, or a booking, is judged by. */
export function expectedOf(clinic: ReferenceClinic, wish: Wish, what: 'list' | 'book'): Expected {
  const refusals = refusalsOf(clinic, wish, what);
  if (!clinic.plan.doctors.some(({ id }) => id === wish.doctorId)) refusals.push('UNKNOWN_DOCTOR');
  return refusals.length > 0 ? { refusals } : { judged: clinic.judged(wish) };
}

/** Why a request is refused that names no single doctor, or that names a known one. */
export function refusalsOf(
  clinic: ReferenceClinic,
  wish: Omit<Wish, 'doctorId' | 'date'>,
  what: 'list' | 'book',
): string[] {
  const { accountId, typeId, durationMinutes, patientId } = wish;
  const { plan } = clinic;
  if (accountId === null && (what === 'book' || !plan.settings.publicAvailability)) return ['TOKEN_REQUIRED'];
  const refusals: string[] = [];
  if (typeId !== undefined && durationMinutes !== undefined) refusals.push('VALIDATION_FAILED');
  if (patientId !== undefined && !mayBookFor(clinic, accountId, patientId)) refusals.push('UNKNOWN_PATIENT');
  if (typeId !== undefined && !isKnownType(clinic, accountId, typeId)) refusals.push('UNKNOWN_TYPE');
  if (typeId === undefined && plan.settings.typeRequired && !clinic.isDesk(accountId))
    refusals.push('TYPE_REQUIRED');
  return refusals;
}

function mayBookFor(clinic: ReferenceClinic, accountId: number | null, patientId: number): boolean {
  if (clinic.isOwn(accountId, patientId)) return true;
  return clinic.isDesk(accountId) && clinic.plan.patients.some(({ id }) => id === patientId);
}

/** To all but the desk, a type for staff does not exist. */
function isKnownType(clinic: ReferenceClinic, accountId: number | null, typeId: number): boolean {
  const type = clinic.plan.types.find(({ id }) => id === typeId);
  return type !== undefined && (type.audience === 'patients' || clinic.isDesk(accountId));
}

/** What is expected of the change of a booking. `violations` judges the time that it would get. */
export interface ExpectedMove {
  readonly judged: Judged;
  readonly time: Minutes;
  readonly violations: readonly RuleName[];
  readonly typeId: number | null;
  readonly onePlace: boolean;
}

/** What is expected of a PATCH that changes the time, length, type or doctor. */
export function expectedOfMove(
  clinic: ReferenceClinic,
  change: Change,
): { readonly refusals: readonly string[] } | { readonly refusals?: never; readonly move: ExpectedMove } {
  const { plan } = clinic;
  const kept = plan.bookings.find(({ id }) => id === change.bookingId);
  const isForDesk = clinic.isDesk(change.accountId);
  if (!kept || kept.status === 'cancelled') return { refusals: ['BOOKING_NOT_FOUND'] };
  if (!isForDesk && !clinic.isOwn(change.accountId, kept.patientId))
    return { refusals: ['BOOKING_NOT_FOUND'] };
  const isWithinDay = change.date === undefined || change.date === kept.date;
  const isArrived = isForDesk && isWithinDay && kept.status === 'arrived';
  if (kept.status !== 'booked' && !isArrived) return { refusals: ['STATUS_NOT_POSSIBLE'] };
  const refusals = refusalsOfMove(clinic, kept, change, isForDesk);
  return refusals.length > 0 ? { refusals } : { move: moveOf(clinic, kept, change, isForDesk) };
}

function refusalsOfMove(
  clinic: ReferenceClinic,
  kept: PlannedBooking,
  change: Change,
  isForDesk: boolean,
): string[] {
  const { typeId, durationMinutes, doctorId } = change;
  const refusals: string[] = [];
  if (!isForDesk && kept.startsAt <= clinic.now) refusals.push('BOOKING_STARTED');
  if (durationMinutes !== undefined && (typeId ?? kept.typeId) !== null) refusals.push('VALIDATION_FAILED');
  if (doctorId !== undefined && !clinic.plan.doctors.some(({ id }) => id === doctorId))
    refusals.push('UNKNOWN_DOCTOR');
  if (typeId !== undefined && typeId !== kept.typeId && !isKnownType(clinic, change.accountId, typeId))
    refusals.push('UNKNOWN_TYPE');
  return refusals;
}

function moveOf(
  clinic: ReferenceClinic,
  kept: PlannedBooking,
  change: Change,
  isForDesk: boolean,
): ExpectedMove {
  const { plan } = clinic;
  const typeId = change.typeId ?? kept.typeId;
  const doctorId = change.doctorId ?? kept.doctorId;
  const durationMinutes = change.durationMinutes ?? kept.durationMinutes;
  const onePlace = kept.onePlace || typeId !== null || plan.settings.onePlaceAtATime;
  const judged = {
    doctor: clinic.doctor(doctorId),
    date: change.date ?? kept.date,
    values: valuesOfMove(plan, kept, { doctorId, typeId, durationMinutes }),
    typeId,
    patientId: kept.patientId,
    isForDesk,
    isOnePlace: onePlace,
    without: kept.id,
  };
  const time = change.time ?? kept.time;
  const isLate = !isForDesk && isTooLate(clinic, kept);
  const found = clinic.violations(judged, time);
  const violations = RULES.filter((rule) => found.includes(rule) || (rule === 'TOO_LATE' && isLate));
  return { judged, time, violations, typeId, onePlace };
}

/** Whether a patient may no longer change a booking that has not begun. */
function isTooLate(clinic: ReferenceClinic, kept: PlannedBooking): boolean {
  const { cutoff } = valuesOf(clinic.plan, kept);
  return cutoff !== null && kept.startsAt - clinic.now < cutoff * MINUTE_MS;
}

/** What is expected of cancelling by DELETE (the patient's) or by POST with a reason: the code, or none. */
export function expectedOfCancel(
  clinic: ReferenceClinic,
  { accountId, bookingId, by }: { accountId: number; bookingId: number; by: 'delete' | 'post' },
): string | undefined {
  const { plan } = clinic;
  const kept = plan.bookings.find(({ id }) => id === bookingId);
  if (!kept || kept.status === 'cancelled') return 'BOOKING_NOT_FOUND';
  const isOwn = clinic.isOwn(accountId, kept.patientId);
  const account = plan.accounts.find(({ id }) => id === accountId)!;
  const isHeadOfDay = clinic.isDesk(accountId) || account.doctorId === kept.doctorId;
  if (by === 'post' && isHeadOfDay) {
    // What is fulfilled before it starts was set so by mistake.
    const isOpen = kept.status === 'fulfilled' ? kept.startsAt > clinic.now : kept.status !== 'noshow';
    return isOpen ? undefined : 'STATUS_NOT_POSSIBLE';
  }
  if (!isOwn) return 'BOOKING_NOT_FOUND';
  if (kept.status !== 'booked') return 'STATUS_NOT_POSSIBLE';
  if (kept.startsAt <= clinic.now) return 'BOOKING_STARTED';
  return !clinic.isDesk(accountId) && isTooLate(clinic, kept) ? 'TOO_LATE' : undefined;
}

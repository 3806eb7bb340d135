import { evaluate } from '../availability/evaluate.js';
import type { EvaluatedFor, RequestedTime, Violation } from '../availability/rules/rule.js';
import { taken } from '../availability/rules/taken.js';
import { tooLate } from '../availability/rules/too-late.js';
import type { Schedule } from '../availability/schedule.js';
import { Refusal } from '../errors/domain-error.js';
import type { EpochMs, Interval } from '../time/interval.js';
import type { BookingStatus, Override } from './booking.js';

export type { RequestedTime };

/** A time that may be booked, and when it was evaluated. */
export interface BookableTime {
  /** The requested time as instants. */
  readonly appointment: Interval;
  /** The availability that contains the appointment; undefined if the desk overrode that. */
  readonly availability: Interval | undefined;
  /** Whether the appointment overlaps another, by an override. */
  readonly isOverbooked: boolean;
  /** What stood against the time and was overridden. */
  readonly override: Override | undefined;
  /** The doctor's time zone, IANA. */
  readonly timezone: string;
  readonly now: EpochMs;
}

/** Whom a time is evaluated for, and what the desk overrides. */
export interface OverridingFor extends EvaluatedFor {
  readonly override?: Override | undefined;
}

/** What was found of a requested time. */
export interface JudgedTime {
  /** Undefined if it may not be booked. */
  readonly bookable: BookableTime | undefined;
  /** What stands against it, overridden or not. */
  readonly violations: readonly Violation[];
}

/**
 * Evaluates a requested time, and applies what the desk overrides.
 *
 * @param also what stands against it besides the rules of a new booking
 */
export function judge(
  schedule: Schedule,
  requested: RequestedTime,
  { override, ...who }: OverridingFor,
  also: readonly Violation[] = [],
): JudgedTime {
  const evaluation = evaluate(requested, schedule, who);
  const violations = [...evaluation.violations, ...also];
  if (violations.some(isStanding(override))) return { bookable: undefined, violations };
  const overridden = violations.map(({ code }) => code);
  const { start, end, availability } = evaluation.appointment!;
  const bookable = {
    appointment: { start, end },
    availability,
    timezone: schedule.timezone,
    now: who.now,
    isOverbooked: overridden.includes(taken.code),
    override: override && overridden.length > 0 ? { rules: overridden, reason: override.reason } : undefined,
  };
  return { bookable, violations };
}

/** Whether a violation refuses a time: it cannot be overridden, or is not. */
export function isStanding(override: Override | undefined): (violation: Violation) => boolean {
  return ({ code, isOverridable }) => !isOverridable || !override?.rules.includes(code);
}

/**
 * The requested time, if it may be booked.
 *
 * @throws Refusal of the first rule that the time violates, with all of them in `violations`
 */
export function assertBookable(
  schedule: Schedule,
  requested: RequestedTime,
  who: OverridingFor,
): BookableTime {
  const { bookable, violations } = judge(schedule, requested, who);
  if (!bookable) throw refusalOf(violations, requested);
  return bookable;
}

/**
 * Patients may change their own appointments until they begin.
 *
 * @throws Refusal BOOKING_STARTED
 */
export function assertNotStarted({ startsAt }: { readonly startsAt: EpochMs }, now: EpochMs): void {
  if (startsAt <= now) {
    throw new Refusal('BOOKING_STARTED', 'This booking has already started and can no longer be changed.');
  }
}

/** Whether a booking already has that time and length. */
export function isAt(booking: RequestedTime, requested: RequestedTime): boolean {
  return (
    booking.date === requested.date &&
    booking.time === requested.time &&
    booking.durationMinutes === requested.durationMinutes
  );
}

/** A change of a booking named no field that can change. */
export function nothingToChange(): Refusal {
  return new Refusal(
    'NOTHING_TO_CHANGE',
    'Send at least one of date, time and duration; the front desk also doctor_id and note.',
  );
}

/** The one answer for another patient's booking, an unknown one and one already cancelled. */
export function bookingNotFound(): Refusal {
  return new Refusal('BOOKING_NOT_FOUND', 'Booking not found or already cancelled');
}

/** The one answer for another person's booking and an unknown one, as the `after` of a page. */
export function unknownLastBooking(): Refusal {
  const message = 'after must be the id of the last booking on the previous page.';
  return new Refusal('UNKNOWN_BOOKING', message, [{ field: 'after', message }]);
}

/** The refusal of fields that only the desk may send. */
export function onlyForDesk(fields: readonly string[]): Refusal {
  const errors = fields.map((field) => ({ field, message: `${field} is only for the front desk` }));
  return new Refusal('VALIDATION_FAILED', errors.map(({ message }) => message).join('; '), errors);
}

/** The refusal of `notify` from a patient. */
export function notifyOnlyForClinic(): Refusal {
  const message = 'notify is only for the clinic';
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'notify', message }]);
}

/** The desk and doctors say why they cancel, or set a status back. */
export function reasonRequired(): Refusal {
  const message = 'reason is required';
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'reason', message }]);
}

/** There is no doctor of that id. */
export { unknownDoctor } from '../doctors/doctor.refusals.js';

/**
 * There is no patient of that id, or none that the actor may book for.
 *
 * @param mergedInto the patient that has taken over, for the desk
 */
export function unknownPatient(patientId: number | undefined, mergedInto?: number | null): Refusal {
  const message =
    patientId === undefined ? 'You have no patient of your own.' : `Patient ${patientId} not found.`;
  const details = mergedInto ? { merged_into: mergedInto } : undefined;
  return new Refusal('UNKNOWN_PATIENT', message, [{ field: 'patient_id', message }], details);
}

/** There is no patient of that id to merge into. */
export function unknownPatientInto(into: number): Refusal {
  const message = `Patient ${into} not found.`;
  return new Refusal('UNKNOWN_PATIENT', message, [{ field: 'into', message }]);
}

/** @param isByClinic whether the desk or the doctor wants it */
export function actionNotPossible(status: BookingStatus, action: string, isByClinic: boolean): Refusal {
  const isCancelling = action.startsWith('cancel');
  const done = isCancelling ? 'cancelled' : 'rescheduled';
  const can = !isByClinic
    ? `can no longer be ${done} by the patient. Ask the clinic`
    : status === 'arrived'
      ? 'can only be rescheduled within its day'
      : `cannot be ${done}${isCancelling && status === 'fulfilled' ? ' after its start' : ''}`;
  return notPossible(`A booking that is ${status} ${can}.`, []);
}

/** @param allowed the statuses that the booking could get instead */
export function statusNotPossible(
  status: BookingStatus,
  { wanted, when, allowed }: { wanted: BookingStatus; when: string; allowed: readonly BookingStatus[] },
): Refusal {
  const possible = `Possible: ${allowed.join(', ') || 'none'}`;
  const instead =
    wanted === 'cancelled' ? `${possible}; or cancel it with POST /api/bookings/:id/cancel` : possible;
  return notPossible(`A booking that is ${status} cannot become ${wanted}${when}. ${instead}.`, allowed);
}

function notPossible(message: string, allowed: readonly BookingStatus[]): Refusal {
  return new Refusal('STATUS_NOT_POSSIBLE', message, undefined, { allowed });
}

/** The refusal of a time that another booking has. */
export function takenRefusal(requested: RequestedTime): Refusal {
  return refusalOf([taken], requested);
}

/** The refusal of a patient's change after the cutoff. */
export function tooLateRefusal(booking: RequestedTime): Refusal {
  return refusalOf([tooLate], booking);
}

/** The refusal of a time by the rules that stand against it, at least one. */
export function refusalOf(violations: readonly Violation[], requested: RequestedTime): Refusal {
  const { code, message } = violations[0]!;
  return new Refusal(code, message(requested), undefined, {
    violations: violations.map((violation) => ({
      rule: violation.code,
      message: violation.message(requested),
      overridable: violation.isOverridable,
    })),
  });
}

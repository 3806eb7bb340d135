import type { TypeOfSchedule } from '../appointment-types/appointment-type.sql.js';
import { schedulingParameters } from '../appointment-types/scheduling-parameters.js';
import type { EvaluatedFor, Violation } from '../availability/rules/rule.js';
import { tooLate } from '../availability/rules/too-late.js';
import type { Schedule } from '../availability/schedule.js';
import { ChangedMeanwhile } from '../database/in-transaction.js';
import { ClinicDay } from '../time/clinic-day.js';
import { dateIn, datesBetween } from '../time/clinic-time.js';
import { contains, type EpochMs, type Interval } from '../time/interval.js';
import type { Booking } from './booking.js';
import { type BookableTime, judge, refusalOf } from './booking.refusals.js';
import { durationOf, type RequestedAppointment } from './requested-type.js';
import type { ScheduleRead } from './schedule.reader.js';

const MINUTE_MS = 60_000;

/** A time that may be booked, with what the booking keeps, and what its transaction must have locked. */
export interface BookableAppointment extends BookableTime {
  readonly durationMinutes: number;
  readonly type: TypeOfSchedule | undefined;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  readonly isOnePlace: boolean;
  /** The doctor's dates that it reaches, with its buffers. */
  readonly dates: readonly string[];
  /** Whether a rule counted the patient's bookings. */
  readonly countsPatient: boolean;
}

/** Who asks, and for what. */
interface Asked {
  readonly now: EpochMs;
  readonly isForDesk: boolean;
  /** Whether PATIENT_BUSY judges the request whatever the clinic's settings. */
  readonly isNamed: boolean;
  /** The booking whose duration and buffers stay. */
  readonly kept?: Booking | undefined;
}

/** What a request is evaluated with. */
export function evaluatedFor(
  { clinic, type, patientFacts }: Pick<ScheduleRead, 'clinic' | 'type' | 'patientFacts'>,
  { now, isForDesk, isNamed, kept }: Asked,
): EvaluatedFor {
  const parameters = schedulingParameters(clinic, type);
  const isOnePlace = isNamed || clinic.onePlaceAtATime;
  const who = { now, isForDesk, patient: patientFacts, isOnePlace };
  if (!kept || kept.typeId === null) return { ...who, parameters };
  const { durationMinutes, bufferBefore, bufferAfter } = kept;
  return { ...who, parameters: { ...parameters, durationMinutes, bufferBefore, bufferAfter } };
}

/** What was found of a requested appointment. */
export interface JudgedAppointment {
  /** Undefined if it may not be booked. */
  readonly bookable: BookableAppointment | undefined;
  /** What stands against it, overridden or not. */
  readonly violations: readonly Violation[];
}

/** @param isLate whether the booking that is rescheduled can no longer be changed */
export function judgeAppointment(
  schedule: Schedule,
  requested: RequestedAppointment,
  who: EvaluatedFor,
  type: TypeOfSchedule | undefined,
  isLate = false,
): JudgedAppointment {
  const durationMinutes = durationOf(requested, who);
  const { override } = requested;
  const { bookable: time, violations } = judge(
    schedule,
    { ...requested, durationMinutes },
    { ...who, override },
    isLate ? [tooLate] : [],
  );
  if (!time) return { bookable: undefined, violations };
  const { bufferBefore, bufferAfter, maxLiveBookings, maxLiveBookingsOfType } = who.parameters;
  const { start, end } = time.appointment;
  const reach = { start: start - bufferBefore * MINUTE_MS, end: end + bufferAfter * MINUTE_MS };
  const isLimited = maxLiveBookings !== null || maxLiveBookingsOfType !== null;
  const bookable = {
    ...time,
    ...{ durationMinutes, type, bufferBefore, bufferAfter, isOnePlace: who.isOnePlace },
    dates: datesOf(reach, requested.date, schedule.timezone),
    countsPatient: who.isOnePlace || (!who.isForDesk && isLimited),
  };
  return { bookable, violations };
}

/**
 * @param isLate as for `judgeAppointment`
 * @throws Refusal of the first rule that the time violates
 */
export function bookableOf(
  schedule: Schedule,
  requested: RequestedAppointment,
  who: EvaluatedFor,
  type: TypeOfSchedule | undefined,
  isLate = false,
): BookableAppointment {
  const { bookable, violations } = judgeAppointment(schedule, requested, who, type, isLate);
  if (bookable) return bookable;
  throw refusalOf(violations, { ...requested, durationMinutes: durationOf(requested, who) });
}

/** @param date of which most intervals are a part */
function datesOf(interval: Interval, date: string, timezone: string): string[] {
  if (contains(ClinicDay.of(date, timezone).interval, interval)) return [date];
  return datesBetween(dateIn(timezone, interval.start), dateIn(timezone, interval.end - 1));
}

/** Whether a patient can no longer change a booking, by the cutoff of its type and doctor as they are now. */
export function isTooLate(
  { startsAt }: Pick<Booking, 'startsAt'>,
  { clinic, type }: Pick<ScheduleRead, 'clinic' | 'type'>,
  now: EpochMs,
): boolean {
  const { cancelCutoffMinutes } = schedulingParameters(clinic, type);
  return cancelCutoffMinutes !== null && startsAt - now < cancelCutoffMinutes * MINUTE_MS;
}

/** What a transaction has locked. */
export interface Locks {
  readonly isPatientLocked: boolean;
  /** Of the doctor. */
  readonly dates: readonly string[];
}

/** @throws ChangedMeanwhile if the decision needs other locks: the next attempt knows them */
export function assertLocked(bookable: BookableAppointment, { isPatientLocked, dates }: Locks): void {
  const hasAllDates = bookable.dates.every((date) => dates.includes(date));
  if (!hasAllDates || (bookable.countsPatient && !isPatientLocked)) throw new ChangedMeanwhile();
}

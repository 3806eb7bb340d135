import type { ErrorCode } from '../../errors/error-codes.js';
import type { EpochMs, Interval } from '../../time/interval.js';
import type { ScheduleDay } from '../schedule-day.js';

/** A time that a patient asks for. */
export interface RequestedTime {
  /** YYYY-MM-DD at the doctor's. */
  readonly date: string;
  /** HH:MM at the doctor's. */
  readonly time: string;
  readonly durationMinutes: number;
}

/** The real time that a request would take. */
export interface Appointment extends Interval {
  /** The availability that holds all of it. */
  readonly availability: Interval | undefined;
}

/** That a rule does not hold. A constant of its rule, since most are found and dropped while slots are computed. */
export interface Violation {
  readonly code: ErrorCode;
  /** What is wrong, then what to do. */
  readonly message: (requested: RequestedTime) => string;
}

/**
 * What must hold for a time to be open. Pure.
 *
 * @param appointment `undefined` where the clocks skip the requested time: a rule about real time then says nothing
 */
export type Rule = (
  appointment: Appointment | undefined,
  day: ScheduleDay,
  now: EpochMs,
) => Violation | undefined;

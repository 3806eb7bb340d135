import type { RuleCode } from '../../errors/rules.js';
import type { EpochMs, Interval } from '../../time/interval.js';
import type { ScheduleDay } from '../schedule-day.js';

/** The time that a patient wants to book. */
export interface RequestedTime {
  /** YYYY-MM-DD in the doctor's time zone. */
  readonly date: string;
  /** HH:MM in the doctor's time zone. */
  readonly time: string;
  readonly durationMinutes: number;
}

/** The interval that a requested time would occupy. */
export interface Appointment extends Interval {
  /** The availability that contains the whole appointment; `undefined` if there is none. */
  readonly availability: Interval | undefined;
}

/** A condition that a time must meet to be booked. Pure. */
export interface Rule {
  readonly code: RuleCode;
  /** Whether the desk may book despite it. */
  readonly isOverridable: boolean;
  /** What is wrong, then what to do. */
  readonly message: (requested: RequestedTime) => string;
  /** @param appointment `undefined` if the clocks skip the requested time, which violates only `noSuchTime` */
  readonly isViolated: (appointment: Appointment | undefined, day: ScheduleDay, now: EpochMs) => boolean;
}

/** What a client learns about a rule that does not hold. */
export type Violation = Pick<Rule, 'code' | 'isOverridable' | 'message'>;

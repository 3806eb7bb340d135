import type { SchedulingParameters } from '../../appointment-types/scheduling-parameters.js';
import type { RuleCode } from '../../errors/rules.js';
import type { EpochMs, Interval } from '../../time/interval.js';
import type { WallMinutes } from '../../time/wall-time.js';
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
  /** Its start on the doctor's wall clock. */
  readonly wallStart: WallMinutes;
  /** The availability that contains the whole appointment; `undefined` if there is none. */
  readonly availability: Interval | undefined;
}

/** The patient's own bookings, without one that is being rescheduled. */
export interface PatientFacts {
  /** The times of the live ones around the requested dates, with any doctor; merged. */
  readonly busy: readonly Interval[];
  /** How many are booked or arrived and have not ended. */
  readonly liveBookings: number;
  /** How many of them are of the requested type. */
  readonly liveBookingsOfType: number;
}

/** Whom a time is evaluated for, when, and with which limits. */
export interface EvaluatedFor {
  readonly now: EpochMs;
  /** The desk is not bound by notice, horizon and the number of the patient's bookings. */
  readonly isForDesk: boolean;
  readonly parameters: SchedulingParameters;
  /** `undefined` for a visitor, who has no bookings. */
  readonly patient: PatientFacts | undefined;
  /** Whether the patient may not be in two places at once. */
  readonly isOnePlace: boolean;
}

/** A condition that a time must meet to be booked. Pure. */
export interface Rule {
  readonly code: RuleCode;
  /** Whether the desk may book despite it. */
  readonly isOverridable: boolean;
  /** Whether it judges only the date, and not the appointment. */
  readonly isOfDate?: boolean;
  /** Whether it judges not even the date: it is about the doctor or the patient. Then `isOfDate`, too. */
  readonly isOfRequest?: boolean;
  /** What is wrong, then what to do. */
  readonly message: (requested: RequestedTime) => string;
  /** @param appointment `undefined` if the clocks skip the requested time */
  readonly isViolated: (appointment: Appointment | undefined, day: ScheduleDay, who: EvaluatedFor) => boolean;
}

/** What a client learns about a rule that does not hold. */
export type Violation = Pick<Rule, 'code' | 'isOverridable' | 'message'>;

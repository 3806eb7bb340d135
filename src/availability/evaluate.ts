import type { Interval } from '../time/interval.js';
import { parseWallTime, type WallMinutes } from '../time/wall-time.js';
import type { Appointment, EvaluatedFor, RequestedTime, Violation } from './rules/rule.js';
import { RULES_IN_ORDER } from './rules/rules-in-order.js';
import type { ScheduleDay, WallRange } from './schedule-day.js';
import type { Schedule } from './schedule.js';

/** The minutes between the starts on offer without a type. */
const GRID_MINUTES = 15;

const WHOLE_DAY: WallRange = { start: 0, end: 24 * 60 };

const RULES_OF_REQUEST = RULES_IN_ORDER.filter(({ isOfRequest }) => isOfRequest);
const RULES_OF_DATE = RULES_IN_ORDER.filter(({ isOfDate }) => isOfDate);
/** From the last, because within windows most starts that cannot be booked are taken. */
const RULES_OF_START = RULES_IN_ORDER.filter(({ isOfDate }) => !isOfDate).reverse();

/** An appointment that can be booked: it lies within a window. */
export type AvailableAppointment = Appointment & { readonly availability: Interval };

export interface Evaluation {
  /** `undefined` if the clocks skip the requested time. */
  readonly appointment: Appointment | undefined;
  /** One for each rule that does not hold, in the order of the rules. */
  readonly violations: readonly Violation[];
}

/** Evaluates a requested time. If there are no violations, it can be booked, and its appointment has an availability. */
export function evaluate(requested: RequestedTime, schedule: Schedule, who: EvaluatedFor): Evaluation {
  const day = schedule.on(requested.date);
  const appointment = day.appointment(parseWallTime(requested.time), requested.durationMinutes);
  const violations = RULES_IN_ORDER.filter((rule) => rule.isViolated(appointment, day, who));
  return { appointment, violations };
}

/** The starts to offer on a date: those of `availableAppointments`. */
export function availableSlots(
  schedule: Schedule,
  date: string,
  durationMinutes: number,
  who: EvaluatedFor,
): WallMinutes[] {
  return availableAppointments(schedule, date, durationMinutes, who).map(({ wallStart }) => wallStart);
}

/**
 * The appointments to offer on a date, where all rules hold: on the grid of the type, or every 15 minutes, from each
 * window's start.
 *
 * @param within in which the starts lie; by default all day
 */
export function availableAppointments(
  schedule: Schedule,
  date: string,
  durationMinutes: number,
  who: EvaluatedFor,
  within: WallRange = WHOLE_DAY,
): AvailableAppointment[] {
  const day = schedule.on(date);
  if (RULES_OF_DATE.some((rule) => rule.isViolated(undefined, day, who))) return [];
  const step = who.parameters.slotStepMinutes ?? GRID_MINUTES;
  const appointments: AvailableAppointment[] = [];
  for (const window of day.windows) {
    const end = Math.min(window.end, within.end);
    for (let start = firstOnGrid(window.start, step, within.start); start < end; start += step) {
      const appointment = day.appointment(start, durationMinutes);
      if (isBookable(appointment, day, who)) appointments.push(appointment);
    }
  }
  return appointments;
}

/** The first step of a grid that is not before a time. */
function firstOnGrid(start: WallMinutes, step: number, from: WallMinutes): WallMinutes {
  return from <= start ? start : start + step * Math.ceil((from - start) / step);
}

/**
 * Whether a rule stands against the request on all dates: it judges only the doctor or the patient.
 *
 * @param date any date of the schedule
 */
export function isNeverBookable(schedule: Schedule, date: string, who: EvaluatedFor): boolean {
  const day = schedule.on(date);
  return RULES_OF_REQUEST.some((rule) => rule.isViolated(undefined, day, who));
}

function isBookable(
  appointment: Appointment | undefined,
  day: ScheduleDay,
  who: EvaluatedFor,
): appointment is AvailableAppointment {
  for (const rule of RULES_OF_START) {
    if (rule.isViolated(appointment, day, who)) return false;
  }
  return true;
}

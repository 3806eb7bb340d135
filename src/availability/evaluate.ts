import { parseWallTime, type WallMinutes } from '../time/wall-time.js';
import type { Appointment, EvaluatedFor, RequestedTime, Violation } from './rules/rule.js';
import { RULES_IN_ORDER } from './rules/rules-in-order.js';
import type { ScheduleDay } from './schedule-day.js';
import type { Schedule } from './schedule.js';

/** The minutes between the starts on offer without a type. */
const GRID_MINUTES = 15;

const RULES_OF_DATE = RULES_IN_ORDER.filter(({ isOfDate }) => isOfDate);
/** From the last, because within windows most starts that cannot be booked are taken. */
const RULES_OF_START = RULES_IN_ORDER.filter(({ isOfDate }) => !isOfDate).reverse();

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

/**
 * The starts to offer on a date, where all rules hold: on the grid of the type, or every 15 minutes, from each window's
 * start.
 */
export function availableSlots(
  schedule: Schedule,
  date: string,
  durationMinutes: number,
  who: EvaluatedFor,
): WallMinutes[] {
  const day = schedule.on(date);
  if (RULES_OF_DATE.some((rule) => rule.isViolated(undefined, day, who))) return [];
  const step = who.parameters.slotStepMinutes ?? GRID_MINUTES;
  const slots: WallMinutes[] = [];
  for (const window of day.windows) {
    for (let start = window.start; start < window.end; start += step) {
      if (isBookable(day.appointment(start, durationMinutes), day, who)) slots.push(start);
    }
  }
  return slots;
}

function isBookable(appointment: Appointment | undefined, day: ScheduleDay, who: EvaluatedFor): boolean {
  for (const rule of RULES_OF_START) {
    if (rule.isViolated(appointment, day, who)) return false;
  }
  return true;
}

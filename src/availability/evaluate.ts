import type { EpochMs } from '../time/interval.js';
import { parseWallTime, type WallMinutes } from '../time/wall-time.js';
import type { Appointment, RequestedTime, Violation } from './rules/rule.js';
import { RULES_IN_ORDER } from './rules/rules-in-order.js';
import type { ScheduleDay } from './schedule-day.js';
import type { Schedule } from './schedule.js';

const GRID_MINUTES = 15;

export interface Evaluation {
  /** `undefined` if the clocks skip the requested time. */
  readonly appointment: Appointment | undefined;
  /** One for each rule that does not hold, in the order of the rules. */
  readonly violations: readonly Violation[];
}

/** Whom a time is evaluated for, and when. */
export interface EvaluatedFor {
  readonly now: EpochMs;
  /** The desk may book a time that began less than an hour ago: a walk-in is booked at its start. */
  readonly isForDesk?: boolean;
}

const WALK_IN_MS = 60 * 60_000;

/** The moment after which an appointment must start. */
function latestPast({ now, isForDesk = false }: EvaluatedFor): EpochMs {
  return isForDesk ? now - WALK_IN_MS : now;
}

/** Evaluates a requested time. If there are no violations, it can be booked, and its appointment has an availability. */
export function evaluate(requested: RequestedTime, schedule: Schedule, who: EvaluatedFor): Evaluation {
  const day = schedule.on(requested.date);
  const appointment = day.appointment(parseWallTime(requested.time), requested.durationMinutes);
  const now = latestPast(who);
  const violations = RULES_IN_ORDER.filter((rule) => rule.isViolated(appointment, day, now));
  return { appointment, violations };
}

/** The starts to offer on a date: every 15 minutes from each window's start, where all rules hold. */
export function availableSlots(
  schedule: Schedule,
  date: string,
  durationMinutes: number,
  who: EvaluatedFor,
): WallMinutes[] {
  const day = schedule.on(date);
  const now = latestPast(who);
  const slots: WallMinutes[] = [];
  for (const window of day.windows) {
    for (let start = window.start; start < window.end; start += GRID_MINUTES) {
      if (isBookable(day.appointment(start, durationMinutes), day, now)) slots.push(start);
    }
  }
  return slots;
}

/** Checks the last rules first: within windows, most starts that cannot be booked are taken. */
function isBookable(appointment: Appointment | undefined, day: ScheduleDay, now: EpochMs): boolean {
  for (let index = RULES_IN_ORDER.length - 1; index >= 0; index -= 1) {
    if (RULES_IN_ORDER[index]!.isViolated(appointment, day, now)) return false;
  }
  return true;
}

import {
  type SchedulingParameters,
  schedulingParameters,
} from '../../src/appointment-types/scheduling-parameters.js';
import { availableSlots, evaluate } from '../../src/availability/evaluate.js';
import type { EvaluatedFor } from '../../src/availability/rules/rule.js';
import type { WallRange } from '../../src/availability/schedule-day.js';
import { Schedule } from '../../src/availability/schedule.js';
import { formatWallTime, parseWallTime } from '../../src/time/wall-time.js';
import type { DayPlan } from './reference-day.js';

/** Before everything in a schedule. */
export const LONG_AGO = 0;

/** Those of a request without a type, at a clinic without limits. */
export const WITHOUT_LIMITS: SchedulingParameters = schedulingParameters({
  horizonDays: null,
  minNoticeMinutes: null,
  cancelCutoffMinutes: null,
  maxLiveBookings: null,
});

/** A visitor's request at a moment. */
export function asked(now: number, who: Partial<EvaluatedFor> = {}): EvaluatedFor {
  return {
    now,
    isForDesk: false,
    parameters: WITHOUT_LIMITS,
    patient: undefined,
    isOnePlace: false,
    ...who,
  };
}

/** `HH:MM` to `HH:MM` on the wall clock. */
export function range(start: string, end: string): WallRange {
  return { start: parseWallTime(start), end: parseWallTime(end) };
}

/** The schedule of dates in one zone. */
export function scheduleOf(...plans: DayPlan[]): Schedule {
  return new Schedule(plans[0]!.timezone, (date) => plans.find((plan) => plan.date === date));
}

/** A plain day in Madrid. */
export function plain(plan: Partial<DayPlan>): DayPlan {
  return {
    date: '2026-03-02',
    timezone: 'Europe/Madrid',
    windows: [],
    exceptions: [],
    busy: [],
    ...plan,
  };
}

/** The slots of a date, as `HH:MM`. */
export function slots(
  plan: DayPlan,
  duration: number,
  now = LONG_AGO,
  who: Partial<EvaluatedFor> = {},
): string[] {
  return availableSlots(scheduleOf(plan), plan.date, duration, asked(now, who)).map(formatWallTime);
}

/** The codes of all violations, for each start. */
export function violations(
  plan: DayPlan,
  starts: number[],
  durationMinutes: number,
  now = LONG_AGO,
  who: Partial<EvaluatedFor> = {},
): string[][] {
  const schedule = scheduleOf(plan);
  return starts.map((start) => {
    const requested = { date: plan.date, time: formatWallTime(start), durationMinutes };
    return evaluate(requested, schedule, asked(now, who)).violations.map(({ code }) => code);
  });
}

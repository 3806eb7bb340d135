import { availableSlots, evaluate } from '../../src/availability/evaluate.js';
import { ScheduleDay, type WallRange } from '../../src/availability/schedule-day.js';
import { Schedule } from '../../src/availability/schedule.js';
import { ClinicDay } from '../../src/time/clinic-day.js';
import { formatWallTime, parseWallTime } from '../../src/time/wall-time.js';
import type { DayPlan } from './reference-day.js';

/** Before everything in a schedule. */
export const LONG_AGO = 0;

/** `HH:MM` to `HH:MM` on the wall clock. */
export function range(start: string, end: string): WallRange {
  return { start: parseWallTime(start), end: parseWallTime(end) };
}

/** The schedule of consecutive dates in one zone. */
export function scheduleOf(...plans: DayPlan[]): Schedule {
  const days = plans.map((plan) => new ScheduleDay(ClinicDay.of(plan.date, plan.timezone), plan));
  return new Schedule(plans[0]!.timezone, days);
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
export function slots(plan: DayPlan, duration: number, now = LONG_AGO): string[] {
  return availableSlots(scheduleOf(plan), plan.date, duration, { now }).map(formatWallTime);
}

/** The codes of all violations, for each start. */
export function violations(
  plan: DayPlan,
  starts: number[],
  durationMinutes: number,
  now = LONG_AGO,
): string[][] {
  const schedule = scheduleOf(plan);
  return starts.map((start) => {
    const requested = { date: plan.date, time: formatWallTime(start), durationMinutes };
    return evaluate(requested, schedule, { now }).violations.map(({ code }) => code);
  });
}

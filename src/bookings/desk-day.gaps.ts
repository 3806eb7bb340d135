import { ScheduleDay, type DayFacts, type WallRange } from '../availability/schedule-day.js';
import type { ClinicDay } from '../time/clinic-day.js';
import { type Interval, merge, subtract } from '../time/interval.js';

/**
 * The free times of a day: its windows without exceptions and live bookings, as the doctor's wall clock shows them, in
 * ascending order. A time that the clock shows twice is free if it is free both times, so that whatever begins at it
 * finds the whole gap free. Pure.
 */
export function freeGaps(day: ClinicDay, facts: DayFacts): WallRange[] {
  const { availability, exceptions, busy } = new ScheduleDay(day, facts);
  const blocked = merge([...exceptions, ...busy]);
  const wallTimesOf = (intervals: readonly Interval[]): WallRange[] =>
    merge(intervals.flatMap((interval) => day.wallTimesOf(interval)));
  return subtract(wallTimesOf(subtract(availability, blocked)), wallTimesOf(blocked));
}

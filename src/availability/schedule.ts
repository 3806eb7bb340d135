import type { ScheduleDay } from './schedule-day.js';

/**
 * What decides which times of one doctor are open over a range of days. Pure. Each date is judged by itself: no window
 * goes on past midnight, so every appointment lies within one date.
 */
export class Schedule {
  private readonly days: ReadonlyMap<string, ScheduleDay>;

  constructor(
    /** The doctor's, IANA. */
    readonly timezone: string,
    days: readonly ScheduleDay[],
  ) {
    this.days = new Map(days.map((day) => [day.date, day]));
  }

  /** @param date YYYY-MM-DD, one of the range */
  on(date: string): ScheduleDay {
    const day = this.days.get(date);
    if (!day) throw new RangeError(`${date} is outside this schedule.`);
    return day;
  }
}

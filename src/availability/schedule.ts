import type { ScheduleDay } from './schedule-day.js';

/**
 * The schedule of one doctor over a range of dates: everything that the rules need. Pure. Read by
 * bookings/schedule.reader.ts, because it also needs the bookings. Each date is evaluated by itself, because no window
 * spans midnight and so no appointment does.
 */
export class Schedule {
  private readonly days: ReadonlyMap<string, ScheduleDay>;

  constructor(
    /** The doctor's time zone, IANA. */
    readonly timezone: string,
    days: readonly ScheduleDay[],
  ) {
    this.days = new Map(days.map((day) => [day.date, day]));
  }

  /** @param date YYYY-MM-DD, within the range */
  on(date: string): ScheduleDay {
    const day = this.days.get(date);
    if (!day) throw new RangeError(`${date} is outside this schedule.`);
    return day;
  }
}

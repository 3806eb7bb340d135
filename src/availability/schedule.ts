import { ClinicDay } from '../time/clinic-day.js';
import { type DayFacts, ScheduleDay, type WallRange } from './schedule-day.js';

/**
 * The schedule of one doctor over a range of dates, for requests of one type or without a type: everything about the
 * doctor that the rules need. Pure. Read by bookings/schedule.reader.ts, because it also needs the bookings. Each date is
 * evaluated by itself, and made when it is first asked for: a search may stop early.
 */
export class Schedule {
  private readonly days = new Map<string, ScheduleDay>();

  /**
   * @param factsOf the facts of a date; `undefined` outside the range
   * @param windowsOn only the windows of a date: most searched dates need no more
   */
  constructor(
    /** The doctor's time zone, IANA. */
    readonly timezone: string,
    private readonly factsOf: (date: string) => DayFacts | undefined,
    readonly windowsOn: (date: string) => readonly WallRange[] = (date) => factsOf(date)?.windows ?? [],
  ) {}

  /** @param date YYYY-MM-DD, within the range */
  on(date: string): ScheduleDay {
    const known = this.days.get(date);
    if (known) return known;
    const facts = this.factsOf(date);
    if (!facts) throw new RangeError(`${date} is outside this schedule.`);
    const day = new ScheduleDay(ClinicDay.of(date, this.timezone), facts);
    this.days.set(date, day);
    return day;
  }
}

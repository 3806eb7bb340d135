import type { ClinicDay } from '../time/clinic-day.js';
import { contains, type Interval, merge } from '../time/interval.js';
import type { WallMinutes } from '../time/wall-time.js';
import type { Appointment } from './rules/rule.js';

/** A range of a day on the doctor's wall clock, from `start` up to but not including `end`. */
export interface WallRange {
  readonly start: WallMinutes;
  readonly end: WallMinutes;
}

/** What is stored about one date of a doctor. */
export interface DayFacts {
  /** The weekly windows of the date's weekday. */
  readonly windows: readonly WallRange[];
  /** What the doctor blocked on the date. */
  readonly exceptions: readonly (WallRange | 'full day')[];
  /** The times that the date's live bookings take. */
  readonly busy: readonly Interval[];
}

/** One date of a doctor's schedule, in wall time and in real time. Pure. */
export class ScheduleDay {
  /** In ascending order; windows that touch are one. */
  readonly windows: readonly WallRange[];
  /** The windows in real time. */
  readonly availability: readonly Interval[];
  readonly exceptions: readonly Interval[];
  readonly busy: readonly Interval[];

  constructor(
    private readonly day: ClinicDay,
    { windows, exceptions, busy }: DayFacts,
  ) {
    this.windows = merge(windows);
    this.availability = merge(this.windows.flatMap(({ start, end }) => day.intervalsBetween(start, end)));
    this.exceptions = merge(
      exceptions.flatMap((exception) =>
        exception === 'full day' ? [day.whole] : day.intervalsBetween(exception.start, exception.end),
      ),
    );
    this.busy = merge(busy);
  }

  /** YYYY-MM-DD at the doctor's. */
  get date(): string {
    return this.day.date;
  }

  /** The real time that an appointment would take; `undefined` where the clocks skip its start. */
  appointment(start: WallMinutes, durationMinutes: number): Appointment | undefined {
    const time = this.day.intervalFrom(start, durationMinutes);
    if (!time) return undefined;
    return { start: time.start, end: time.end, availability: this.availabilityAround(time) };
  }

  /** A loop and no closure: it runs for every start on the grid. */
  private availabilityAround(time: Interval): Interval | undefined {
    for (const interval of this.availability) {
      if (contains(interval, time)) return interval;
    }
    return undefined;
  }
}

import type { ClinicDay } from '../time/clinic-day.js';
import { contains, type Interval, merge } from '../time/interval.js';
import type { WallMinutes } from '../time/wall-time.js';
import type { Appointment } from './rules/rule.js';

/** A range of a day on the doctor's wall clock, from `start` up to but not including `end`. */
export interface WallRange {
  readonly start: WallMinutes;
  readonly end: WallMinutes;
}

/** The stored data of one doctor on one date. */
export interface DayFacts {
  /** The weekly windows of the date's weekday. */
  readonly windows: readonly WallRange[];
  /** The date's exceptions. */
  readonly exceptions: readonly (WallRange | 'full day')[];
  /** The times of the date's live bookings. */
  readonly busy: readonly Interval[];
  /** By default true. */
  readonly isDoctorActive?: boolean;
}

/** One date of a doctor's schedule, in wall times and as intervals of instants. Pure. */
export class ScheduleDay {
  /** In ascending order; touching windows are merged. */
  readonly windows: readonly WallRange[];
  /** The windows as intervals of instants. */
  readonly availability: readonly Interval[];
  readonly exceptions: readonly Interval[];
  readonly busy: readonly Interval[];
  readonly isDoctorActive: boolean;

  constructor(
    private readonly day: ClinicDay,
    { windows, exceptions, busy, isDoctorActive = true }: DayFacts,
  ) {
    this.windows = merge(windows);
    this.availability = merge(this.windows.flatMap(({ start, end }) => day.intervalsBetween(start, end)));
    this.exceptions = merge(
      exceptions.flatMap((exception) =>
        exception === 'full day' ? [day.interval] : day.intervalsBetween(exception.start, exception.end),
      ),
    );
    this.busy = merge(busy);
    this.isDoctorActive = isDoctorActive;
  }

  /** YYYY-MM-DD in the doctor's time zone. */
  get date(): string {
    return this.day.date;
  }

  /** The appointment that starts at a wall time; `undefined` if the clocks skip its start. */
  appointment(start: WallMinutes, durationMinutes: number): Appointment | undefined {
    const time = this.day.intervalFrom(start, durationMinutes);
    if (!time) return undefined;
    return { start: time.start, end: time.end, availability: this.availabilityAround(time) };
  }

  /** A loop instead of `find`, for speed: it runs for every start on the grid. */
  private availabilityAround(time: Interval): Interval | undefined {
    for (const interval of this.availability) {
      if (contains(interval, time)) return interval;
    }
    return undefined;
  }
}

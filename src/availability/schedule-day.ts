import { ClinicDay } from '../time/clinic-day.js';
import { addDays, dateIn } from '../time/clinic-time.js';
import { contains, type EpochMs, type Interval, merge } from '../time/interval.js';
import type { WallMinutes } from '../time/wall-time.js';
import type { Appointment } from './rules/rule.js';

const DAY_MS = 86_400_000;

/** A range of a day on the doctor's wall clock, from `start` up to but not including `end`. */
export interface WallRange {
  readonly start: WallMinutes;
  readonly end: WallMinutes;
}

/** The time of a live booking, and how many minutes around it stay free of others: by default none. */
export interface BusyTime extends Interval {
  readonly bufferBefore?: number;
  readonly bufferAfter?: number;
}

/** The stored data of one doctor on one date, for requests of one type or without a type. */
export interface DayFacts {
  /** The weekly windows of the date's weekday that hold on the date and serve the request. */
  readonly windows: readonly WallRange[];
  /** The date's exceptions. */
  readonly exceptions: readonly (WallRange | 'full day')[];
  /** Those of the next date, into which an appointment reaches where the desk overrides the windows. */
  readonly exceptionsOfNextDay?: readonly (WallRange | 'full day')[];
  /** The times of the date's live bookings, and of those of the dates around it that reach near it. */
  readonly busy: readonly BusyTime[];
  /** How many live bookings of the date are of the requested type; by default none. */
  readonly bookingsOfType?: number;
  /** How long the date's live bookings are, together; by default 0. */
  readonly bookedMinutes?: number;
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
  /** Each live booking by itself. */
  readonly bookings: readonly BusyTime[];
  /** Their times, merged. */
  readonly busy: readonly Interval[];
  readonly bookingsOfType: number;
  readonly bookedMinutes: number;
  readonly isDoctorActive: boolean;

  constructor(
    private readonly day: ClinicDay,
    {
      windows,
      exceptions,
      exceptionsOfNextDay = [],
      busy,
      bookingsOfType = 0,
      bookedMinutes = 0,
      isDoctorActive = true,
    }: DayFacts,
  ) {
    this.windows = merge(windows);
    this.availability = merge(this.windows.flatMap(({ start, end }) => day.intervalsBetween(start, end)));
    const ofNextDay =
      exceptionsOfNextDay.length === 0
        ? []
        : intervalsOf(ClinicDay.of(addDays(day.date, 1), day.timezone), exceptionsOfNextDay);
    this.exceptions = merge([...intervalsOf(day, exceptions), ...ofNextDay]);
    this.bookings = busy;
    this.busy = merge(busy.map(({ start, end }) => ({ start, end })));
    this.bookingsOfType = bookingsOfType;
    this.bookedMinutes = bookedMinutes;
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
    return {
      start: time.start,
      end: time.end,
      wallStart: start,
      availability: this.availabilityAround(time),
    };
  }

  /** Whether the date is more than a number of days after today at the doctor's. */
  isBeyond(now: EpochMs, days: number): boolean {
    // Finding out today's date is slow. A day that begins so early is certainly not beyond, whatever the clocks do.
    if (this.day.interval.start - now <= (days - 2) * DAY_MS) return false;
    return this.date > addDays(dateIn(this.day.timezone, now), days);
  }

  /** A loop instead of `find`, for speed: it runs for every start on the grid. */
  private availabilityAround(time: Interval): Interval | undefined {
    for (const interval of this.availability) {
      if (contains(interval, time)) return interval;
    }
    return undefined;
  }
}

function intervalsOf(day: ClinicDay, exceptions: DayFacts['exceptions']): Interval[] {
  return exceptions.flatMap((exception) =>
    exception === 'full day' ? [day.interval] : day.intervalsBetween(exception.start, exception.end),
  );
}

import type { ClinicDay } from '../time/clinic-day.js';
import { contains, type EpochMs, type Interval, merge, overlaps } from '../time/interval.js';
import type { WallMinutes } from '../time/wall-time.js';

/** Part of a day on the doctor's wall clock, from `start` up to but not including `end`. */
export interface WallRange {
  readonly start: WallMinutes;
  readonly end: WallMinutes;
}

/** Why a time cannot be booked. */
export type Obstacle = 'NO_SUCH_TIME' | 'NOT_IN_FUTURE' | 'OUTSIDE_AVAILABILITY' | 'EXCEPTION' | 'TAKEN';

const GRID_MINUTES = 15;
const MINUTE_MS = 60_000;

/**
 * One date of one doctor, with all that decides which times are open. Pure: the rules for offering a time and
 * for booking it are the same lines of code.
 */
export class DoctorDay {
  /** Weekly windows of the day; those that touch are one. */
  private readonly windows: readonly WallRange[];
  private readonly open: readonly Interval[];
  private readonly exceptions: readonly Interval[];

  /**
   * @param windows the weekly windows of this weekday
   * @param exceptions what the doctor blocked on this date; `full day` for all of it
   * @param busy the live bookings of this date
   */
  constructor(
    private readonly day: ClinicDay,
    windows: readonly WallRange[],
    exceptions: readonly (WallRange | 'full day')[],
    private readonly busy: readonly Interval[],
  ) {
    this.windows = merge(windows);
    this.open = merge(this.windows.flatMap(({ start, end }) => day.intervalsBetween(start, end)));
    this.exceptions = exceptions.flatMap((exception) =>
      exception === 'full day' ? [day.whole] : day.intervalsBetween(exception.start, exception.end),
    );
  }

  /** The real time that an appointment would take; `undefined` where the clocks skip its start. */
  appointment(start: WallMinutes, durationMinutes: number): Interval | undefined {
    const instant = this.day.instantOf(start);
    return instant === undefined ? undefined : { start: instant, end: instant + durationMinutes * MINUTE_MS };
  }

  /** What stands against an appointment, the most telling first; `undefined` if it can be booked. */
  obstacleTo(start: WallMinutes, durationMinutes: number, now: EpochMs): Obstacle | undefined {
    const appointment = this.appointment(start, durationMinutes);
    if (!appointment) return 'NO_SUCH_TIME';
    if (appointment.start <= now) return 'NOT_IN_FUTURE';
    if (!this.openAround(appointment)) return 'OUTSIDE_AVAILABILITY';
    if (this.exceptions.some((interval) => overlaps(interval, appointment))) return 'EXCEPTION';
    if (this.busy.some((interval) => overlaps(interval, appointment))) return 'TAKEN';
    return undefined;
  }

  /** The availability that holds the whole of an appointment, in real time. */
  openAround(appointment: Interval): Interval | undefined {
    return this.open.find((interval) => contains(interval, appointment));
  }

  /** The starts to offer: every 15 minutes from each window's start, where nothing stands against them. */
  openStarts(durationMinutes: number, now: EpochMs): WallMinutes[] {
    const starts: WallMinutes[] = [];
    for (const window of this.windows) {
      for (let start = window.start; start < window.end; start += GRID_MINUTES) {
        if (!this.obstacleTo(start, durationMinutes, now)) starts.push(start);
      }
    }
    return starts;
  }
}

import type { Obstacle, WallRange } from '../../src/availability/doctor-day.js';
import type { EpochMs, Interval } from '../../src/time/interval.js';
import { type LivedMinute, minutesLived } from './wall-clock.js';

const MINUTE_MS = 60_000;

/** All that decides which times of a doctor's date are open. */
export interface DayPlan {
  readonly timezone: string;
  readonly date: string;
  readonly windows: readonly WallRange[];
  readonly exceptions: readonly (WallRange | 'full day')[];
  readonly busy: readonly Interval[];
}

/**
 * The same questions as `DoctorDay` answers, answered by living through the day minute by minute with an eye on the
 * wall clock. Slow and obviously right.
 */
export class SlowDay {
  private readonly minutes: readonly LivedMinute[];
  private readonly byInstant: ReadonlyMap<EpochMs, LivedMinute>;

  constructor(private readonly plan: DayPlan) {
    this.minutes = minutesLived(plan.timezone, plan.date);
    this.byInstant = new Map(this.minutes.map((minute) => [minute.instant, minute]));
  }

  obstacleTo(start: number, duration: number, now: EpochMs): Obstacle | undefined {
    const first = this.minutes.find(({ minutes }) => minutes === start);
    if (!first) return 'NO_SUCH_TIME';
    if (first.instant <= now) return 'NOT_IN_FUTURE';
    const instants = Array.from({ length: duration }, (_, index) => first.instant + index * MINUTE_MS);
    const lived = instants.map((instant) => this.byInstant.get(instant));
    if (!lived.every((minute) => minute && this.inWindow(minute.minutes))) return 'OUTSIDE_AVAILABILITY';
    if (lived.some((minute) => this.isBlocked(minute!.minutes))) return 'EXCEPTION';
    const taken = ({ start, end }: Interval): boolean =>
      instants.some((instant) => instant >= start && instant < end);
    return this.plan.busy.some(taken) ? 'TAKEN' : undefined;
  }

  openStarts(duration: number, now: EpochMs): number[] {
    const starts: number[] = [];
    let sinceOpening = 0;
    for (let minutes = 0; minutes < 24 * 60; minutes += 1) {
      if (!this.inWindow(minutes)) {
        sinceOpening = 0;
        continue;
      }
      if (sinceOpening % 15 === 0 && !this.obstacleTo(minutes, duration, now)) starts.push(minutes);
      sinceOpening += 1;
    }
    return starts;
  }

  private inWindow(minutes: number): boolean {
    return this.plan.windows.some(({ start, end }) => start <= minutes && minutes < end);
  }

  private isBlocked(minutes: number): boolean {
    return this.plan.exceptions.some(
      (exception) => exception === 'full day' || (exception.start <= minutes && minutes < exception.end),
    );
  }
}

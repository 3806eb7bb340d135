import type { DayFacts } from '../../src/availability/schedule-day.js';
import type { ErrorCode } from '../../src/errors/error-codes.js';
import type { EpochMs, Interval } from '../../src/time/interval.js';
import { type LivedMinute, minutesLived } from './wall-clock.js';

const MINUTE_MS = 60_000;

/** Everything that decides which times of a doctor's date are available. */
export interface DayPlan extends DayFacts {
  readonly timezone: string;
  readonly date: string;
}

/**
 * A reference model of `evaluate` that walks through the day minute by minute and reads the wall clock. Slow, and
 * obviously right.
 */
export class ReferenceDay {
  private readonly minutes: readonly LivedMinute[];
  private readonly byInstant: ReadonlyMap<EpochMs, LivedMinute>;

  constructor(private readonly plan: DayPlan) {
    this.minutes = minutesLived(plan.timezone, plan.date);
    this.byInstant = new Map(this.minutes.map((minute) => [minute.instant, minute]));
  }

  /** The codes of all violations, in the order of the rules. */
  violations(start: number, duration: number, now: EpochMs): ErrorCode[] {
    const first = this.minutes.find(({ minutes }) => minutes === start);
    if (!first) return ['NO_SUCH_TIME'];
    const instants = Array.from({ length: duration }, (_, index) => first.instant + index * MINUTE_MS);
    const lived = instants.map((instant) => this.byInstant.get(instant));
    const overlaps = ({ start, end }: Interval): boolean =>
      instants.some((instant) => instant >= start && instant < end);
    const found: ErrorCode[] = [];
    if (first.instant <= now) found.push('NOT_IN_FUTURE');
    if (!lived.every((minute) => minute && this.inWindow(minute.minutes))) found.push('OUTSIDE_AVAILABILITY');
    if (lived.some((minute) => minute && this.isBlocked(minute.minutes))) found.push('EXCEPTION');
    if (this.plan.busy.some(overlaps)) found.push('TAKEN');
    return found;
  }

  slots(duration: number, now: EpochMs): number[] {
    const slots: number[] = [];
    let minutesIntoWindow = 0;
    for (let minutes = 0; minutes < 24 * 60; minutes += 1) {
      if (!this.inWindow(minutes)) {
        minutesIntoWindow = 0;
        continue;
      }
      if (minutesIntoWindow % 15 === 0 && this.violations(minutes, duration, now).length === 0)
        slots.push(minutes);
      minutesIntoWindow += 1;
    }
    return slots;
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

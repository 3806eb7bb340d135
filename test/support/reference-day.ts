import type { EvaluatedFor } from '../../src/availability/rules/rule.js';
import type { BusyTime, DayFacts } from '../../src/availability/schedule-day.js';
import type { ErrorCode } from '../../src/errors/error-codes.js';
import type { EpochMs, Interval } from '../../src/time/interval.js';
import { type LivedMinute, minutesLived, readWall } from './wall-clock.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

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
  violations(start: number, duration: number, who: EvaluatedFor): ErrorCode[] {
    const first = this.minutes.find(({ minutes }) => minutes === start);
    const instants = first
      ? Array.from({ length: duration }, (_, index) => first.instant + index * MINUTE_MS)
      : [];
    return [
      ...[this.plan.isDoctorActive === false && ('DOCTOR_INACTIVE' as const)],
      ...[!who.parameters.isOffered && ('NOT_OFFERED' as const)],
      ...(first ? this.tooEarly(first.instant, who) : (['NO_SUCH_TIME'] as const)),
      ...[this.isTooFar(who) && ('TOO_FAR' as const)],
      ...(first ? this.notAtWork(start, instants, who) : []),
      ...(first ? this.neighbours(instants, who) : []),
      ...[isReached(who.parameters.maxPerDay, this.plan.bookingsOfType) && ('DAY_FULL' as const)],
      ...[isInTwoPlaces(instants, who) && ('PATIENT_BUSY' as const)],
      ...[hasTooMany(who) && ('TOO_MANY_BOOKINGS' as const)],
    ].filter((code) => code !== false);
  }

  slots(duration: number, who: EvaluatedFor): number[] {
    const step = who.parameters.slotStepMinutes ?? 15;
    const slots: number[] = [];
    for (let minutes = 0; minutes < 24 * 60; minutes += 1) {
      const into = this.minutesIntoWindow(minutes);
      if (into === undefined || into % step !== 0) continue;
      if (this.violations(minutes, duration, who).length === 0) slots.push(minutes);
    }
    return slots;
  }

  private tooEarly(start: EpochMs, { now, isForDesk, parameters }: EvaluatedFor): ErrorCode[] {
    const latest = isForDesk ? now - 60 * MINUTE_MS : now;
    const notice = isForDesk ? 0 : (parameters.minNoticeMinutes ?? 0);
    return [
      ...(start <= latest ? (['NOT_IN_FUTURE'] as const) : []),
      ...(notice > 0 && start < now + notice * MINUTE_MS ? (['TOO_SOON'] as const) : []),
    ];
  }

  private isTooFar({ now, isForDesk, parameters: { horizonDays } }: EvaluatedFor): boolean {
    if (isForDesk || horizonDays === null) return false;
    const today = Date.parse(`${readWall(this.plan.timezone, now).date}T00:00:00Z`);
    return Date.parse(`${this.plan.date}T00:00:00Z`) > today + horizonDays * DAY_MS;
  }

  private notAtWork(start: number, instants: readonly EpochMs[], { parameters }: EvaluatedFor): ErrorCode[] {
    const lived = instants.map((instant) => this.byInstant.get(instant));
    const into = this.minutesIntoWindow(start);
    const { slotStepMinutes } = parameters;
    const found: ErrorCode[] = [];
    if (!lived.every((minute) => minute && this.inWindow(minute.minutes))) found.push('OUTSIDE_AVAILABILITY');
    if (lived.some((minute) => minute && this.isBlocked(minute.minutes))) found.push('EXCEPTION');
    if (slotStepMinutes !== undefined && into !== undefined && into % slotStepMinutes !== 0)
      found.push('OFF_GRID');
    return found;
  }

  private neighbours(instants: readonly EpochMs[], { parameters }: EvaluatedFor): ErrorCode[] {
    const overlapping = this.plan.busy.filter((booking) => overlaps(instants, booking));
    const others = this.plan.busy.filter((booking) => !overlapping.includes(booking));
    const isTooClose = ({ start, end, bufferBefore = 0, bufferAfter = 0 }: BusyTime): boolean => {
      const isBefore = end <= instants[0]!;
      const free = isBefore ? instants[0]! - end : start - (instants.at(-1)! + MINUTE_MS);
      const required = isBefore
        ? Math.max(bufferAfter, parameters.bufferBefore)
        : Math.max(parameters.bufferAfter, bufferBefore);
      return free < required * MINUTE_MS;
    };
    return [
      ...(overlapping.length > 0 ? (['TAKEN'] as const) : []),
      ...(others.some(isTooClose) ? (['BUFFER'] as const) : []),
    ];
  }

  /** How many minutes of the wall clock lie between the start of the window and the time; undefined outside. */
  private minutesIntoWindow(minutes: number): number | undefined {
    if (!this.inWindow(minutes)) return undefined;
    let start = minutes;
    while (this.inWindow(start - 1)) start -= 1;
    return minutes - start;
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

function overlaps(instants: readonly EpochMs[], { start, end }: Interval): boolean {
  return instants.some((instant) => instant >= start && instant < end);
}

function isInTwoPlaces(instants: readonly EpochMs[], { patient, isOnePlace }: EvaluatedFor): boolean {
  return isOnePlace && (patient?.busy ?? []).some((interval) => overlaps(instants, interval));
}

function hasTooMany({ isForDesk, patient, parameters }: EvaluatedFor): boolean {
  if (isForDesk || !patient) return false;
  const { maxLiveBookings, maxLiveBookingsOfType } = parameters;
  return (
    isReached(maxLiveBookings, patient.liveBookings) ||
    isReached(maxLiveBookingsOfType, patient.liveBookingsOfType)
  );
}

function isReached(limit: number | null, count = 0): boolean {
  return limit !== null && count >= limit;
}

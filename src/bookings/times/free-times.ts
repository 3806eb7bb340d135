import { Injectable } from '@nestjs/common';
import type { Source } from '../../database/statement.js';
import type { Actor } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import { compareTimes, type FreeTime, type TimePosition } from './free-time.js';
import type { RequestedTimes } from './requested-times.js';
import type { SearchedDoctor, SearchedDoctors } from './searched-doctors.reader.js';
import { searchedSchedules, type TimesSearch } from './searched-schedules.js';
import { TimesScan } from './times-scan.js';

/** How many days the first statement of a search for the next times reads. */
const NEAR_DAYS = 7;
/** The same of a list, for all its doctors together: a page of few doctors is longer. */
const FIRST_DOCTOR_DAYS = 350;

/** A page of free times. */
export interface WantedPage {
  /** Where the page before ended. */
  readonly after?: TimePosition | undefined;
  readonly limit: number;
  /** Whether times that leave no gap come first. */
  readonly isCompact?: boolean | undefined;
}

/** The first free times, or why there are none. */
export interface NextTimes {
  readonly items: readonly FreeTime[];
  /** Null if there are items. */
  readonly reason: 'NO_WINDOWS' | 'FULL' | null;
}

/** Finds times that can be booked, by the doctors' schedules. */
@Injectable()
export class FreeTimes {
  constructor(private readonly clock: Clock) {}

  /**
   * The times of a page, and one more if there are more.
   *
   * @throws Refusal UNKNOWN_PATIENT, UNKNOWN_TYPE, TYPE_REQUIRED, or that of the doctors
   */
  async page(
    source: Source,
    actor: Actor,
    requested: RequestedTimes,
    { doctors, refusal }: SearchedDoctors,
    { after, limit, isCompact = false }: WantedPage,
  ): Promise<FreeTime[]> {
    const scan = new TimesScan(requested, isCompact);
    const schedules = searchedSchedules(source, {
      ...{ actor, requested, doctors, refusal, isCompact },
      now: this.clock.now(),
      // Before a first-rate time that another page has shown may lie others that are not.
      since: isCompact && after?.tier === 0 ? undefined : after?.startsAt,
      firstDays: Math.max(NEAR_DAYS, Math.floor(FIRST_DOCTOR_DAYS / Math.max(1, doctors.length))),
    });
    const tiers: [FreeTime[], FreeTime[]] = [[], []];
    for await (const batch of scan.batches(schedules)) {
      for (const time of batch) {
        const ofTier = tiers[time.tier === 0 ? 0 : 1];
        if (ofTier.length <= limit && (!after || compareTimes(time, after) > 0)) ofTier.push(time);
      }
      // No later time comes before those of the first tier still on offer.
      if (tiers[after?.tier === 1 ? 1 : 0].length > limit) break;
    }
    return tiers.flat().slice(0, limit + 1);
  }

  /**
   * The first times up to the horizon; for the desk, as far as patients could book.
   *
   * @throws Refusal as `page` does
   */
  async next(
    source: Source,
    actor: Actor,
    requested: RequestedTimes,
    { doctors, refusal }: SearchedDoctors,
    count: number,
  ): Promise<NextTimes> {
    const scan = new TimesScan(requested);
    const items = await this.first(scan, source, { actor, requested, doctors, refusal }, count);
    const none = scan.hasWindows ? 'FULL' : 'NO_WINDOWS';
    return { items, reason: items.length > 0 ? null : none };
  }

  /**
   * The first times of a doctor after a requested one, up to the horizon.
   *
   * @param requested `from` is its date
   * @param time of that date, HH:MM
   * @throws Refusal as `page` does
   */
  later(
    source: Source,
    actor: Actor,
    requested: RequestedTimes & { readonly from: string },
    time: string,
    doctor: SearchedDoctor,
    count: number,
  ): Promise<FreeTime[]> {
    const search = { actor, requested, doctors: [doctor] };
    const isLater = (found: FreeTime): boolean => found.date > requested.from || found.time > time;
    return this.first(new TimesScan(requested), source, search, count, isLater);
  }

  private async first(
    scan: TimesScan,
    source: Source,
    search: Omit<TimesSearch, 'now' | 'firstDays'>,
    count: number,
    isWanted: (time: FreeTime) => boolean = () => true,
  ): Promise<FreeTime[]> {
    const schedules = searchedSchedules(source, { ...search, now: this.clock.now(), firstDays: NEAR_DAYS });
    const items: FreeTime[] = [];
    for await (const batch of scan.batches(schedules)) {
      items.push(...batch.filter(isWanted));
      if (items.length >= count) break;
    }
    return items.slice(0, count);
  }
}

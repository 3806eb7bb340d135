import { addDays, dateIn } from '../../time/clinic-time.js';
import type { EpochMs } from '../../time/interval.js';
import type { RequestedTimes } from './requested-times.js';
import type { SearchedDoctor } from './searched-doctors.reader.js';

/** How long after a start the desk still books it. */
const WALK_IN_MS = 60 * 60_000;
/** The longest horizon that can be set. */
const FARTHEST_DAYS = 3650;

/** The dates of a doctor to search, YYYY-MM-DD, both included; none if `last` is earlier. */
export interface SearchedDates {
  readonly today: string;
  readonly first: string;
  readonly last: string;
}

/**
 * The dates to search of each doctor, by the doctor's id. A doctor whose time zone is unknown has none.
 *
 * @param since from where on times are wanted
 */
export function searchedDates(
  doctors: readonly SearchedDoctor[],
  { from, to }: Pick<RequestedTimes, 'from' | 'to'>,
  now: EpochMs,
  since: EpochMs = now - WALK_IN_MS,
): Map<number, SearchedDates> {
  const ofZones = new Map<string, SearchedDates | undefined>();
  const ofZone = (timezone: string): SearchedDates | undefined => {
    const today = dateAt(timezone, now);
    const earliest = dateAt(timezone, Math.max(since, now - WALK_IN_MS));
    if (today === undefined || earliest === undefined) return undefined;
    const start = from ?? today;
    const first = later(start, earliest);
    if (typeof to === 'string') return { today, first, last: to };
    return { today, first, last: to ? addDays(start, to.daysAfter) : addDays(today, FARTHEST_DAYS) };
  };
  const dates = new Map<number, SearchedDates>();
  for (const { id, timezone } of doctors) {
    if (!ofZones.has(timezone)) ofZones.set(timezone, ofZone(timezone));
    const found = ofZones.get(timezone);
    if (found) dates.set(id, found);
  }
  return dates;
}

/** The dates within the horizon, if there is one. */
export function withinHorizon(dates: SearchedDates, horizonDays: number | null): SearchedDates {
  if (horizonDays === null) return dates;
  const last = addDays(dates.today, horizonDays);
  return last < dates.last ? { ...dates, last } : dates;
}

/** The first and the last of all dates; undefined if there are none. */
export function spanOf(
  all: Iterable<SearchedDates>,
): { readonly from: string; readonly to: string } | undefined {
  let [from, to] = ['9999-99-99', '0000-00-00'];
  for (const { first, last } of all) {
    if (first > last) continue;
    if (first < from) from = first;
    if (last > to) to = last;
  }
  return from <= to ? { from, to } : undefined;
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function dateAt(timezone: string, instant: EpochMs): string | undefined {
  try {
    return dateIn(timezone, instant);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from './interval.js';
import { formatWallTime } from './wall-time.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** More than there are names of zones in use; each costs 0.1 ms and 30 kB. */
const MOST_ZONES = 600;
/** Of each zone: years of working days. */
const MOST_DAYS = 2_000;

/** Local time minus UTC. */
interface Offset {
  readonly minutes: number;
  /** As ISO 8601 writes it: `+01:00`. */
  readonly text: string;
}

/** What is known of a zone. */
interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  /** By day in UTC, counted from 1970; the minutes are NaN where the clocks change on that day. */
  readonly offsets: LRUCache<number, Offset>;
}

/**
 * By name. A list of bookings asks thousands of times, for any years: a formatter answers in 2 µs, while Temporal takes
 * 0.5 ms to find a clock change in a year that it has not seen.
 */
const zones = new LRUCache<string, Zone>({
  max: MOST_ZONES,
  memoMethod: (timezone) => {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: isKnown(timezone) ? timezone : 'UTC',
      // A date is always part of the text; the day of the week is the cheapest part.
      weekday: 'short',
      timeZoneName: 'longOffset',
    });
    const offsets = new LRUCache<number, Offset>({
      max: MOST_DAYS,
      memoMethod: (day) => {
        const [first, last] = [read(formatter, day * DAY_MS), read(formatter, (day + 1) * DAY_MS - 1)];
        return offsetOf(first === last ? first : NaN);
      },
    });
    return { formatter, offsets };
  },
});

/** By day counted from 1970: YYYY-MM-DD. */
const dates = new LRUCache<number, string>({
  max: MOST_DAYS,
  memoMethod: (day) => new Date(day * DAY_MS).toISOString().slice(0, 10),
});

const WALL_TIMES = Array.from({ length: DAY_MS / MINUTE_MS }, (_, minutes) => formatWallTime(minutes));

/**
 * An instant as ISO 8601 with the offset that is in force in a zone: `2027-03-01T09:00:00+01:00`. Falls back to UTC in
 * an unknown zone, so that one doctor's wrong zone spoils no list. Milliseconds are cut off.
 */
export function isoIn(timezone: string, instant: EpochMs): string {
  const { minutes, text } = offsetAt(timezone, instant);
  const local = instant + minutes * MINUTE_MS;
  const day = Math.floor(local / DAY_MS);
  const ofDay = local - day * DAY_MS;
  const seconds = Math.floor((ofDay % MINUTE_MS) / 1000);
  return `${dates.memo(day)}T${WALL_TIMES[Math.floor(ofDay / MINUTE_MS)]}:${String(seconds).padStart(2, '0')}${text}`;
}

function offsetAt(timezone: string, instant: EpochMs): Offset {
  const { formatter, offsets } = zones.memo(timezone);
  const offset = offsets.memo(Math.floor(instant / DAY_MS));
  return Number.isNaN(offset.minutes) ? offsetOf(read(formatter, instant)) : offset;
}

function offsetOf(minutes: number): Offset {
  return { minutes, text: `${minutes < 0 ? '-' : '+'}${formatWallTime(Math.abs(minutes))}` };
}

/** Without the seconds of local mean times: ISO 8601 has no place for them. */
function read(formatter: Intl.DateTimeFormat, instant: EpochMs): number {
  // `Mon, GMT-03:30`; some versions of ICU write zero as `GMT`.
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(formatter.format(instant)) ?? [];
  if (sign === undefined) return 0;
  const total = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -total : total;
}

function isKnown(timezone: string): boolean {
  try {
    return Boolean(new Temporal.ZonedDateTime(0n, timezone));
  } catch {
    return false;
  }
}

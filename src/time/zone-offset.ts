import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from './interval.js';
import { formatWallTime } from './wall-time.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** More than the time zones in use; each costs 0.1 ms and 30 kB. */
const MAX_ZONES = 600;
/** Per zone: years of working days. */
const MAX_DAYS = 2_000;

/** Local time minus UTC. */
interface Offset {
  readonly minutes: number;
  /** As ISO 8601 writes it: `+01:00`. */
  readonly text: string;
}

/** The cache of a time zone. */
interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  /** By day in UTC, counted from 1970; the minutes are NaN where the clocks change on that day. */
  readonly offsets: LRUCache<number, Offset>;
}

/**
 * By name. A list of bookings needs thousands of offsets, in any years: a formatter takes 2 µs for each, while Temporal
 * takes 0.5 ms to find a clock change in a year that it has not seen.
 */
const zones = new LRUCache<string, Zone>({
  max: MAX_ZONES,
  memoMethod: (timezone) => {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: isKnown(timezone) ? timezone : 'UTC',
      // Formatted text always includes a date; the day of the week is the cheapest.
      weekday: 'short',
      timeZoneName: 'longOffset',
    });
    const offsets = new LRUCache<number, Offset>({
      max: MAX_DAYS,
      memoMethod: (day) => {
        const [first, last] = [
          minutesAt(formatter, day * DAY_MS),
          minutesAt(formatter, (day + 1) * DAY_MS - 1),
        ];
        return offsetOf(first === last ? first : NaN);
      },
    });
    return { formatter, offsets };
  },
});

/** By day counted from 1970: YYYY-MM-DD. */
const dates = new LRUCache<number, string>({
  max: MAX_DAYS,
  memoMethod: (day) => new Date(day * DAY_MS).toISOString().slice(0, 10),
});

const WALL_TIMES = Array.from({ length: DAY_MS / MINUTE_MS }, (_, minutes) => formatWallTime(minutes));

/**
 * An instant in ISO 8601 with a time zone's offset at that moment: `2027-03-01T09:00:00+01:00`. Milliseconds are cut
 * off. An unknown time zone falls back to UTC: one doctor's invalid zone must not break a whole list.
 */
export function isoIn(timezone: string, instant: EpochMs): string {
  const { minutes, text } = offsetAt(timezone, instant);
  const local = instant + minutes * MINUTE_MS;
  const day = Math.floor(local / DAY_MS);
  const msOfDay = local - day * DAY_MS;
  const seconds = Math.floor((msOfDay % MINUTE_MS) / 1000);
  return `${dates.memo(day)}T${WALL_TIMES[Math.floor(msOfDay / MINUTE_MS)]}:${String(seconds).padStart(2, '0')}${text}`;
}

function offsetAt(timezone: string, instant: EpochMs): Offset {
  const { formatter, offsets } = zones.memo(timezone);
  const offset = offsets.memo(Math.floor(instant / DAY_MS));
  return Number.isNaN(offset.minutes) ? offsetOf(minutesAt(formatter, instant)) : offset;
}

function offsetOf(minutes: number): Offset {
  return { minutes, text: `${minutes < 0 ? '-' : '+'}${formatWallTime(Math.abs(minutes))}` };
}

/** The offset in minutes. Local mean times also have seconds, which ISO 8601 cannot express: they are cut off. */
function minutesAt(formatter: Intl.DateTimeFormat, instant: EpochMs): number {
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

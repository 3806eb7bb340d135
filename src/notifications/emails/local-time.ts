import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from '../../time/interval.js';

/** An instant as the clock and the calendar on the wall of one time zone show it, with names in one language. */
export interface LocalTime {
  /** Monday, lunes. */
  readonly weekday: string;
  /** Mon, lun. */
  readonly weekdayShort: string;
  /** 1 to 31. */
  readonly day: number;
  /** December, diciembre. */
  readonly month: string;
  /** Dec, dic. */
  readonly monthShort: string;
  readonly year: number;
  /** 0 to 23. */
  readonly hour: number;
  /** HH:MM, 24 hours. */
  readonly clock: string;
  /** What names the zone in full: `Europe/Madrid, GMT+1`. */
  readonly zone: string;
  /** What names it in a subject line: `Europe/Madrid`, in full where the clock shows this time twice that day. */
  readonly zoneShort: string;
  /** Equal for two zones exactly when their walls show the same date and time: `2026-12-07T10:00:00`. */
  readonly wall: string;
}

/**
 * The instant on the wall of an IANA zone, whatever the zone of this machine. `language` is a BCP 47 tag.
 * @throws RangeError when the zone is unknown or the instant is no time.
 */
export function localTime(at: EpochMs, timezone: string, language: string): LocalTime {
  const key = `${at} ${timezone} ${language}`;
  let time = recent.get(key);
  if (!time) recent.set(key, (time = timeOf(at, timezone, language)));
  return time;
}

/** An email and its calendar entry tell the same time in a dozen places. */
const recent = new LRUCache<string, LocalTime>({ max: 100 });

function timeOf(at: EpochMs, timezone: string, language: string): LocalTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  const { weekday, weekdayShort, month, monthShort } = namesIn(language);
  const noon = Date.UTC(zoned.year, zoned.month - 1, zoned.day, 12);
  const zone = timezone === 'UTC' ? 'UTC' : `${timezone}, ${offsetName(zoned.offsetNanoseconds)}`;
  return {
    weekday: weekday.format(noon),
    weekdayShort: weekdayShort.format(noon),
    day: zoned.day,
    month: month.format(noon),
    monthShort: monthShort.format(noon),
    year: zoned.year,
    hour: zoned.hour,
    clock: `${twoDigits(zoned.hour)}:${twoDigits(zoned.minute)}`,
    zone,
    zoneShort: happensTwice(zoned) ? zone : timezone,
    wall: zoned.toPlainDateTime().toString(),
  };
}

type Names = Record<'weekday' | 'weekdayShort' | 'month' | 'monthShort', Intl.DateTimeFormat>;

const known = new Map<string, Names>();

/** What names the days and months in a language, made once: that takes far longer than to name one. */
function namesIn(language: string): Names {
  let names = known.get(language);
  if (!names) {
    const format = (part: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...part });
    names = {
      weekday: format({ weekday: 'long' }),
      weekdayShort: format({ weekday: 'short' }),
      month: format({ month: 'long' }),
      monthShort: format({ month: 'short' }),
    };
    known.set(language, names);
  }
  return names;
}

/** Whether the clocks go back over this wall time, so that the zone's name alone does not tell which of the two. */
function happensTwice(zoned: Temporal.ZonedDateTime): boolean {
  const wall = zoned.toPlainDateTime();
  const first = wall.toZonedDateTime(zoned.timeZoneId, { disambiguation: 'earlier' });
  const second = wall.toZonedDateTime(zoned.timeZoneId, { disambiguation: 'later' });
  return first.epochMilliseconds !== second.epochMilliseconds;
}

/** `GMT`, `GMT+1`, `GMT-3:30`: the same in all our languages, unlike CET or EST, which few zones have. */
function offsetName(offsetNanoseconds: number): string {
  const minutes = Math.abs(Math.trunc(offsetNanoseconds / 60e9));
  if (minutes === 0) return 'GMT';
  const rest = minutes % 60 === 0 ? '' : `:${twoDigits(minutes % 60)}`;
  return `GMT${offsetNanoseconds < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from '../../time/interval.js';

/** An instant as wall time in one time zone, with the names of days and months in one language. */
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
  /** The zone in full: `Europe/Madrid, GMT+1`. */
  readonly zone: string;
  /** The zone in a subject line: `Europe/Madrid`, but in full if this wall time occurs twice that day. */
  readonly zoneShort: string;
  /** To compare two zones: `2026-12-07T10:00:00`. */
  readonly wallTime: string;
}

/**
 * An instant as wall time in an IANA zone. `language` is a BCP 47 tag.
 *
 * @throws RangeError if the zone is unknown or the instant is not a valid time.
 */
export function localTime(at: EpochMs, timezone: string, language: string): LocalTime {
  const key = `${at} ${timezone} ${language}`;
  let time = recent.get(key);
  if (!time) recent.set(key, (time = timeOf(at, timezone, language)));
  return time;
}

/** Cached, because an email and its calendar entry state the same time in a dozen places. */
const recent = new LRUCache<string, LocalTime>({ max: 100 });

function timeOf(at: EpochMs, timezone: string, language: string): LocalTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  const { weekday, weekdayShort, month, monthShort } = nameFormatsIn(language);
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
    zoneShort: occursTwice(zoned) ? zone : timezone,
    wallTime: zoned.toPlainDateTime().toString(),
  };
}

type NameFormats = Record<'weekday' | 'weekdayShort' | 'month' | 'monthShort', Intl.DateTimeFormat>;

const formatsByLanguage = new Map<string, NameFormats>();

/** Cached, because creating a formatter takes far longer than using it. */
function nameFormatsIn(language: string): NameFormats {
  let formats = formatsByLanguage.get(language);
  if (!formats) {
    const format = (part: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...part });
    formats = {
      weekday: format({ weekday: 'long' }),
      weekdayShort: format({ weekday: 'short' }),
      month: format({ month: 'long' }),
      monthShort: format({ month: 'short' }),
    };
    formatsByLanguage.set(language, formats);
  }
  return formats;
}

/** Whether the clocks go back over this wall time, which makes it ambiguous without an offset. */
function occursTwice(zoned: Temporal.ZonedDateTime): boolean {
  const wall = zoned.toPlainDateTime();
  const first = wall.toZonedDateTime(zoned.timeZoneId, { disambiguation: 'earlier' });
  const second = wall.toZonedDateTime(zoned.timeZoneId, { disambiguation: 'later' });
  return first.epochMilliseconds !== second.epochMilliseconds;
}

/** `GMT`, `GMT+1`, `GMT-3:30`: alike in all languages, unlike abbreviations such as CET, which few zones have. */
function offsetName(offsetNanoseconds: number): string {
  const minutes = Math.abs(Math.trunc(offsetNanoseconds / 60e9));
  if (minutes === 0) return 'GMT';
  const rest = minutes % 60 === 0 ? '' : `:${twoDigits(minutes % 60)}`;
  return `GMT${offsetNanoseconds < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

import type { EpochMs } from '../../src/time/interval.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The date and time that a wall clock shows. */
export interface Reading {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Minutes since 00:00 by the wall clock. */
  readonly minutes: number;
}

/** A minute of real time, with the reading of the wall clock during it. */
export interface LivedMinute extends Reading {
  readonly instant: EpochMs;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Reads the wall clock of a zone by formatting the instant with Intl. Slow, and shares nothing with the code under test
 * except the zone data.
 */
export function readWall(timezone: string, instant: EpochMs): Reading {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timezone, format);
  }
  const [day, month, year, hour, minute] = format.format(instant).match(/\d+/g)!;
  return { date: `${year}-${month}-${day}`, minutes: Number(hour) * 60 + Number(minute) };
}

const minutesByDate = new Map<string, readonly LivedMinute[]>();

/** All minutes of real time that have a date in a zone, in order. */
export function minutesLived(timezone: string, date: string): readonly LivedMinute[] {
  const key = `${date} ${timezone}`;
  let minutes = minutesByDate.get(key);
  if (!minutes) {
    // Wide enough for every zone on earth: UTC-12 to UTC+14, and a change of the clocks.
    const first = Date.parse(`${date}T00:00:00Z`) - 16 * HOUR_MS;
    minutes = Array.from({ length: 56 * 60 }, (_, index) => first + index * MINUTE_MS)
      .map((instant) => ({ instant, ...readWall(timezone, instant) }))
      .filter((minute) => minute.date === date);
    minutesByDate.set(key, minutes);
  }
  return minutes;
}

/** The dates in a range of years on which the clocks of a zone change: those that do not have 24 hours. */
export function datesOfChange(timezone: string, fromYear: number, toYear: number): string[] {
  const dates: string[] = [];
  for (let noon = Date.UTC(fromYear, 0, 1, 12); noon < Date.UTC(toYear + 1, 0, 1); noon += DAY_MS) {
    // Two noons in UTC on consecutive days have different wall times only around a change.
    if (readWall(timezone, noon - DAY_MS).minutes === readWall(timezone, noon).minutes) continue;
    for (const near of [-DAY_MS, 0, DAY_MS].map((shift) => readWall(timezone, noon + shift).date)) {
      if (minutesLived(timezone, near).length !== 24 * 60 && !dates.includes(near)) dates.push(near);
    }
  }
  return dates;
}

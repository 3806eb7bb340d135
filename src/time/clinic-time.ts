import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from './interval.js';

/** The date in a time zone at an instant, YYYY-MM-DD. */
export function dateIn(timezone: string, instant: EpochMs): string {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}

/** 0 Sunday to 6 Saturday, as the wire counts. */
export function dayOfWeek(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** The date a number of days later (or earlier, when negative), YYYY-MM-DD. */
export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The dates from one to another, both included, YYYY-MM-DD, in ascending order. */
export function datesBetween(from: string, to: string): string[] {
  const dates = [from];
  while (dates.at(-1)! < to) dates.push(addDays(dates.at(-1)!, 1));
  return dates;
}

/**
 * Whether the text is a calendar date, YYYY-MM-DD; 2027-02-31 is not. Years are limited so that the database can store
 * the date and the day after.
 */
export function isCalendarDate(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text) || text >= '9999') return false;
  const day = Number(text.slice(8));
  // JavaScript rolls a day that the month does not have over to the next month.
  return new Date(`${text}T00:00:00Z`).getUTCDate() === day;
}

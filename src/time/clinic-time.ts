import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from './interval.js';

/** The date, YYYY-MM-DD, that a zone's calendars show at an instant. */
export function dateIn(timezone: string, instant: EpochMs): string {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}

/** 0 Sunday to 6 Saturday, as the wire counts. */
export function dayOfWeek(date: string): number {
  return Temporal.PlainDate.from(date).dayOfWeek % 7;
}

/** The date a number of days later (or earlier, when negative), YYYY-MM-DD. */
export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/**
 * Whether the text is a date of the calendar, YYYY-MM-DD, that the database can hold and a day later too;
 * 2027-02-31 is not.
 */
export function isCalendarDate(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text) || text >= '9999') return false;
  const utcMidnight = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(utcMidnight) && new Date(utcMidnight).toISOString().startsWith(text);
}

import type { EpochMs } from '../../src/time/interval.js';
import { datesOfChange, minutesLived, type Reading, readWall } from '../support/wall-clock.js';
import type { Minutes } from './plan.js';

const DAY_MS = 24 * 60 * 60_000;
export const MINUTE_MS = 60_000;

/** More would fill the memory in a long run. */
const MOST_READINGS = 100_000;
const readings = new Map<string, Map<EpochMs, Reading>>();

/** What the wall clock of a zone shows at an instant. */
export function wallAt(timezone: string, instant: EpochMs): Reading {
  let ofZone = readings.get(timezone);
  if (!ofZone) readings.set(timezone, (ofZone = new Map<EpochMs, Reading>()));
  let reading = ofZone.get(instant);
  if (!reading) {
    reading = readWall(timezone, instant);
    if (ofZone.size >= MOST_READINGS) ofZone.clear();
    ofZone.set(instant, reading);
  }
  return reading;
}

const changes = new Map<string, readonly string[]>();

/** The dates of a year on which the clocks of a zone change. */
export function changesOf(timezone: string, year: number): readonly string[] {
  const key = `${timezone} ${year}`;
  let dates = changes.get(key);
  if (!dates) changes.set(key, (dates = datesOfChange(timezone, year, year)));
  return dates;
}

/** Whether the clocks of a zone change on a date, or on one next to it. */
export function isNearChange(timezone: string, date: string): boolean {
  return [-1, 0, 1].some((days) => {
    const near = dateAfter(date, days);
    return changesOf(timezone, Number(near.slice(0, 4))).includes(near);
  });
}

/** When the wall clock of a zone first shows a time on a date; undefined if it never does. */
export function instantOf(timezone: string, date: string, time: Minutes): EpochMs | undefined {
  if (!isNearChange(timezone, date)) {
    // The wall clock is then as far from UTC as at noon.
    const noon = Date.parse(`${date}T12:00:00Z`);
    const shown = wallAt(timezone, noon);
    const ahead = Date.parse(`${shown.date}T00:00:00Z`) + shown.minutes * MINUTE_MS - noon;
    return Date.parse(`${date}T00:00:00Z`) + time * MINUTE_MS - ahead;
  }
  return minutesLived(timezone, date).find(({ minutes }) => minutes === time)?.instant;
}

const tomorrows = new Map<string, string>();

/** The date that many days later. */
export function dateAfter(date: string, days: number): string {
  const later = (): string =>
    new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
  if (days !== 1) return later();
  let tomorrow = tomorrows.get(date);
  if (!tomorrow) tomorrows.set(date, (tomorrow = later()));
  return tomorrow;
}

/** How many days later another date is. */
export function daysBetween(date: string, later: string): number {
  return (Date.parse(`${later}T00:00:00Z`) - Date.parse(`${date}T00:00:00Z`)) / DAY_MS;
}

const weekdays = new Map<string, number>();

/** 0 Sunday to 6 Saturday. */
export function weekdayOf(date: string): number {
  let weekday = weekdays.get(date);
  if (weekday === undefined) weekdays.set(date, (weekday = new Date(`${date}T00:00:00Z`).getUTCDay()));
  return weekday;
}

/** 570 as 09:30, 1440 as 24:00. */
export function clock(time: Minutes): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(time / 60))}:${two(time % 60)}`;
}

/** 09:30 as 570. */
export function minutesOf(text: string): Minutes {
  const [hours, minutes] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}

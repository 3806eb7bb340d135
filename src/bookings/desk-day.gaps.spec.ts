import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DayFacts, WallRange } from '../availability/schedule-day.js';
import { ClinicDay } from '../time/clinic-day.js';
import { type Interval, overlaps } from '../time/interval.js';
import { formatWallTime, parseWallTime } from '../time/wall-time.js';
import { freeGaps } from './desk-day.gaps.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** Days without and with a change of the clocks, forwards and back, also at midnight and by half an hour. */
const DAYS = [
  ['2026-03-02', 'Europe/Madrid'],
  ['2026-03-29', 'Europe/Madrid'],
  ['2026-10-25', 'Europe/Madrid'],
  ['2026-04-05', 'Australia/Lord_Howe'],
  ['2026-10-04', 'Australia/Lord_Howe'],
  ['2026-11-01', 'America/Havana'],
  ['2026-03-08', 'America/Havana'],
  ['2026-09-06', 'America/Santiago'],
] as const;

const range = (start: string, end: string): WallRange => ({
  start: parseWallTime(start),
  end: parseWallTime(end),
});
const shown = (gaps: readonly WallRange[]): string[] =>
  gaps.map(({ start, end }) => `${formatWallTime(start)}-${formatWallTime(end)}`);

/** The same, minute by minute, from the instants of the whole day. */
function reference(day: ClinicDay, { windows, exceptions, busy }: DayFacts): WallRange[] {
  const free = new Set<number>();
  const taken = new Set<number>();
  for (let at = day.interval.start; at < day.interval.end; at += MINUTE_MS) {
    const minute = { start: at, end: at + MINUTE_MS };
    const wall = wallMinuteAt(day, at);
    const isWithin = ({ start, end }: WallRange): boolean => start <= wall && wall < end;
    const isBlocked =
      exceptions.some((each) => each === 'full day' || isWithin(each)) ||
      busy.some((each) => overlaps(each, minute));
    if (isBlocked) taken.add(wall);
    else if (windows.some(isWithin)) free.add(wall);
  }
  const gaps: { start: number; end: number }[] = [];
  for (let wall = 0; wall < DAY_MINUTES; wall += 1) {
    if (!free.has(wall) || taken.has(wall)) continue;
    const last = gaps.at(-1);
    if (last?.end === wall) last.end = wall + 1;
    else gaps.push({ start: wall, end: wall + 1 });
  }
  return gaps;
}

/** By day: the wall minute of each minute of its interval. */
const wallMinutes = new Map<ClinicDay, number[]>();

function wallMinuteAt(day: ClinicDay, instant: number): number {
  let minutes = wallMinutes.get(day);
  if (!minutes) wallMinutes.set(day, (minutes = wallMinutesOf(day)));
  return minutes[(instant - day.interval.start) / MINUTE_MS]!;
}

function wallMinutesOf({ timezone, interval: { start, end } }: ClinicDay): number[] {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const formatter = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...options });
  return Array.from({ length: (end - start) / MINUTE_MS }, (_, minute) =>
    parseWallTime(formatter.format(start + minute * MINUTE_MS)),
  );
}

const WALL_RANGE = fc
  .tuple(fc.integer({ min: 0, max: DAY_MINUTES }), fc.integer({ min: 0, max: DAY_MINUTES }))
  .filter(([a, b]) => a !== b)
  .map(([a, b]): WallRange => ({ start: Math.min(a, b), end: Math.max(a, b) }));

test('free gaps are the free minutes of the day', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DAYS),
      fc.array(WALL_RANGE, { maxLength: 3 }),
      fc.array(
        fc.oneof(
          { weight: 9, arbitrary: WALL_RANGE },
          { weight: 1, arbitrary: fc.constant('full day' as const) },
        ),
        { maxLength: 2 },
      ),
      fc.array(
        fc.record({
          from: fc.integer({ min: -60, max: 1_500 }),
          minutes: fc.integer({ min: 1, max: 480 }),
        }),
        { maxLength: 6 },
      ),
      ([date, timezone], windows, exceptions, bookings) => {
        const day = ClinicDay.of(date, timezone);
        const busy = bookings.map(({ from, minutes }): Interval => {
          const start = day.interval.start + from * MINUTE_MS;
          return { start, end: start + minutes * MINUTE_MS };
        });
        const facts = { windows, exceptions, busy };
        expect(shown(freeGaps(day, facts))).toEqual(shown(reference(day, facts)));
      },
    ),
    { numRuns: 200 },
  );
});

describe('free gaps', () => {
  const monday = ClinicDay.of('2026-03-02', 'Europe/Madrid');
  const booked = (start: string, minutes: number): Interval =>
    monday.intervalFrom(parseWallTime(start), minutes)!;

  test('lie between bookings, and touching windows are one', () => {
    const facts = {
      windows: [range('09:00', '12:00'), range('12:00', '13:00'), range('15:00', '24:00')],
      exceptions: [range('16:00', '17:00')],
      busy: [booked('09:00', 30), booked('11:45', 30)],
    };
    expect(shown(freeGaps(monday, facts))).toEqual([
      '09:30-11:45',
      '12:15-13:00',
      '15:00-16:00',
      '17:00-24:00',
    ]);
  });

  test('are none on a blocked day', () => {
    const facts = { windows: [range('09:00', '12:00')], exceptions: ['full day' as const], busy: [] };
    expect(freeGaps(monday, facts)).toEqual([]);
  });

  test('leave out the hour that the clocks skip', () => {
    const sunday = ClinicDay.of('2026-03-29', 'Europe/Madrid');
    const facts = { windows: [range('01:00', '04:00')], exceptions: [], busy: [] };
    expect(shown(freeGaps(sunday, facts))).toEqual(['01:00-02:00', '03:00-04:00']);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { datesOfChange, minutesLived } from '../../test/support/wall-clock.js';
import { addDays } from './clinic-time.js';
import { ClinicDay } from './clinic-day.js';
import { isoIn } from './zone-offset.js';
import { formatWallTime, parseWallTime } from './wall-time.js';

const MINUTE_MS = 60_000;

/** The instant of a wall time in UTC, to the minute; `none` where it does not exist. */
function instant(date: string, timezone: string, time: string): string {
  const at = ClinicDay.of(date, timezone).instantOf(parseWallTime(time));
  return at === undefined ? 'none' : new Date(at).toISOString().slice(0, 16);
}

describe('the instant of a wall time', () => {
  test.each([
    // No clock change.
    ['Asia/Tokyo', '2026-03-29', '02:30', '2026-03-28T17:30'],
    ['Asia/Kathmandu', '2026-03-29', '00:00', '2026-03-28T18:15'],
    // Madrid forward: 02:00 to 03:00 does not exist.
    ['Europe/Madrid', '2026-03-29', '01:59', '2026-03-29T00:59'],
    ['Europe/Madrid', '2026-03-29', '02:00', 'none'],
    ['Europe/Madrid', '2026-03-29', '02:59', 'none'],
    ['Europe/Madrid', '2026-03-29', '03:00', '2026-03-29T01:00'],
    // Madrid back: 02:00 to 03:00 happens twice and means the first.
    ['Europe/Madrid', '2026-10-25', '02:00', '2026-10-25T00:00'],
    ['Europe/Madrid', '2026-10-25', '02:59', '2026-10-25T00:59'],
    ['Europe/Madrid', '2026-10-25', '03:00', '2026-10-25T02:00'],
    ['America/New_York', '2026-03-08', '02:15', 'none'],
    ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30'],
    // A change of half an hour.
    ['Australia/Lord_Howe', '2026-10-04', '02:00', 'none'],
    ['Australia/Lord_Howe', '2026-10-04', '02:29', 'none'],
    ['Australia/Lord_Howe', '2026-10-04', '02:30', '2026-10-03T15:30'],
    ['Australia/Lord_Howe', '2026-04-05', '01:30', '2026-04-04T14:30'],
    ['Australia/Lord_Howe', '2026-04-05', '02:00', '2026-04-04T15:30'],
    // Changes at midnight: the day begins at 01:00, or its last hour happens twice.
    ['America/Santiago', '2026-09-06', '00:00', 'none'],
    ['America/Santiago', '2026-09-06', '00:59', 'none'],
    ['America/Santiago', '2026-09-06', '01:00', '2026-09-06T04:00'],
    ['America/Santiago', '2026-04-04', '23:30', '2026-04-05T02:30'],
    ['America/Santiago', '2026-04-05', '00:00', '2026-04-05T04:00'],
    ['Africa/Cairo', '2026-04-24', '00:30', 'none'],
    ['Africa/Cairo', '2026-04-24', '01:00', '2026-04-23T22:00'],
    ['Africa/Cairo', '2026-10-29', '23:30', '2026-10-29T20:30'],
    ['Africa/Cairo', '2026-10-30', '00:00', '2026-10-29T22:00'],
    ['America/Asuncion', '2023-10-01', '00:30', 'none'],
    ['America/Asuncion', '2024-03-23', '23:30', '2024-03-24T02:30'],
    // Samoa skipped a date when it crossed the date line.
    ['Pacific/Apia', '2011-12-29', '23:59', '2011-12-30T09:59'],
    ['Pacific/Apia', '2011-12-30', '12:00', 'none'],
    ['Pacific/Apia', '2011-12-31', '00:00', '2011-12-30T10:00'],
  ])('in %s on %s at %s is %s', (timezone, date, time, expected) => {
    expect(instant(date, timezone, time)).toBe(expected);
  });
});

const ZONES = [
  'America/Santiago',
  'America/New_York',
  'Europe/Madrid',
  'Australia/Lord_Howe',
  'Asia/Tokyo',
  'Africa/Cairo',
  'Pacific/Apia',
  'Antarctica/Troll',
  'America/Nuuk',
  'Africa/Casablanca',
];
const anyDay = fc.constantFrom(...ZONES).chain((timezone) => {
  const changes = datesOfChange(timezone, 2026, 2027);
  const near = changes.length > 0 ? [fc.constantFrom(...changes)] : [];
  const far = fc.integer({ min: 0, max: 5000 }).map((days) => addDays('2020-01-01', days));
  return fc
    .tuple(fc.oneof(...near, far), fc.integer({ min: -1, max: 1 }))
    .map(([date, shift]) => ({ timezone, date: addDays(date, shift) }));
});
const wallMinutes = fc.integer({ min: 0, max: 1439 });

describe('compared with the wall clock, read minute by minute', () => {
  test('a wall time means the first minute that shows it, or no instant if no minute does', () => {
    fc.assert(
      fc.property(anyDay, fc.array(wallMinutes, { minLength: 5, maxLength: 20 }), (day, times) => {
        for (const minutes of times) {
          const first = minutesLived(day.timezone, day.date).find((minute) => minute.minutes === minutes);
          expect(ClinicDay.of(day.date, day.timezone).instantOf(minutes)).toBe(first?.instant);
        }
      }),
    );
  });

  test('the intervals between two wall times cover exactly the minutes that show a time between them', () => {
    fc.assert(
      fc.property(anyDay, wallMinutes, wallMinutes, (day, from, to) => {
        const expected = minutesLived(day.timezone, day.date)
          .filter(({ minutes }) => minutes >= from && minutes < to)
          .map((minute) => minute.instant);
        const intervals = ClinicDay.of(day.date, day.timezone).intervalsBetween(from, to);
        const covered = intervals.flatMap(({ start, end }) =>
          Array.from({ length: (end - start) / MINUTE_MS }, (_, index) => start + index * MINUTE_MS),
        );
        expect(covered).toEqual(expected);
      }),
    );
  });

  test('the whole day covers exactly the minutes on that date, and days follow without a gap', () => {
    fc.assert(
      fc.property(anyDay, ({ date, timezone }) => {
        const { start, end } = ClinicDay.of(date, timezone).interval;
        const minutes = minutesLived(timezone, date);
        expect(start).toBe(minutes[0]!.instant);
        expect(end).toBe(minutes.at(-1)!.instant + MINUTE_MS);
        expect(ClinicDay.of(addDays(date, 1), timezone).interval.start).toBe(end);
      }),
    );
  });

  test('an instant in ISO 8601 shows the wall time of its minute, and parses back to the instant', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(), ({ date, timezone }, pick) => {
        const all = minutesLived(timezone, date);
        const { instant: at, minutes } = all[pick % all.length]!;
        const iso = isoIn(timezone, at);
        expect(iso).toMatch(/[+-]\d\d:\d\d$/);
        expect(iso.slice(0, 19)).toBe(`${date}T${formatWallTime(minutes)}:00`);
        expect(Date.parse(iso)).toBe(at);
      }),
    );
  });
});

test('a date that the calendar skips is empty', () => {
  const day = ClinicDay.of('2011-12-30', 'Pacific/Apia');
  expect(day.intervalsBetween(0, 1440)).toEqual([]);
  expect(day.interval.end - day.interval.start).toBe(0);
});

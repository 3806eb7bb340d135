import { describe, expect, test } from 'vitest';
import { asked, LONG_AGO, plain, range, scheduleOf, slots } from '../../test/support/schedules.js';
import { datesOfChange, minutesLived } from '../../test/support/wall-clock.js';
import { addDays } from '../time/clinic-time.js';
import { availableSlots } from './evaluate.js';
import type { WallRange } from './schedule-day.js';
import type { Schedule } from './schedule.js';

const MINUTE_MS = 60_000;

const ZONES = ['America/Santiago', 'America/New_York', 'Europe/Madrid', 'Australia/Lord_Howe', 'Asia/Tokyo'];

describe.each(ZONES)('in the 7 days around each clock change from 2026 to 2028 in %s', (timezone) => {
  const changes = datesOfChange(timezone, 2026, 2028);
  // In a zone without clock changes, uses the dates of those in Madrid.
  const dates = (changes.length > 0 ? changes : datesOfChange('Europe/Madrid', 2026, 2028)).flatMap((date) =>
    [-3, -2, -1, 0, 1, 2, 3].map((days) => addDays(date, days)),
  );
  const open = (date: string, ...windows: WallRange[]): Schedule =>
    scheduleOf({ date, timezone, windows, exceptions: [], busy: [] });
  const grid = (from: number, to: number, length: number): number[] =>
    Array.from({ length: Math.floor((to - length - from) / 15) + 1 }, (_, index) => from + index * 15);

  test('the clocks change twice a year, or never', () => {
    expect(changes).toHaveLength(timezone === 'Asia/Tokyo' ? 0 : 6);
  });

  test('the slots of a working day equal the window in wall time', () => {
    for (const date of dates) {
      const schedule = open(date, range('09:00', '17:00'));
      expect(availableSlots(schedule, date, 30, asked(LONG_AGO))).toEqual(grid(540, 1020, 30));
    }
  });

  test('a window across the change offers every wall time that exists, and none that does not', () => {
    for (const date of dates) {
      const exists = new Set(minutesLived(timezone, date).map(({ minutes }) => minutes));
      const expected = grid(0, 1439, 1).filter((minutes) => exists.has(minutes));
      const schedule = open(date, range('00:00', '23:59'));
      expect(availableSlots(schedule, date, 1, asked(LONG_AGO))).toEqual(expected);
    }
  });

  test('a repeated hour means its first occurrence, and all starts are distinct instants in ascending order', () => {
    for (const date of dates) {
      const schedule = open(date, range('00:00', '23:59'));
      const instants = availableSlots(schedule, date, 15, asked(LONG_AGO)).map((start) => {
        const first = minutesLived(timezone, date).find(({ minutes }) => minutes === start)!;
        expect(schedule.on(date).appointment(start, 15)!.start).toBe(first.instant);
        return first.instant;
      });
      expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
    }
  });

  test('durations are elapsed minutes', () => {
    for (const date of dates) {
      const schedule = open(date, range('00:00', '23:59'));
      for (const start of availableSlots(schedule, date, 150, asked(LONG_AGO))) {
        const { start: from, end } = schedule.on(date).appointment(start, 150)!;
        expect(end - from).toBe(150 * MINUTE_MS);
      }
    }
  });
});

describe('on the night on which the clocks change', () => {
  test('forward: a window of two hours on the wall clock has room for one hour', () => {
    const windows = [range('01:30', '03:30')];
    const night = plain({ date: '2026-03-29', windows });
    expect(slots(night, 60)).toEqual(['01:30']);
    expect(slots(night, 30)).toEqual(['01:30', '01:45', '03:00']);
    expect(slots(night, 61)).toEqual([]);
  });

  test('back: a window of two hours on the wall clock has room for three, with each start offered once', () => {
    const windows = [range('01:30', '03:30')];
    const night = plain({ date: '2026-10-25', windows });
    expect(slots(night, 180)).toEqual(['01:30']);
    expect(slots(night, 60)).toEqual(['01:30', '01:45', '02:00', '02:15', '02:30', '02:45']);
  });

  test('back: an exception in the repeated hour blocks both occurrences', () => {
    const night = plain({
      date: '2026-10-25',
      windows: [range('01:00', '04:00')],
      exceptions: [range('02:00', '02:30')],
    });
    expect(slots(night, 30)).toEqual(['01:00', '01:15', '01:30', '02:30', '03:00', '03:15', '03:30']);
  });
});

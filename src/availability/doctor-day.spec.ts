import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DayPlan, SlowDay } from '../../test/support/slow-day.js';
import { datesOfChange, minutesLived } from '../../test/support/wall-clock.js';
import { ClinicDay } from '../time/clinic-day.js';
import { addDays } from '../time/clinic-time.js';
import { formatWallTime, parseWallTime } from '../time/wall-time.js';
import { DoctorDay, type WallRange } from './doctor-day.js';

const MINUTE_MS = 60_000;
const LONG_AGO = 0;

function range(start: string, end: string): WallRange {
  return { start: parseWallTime(start), end: parseWallTime(end) };
}

function dayOf({ date, timezone, windows, exceptions, busy }: DayPlan): DoctorDay {
  return new DoctorDay(ClinicDay.of(date, timezone), windows, exceptions, busy);
}

/** A plain day in Madrid. */
function plain(plan: Partial<DayPlan>): DoctorDay {
  const date = '2026-03-02';
  return dayOf({ date, timezone: 'Europe/Madrid', windows: [], exceptions: [], busy: [], ...plan });
}

/** An appointment on the plain day, which is an hour ahead of UTC. */
function at(time: string, minutes: number): { start: number; end: number } {
  const start = Date.parse(`2026-03-02T${time}:00+01:00`);
  return { start, end: start + minutes * MINUTE_MS };
}

function starts(day: DoctorDay, duration: number, now = LONG_AGO): string[] {
  return day.openStarts(duration, now).map(formatWallTime);
}

describe('open starts', () => {
  test('are every 15 minutes from the window’s own start, as long as the whole appointment fits', () => {
    expect(starts(plain({ windows: [range('09:10', '10:10')] }), 30)).toEqual(['09:10', '09:25', '09:40']);
    expect(starts(plain({ windows: [range('09:10', '10:10')] }), 60)).toEqual(['09:10']);
    expect(starts(plain({ windows: [range('09:10', '10:10')] }), 61)).toEqual([]);
  });

  test('windows that touch count as one', () => {
    const windows = [range('10:10', '11:00'), range('09:00', '10:10')];
    expect(starts(plain({ windows }), 60)).toEqual(['09:00', '09:15', '09:30', '09:45', '10:00']);
  });

  test('of windows apart: each has its own grid, and no appointment bridges the gap', () => {
    const windows = [range('09:00', '09:30'), range('09:31', '10:01')];
    expect(starts(plain({ windows }), 30)).toEqual(['09:00', '09:31']);
  });

  test('an appointment may begin when another ends, and end when another begins', () => {
    const windows = [range('09:00', '10:30')];
    const busy = [at('09:30', 30)];
    expect(starts(plain({ windows, busy }), 30)).toEqual(['09:00', '10:00']);
    expect(plain({ windows, busy }).obstacleTo(parseWallTime('09:01'), 30, LONG_AGO)).toBe('TAKEN');
    expect(plain({ windows, busy }).obstacleTo(parseWallTime('09:59'), 30, LONG_AGO)).toBe('TAKEN');
  });

  test('an exception blocks what it touches, a full day everything', () => {
    const windows = [range('09:00', '10:30')];
    expect(starts(plain({ windows, exceptions: [range('09:40', '09:50')] }), 30)).toEqual(['09:00', '10:00']);
    expect(starts(plain({ windows, exceptions: ['full day'] }), 30)).toEqual([]);
  });

  test('a start must be in the future: now itself is not', () => {
    const windows = [range('09:00', '10:00')];
    const nine = at('09:00', 0).start;
    expect(starts(plain({ windows }), 30, nine - 1)).toEqual(['09:00', '09:15', '09:30']);
    expect(starts(plain({ windows }), 30, nine)).toEqual(['09:15', '09:30']);
  });
});

const ZONES = ['America/Santiago', 'America/New_York', 'Europe/Madrid', 'Australia/Lord_Howe', 'Asia/Tokyo'];
const ODD_ZONES = ['Africa/Cairo', 'America/Asuncion', 'Pacific/Apia', 'Antarctica/Troll', 'America/Nuuk'];

const wallRange = fc
  .tuple(fc.integer({ min: 0, max: 1438 }), fc.integer({ min: 1, max: 600 }))
  .map(([start, length]): WallRange => ({ start, end: Math.min(start + length, 1439) }));
const zoneAndDate = fc.constantFrom(...ZONES, ...ODD_ZONES).chain((timezone) => {
  const turns = [
    ...datesOfChange(timezone, 2026, 2026),
    ...(timezone === 'Pacific/Apia' ? ['2011-12-29', '2011-12-30', '2011-12-31'] : []),
    ...(timezone === 'America/Asuncion' ? ['2023-10-01', '2024-03-23', '2024-03-24'] : []),
    '2026-06-15',
  ];
  return fc.constantFrom(...turns).map((date) => ({ timezone, date }));
});
const plan = zoneAndDate.chain(({ timezone, date }) => {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const busy = fc
    .tuple(fc.integer({ min: -840, max: 2160 }), fc.integer({ min: 1, max: 480 }))
    .map(([from, length]) => ({
      start: midnight + from * MINUTE_MS,
      end: midnight + (from + length) * MINUTE_MS,
    }));
  // Windows early in the day, where most clocks change, as often as anywhere.
  const window = fc.oneof(
    wallRange,
    fc.constant(range('00:00', '04:00')),
    fc.constant(range('22:00', '23:59')),
  );
  return fc.record({
    timezone: fc.constant(timezone),
    date: fc.constant(date),
    windows: fc.array(window, { maxLength: 4 }),
    exceptions: fc.array(fc.oneof({ weight: 9, arbitrary: wallRange }, fc.constant('full day' as const)), {
      maxLength: 2,
    }),
    busy: fc.array(busy, { maxLength: 4 }),
    now: fc.oneof(
      fc.constant(LONG_AGO),
      fc.integer({ min: -900, max: 2200 }).map((minutes) => midnight + minutes * MINUTE_MS),
    ),
  });
});
const duration = fc.oneof(fc.integer({ min: 1, max: 480 }), fc.constantFrom(1, 15, 30, 60, 90, 480));

describe('for any windows, exceptions, bookings, duration, zone and date', () => {
  test('the starts offered are those that a clerk finds who walks through the day minute by minute', () => {
    fc.assert(
      fc.property(plan, duration, ({ now, ...day }, minutes) => {
        expect(dayOf(day).openStarts(minutes, now)).toEqual(new SlowDay(day).openStarts(minutes, now));
      }),
      { numRuns: 400 },
    );
  });

  test('the obstacle to any start is the one that the clerk names', () => {
    const start = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(
        plan,
        duration,
        fc.array(start, { minLength: 10, maxLength: 40 }),
        (given, minutes, all) => {
          const { now, ...day } = given;
          const [fast, slow] = [dayOf(day), new SlowDay(day)];
          for (const time of all) {
            expect(fast.obstacleTo(time, minutes, now)).toBe(slow.obstacleTo(time, minutes, now));
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe.each(ZONES)('for 7 days around each change of the clocks of 2026 to 2028 in %s', (timezone) => {
  const changes = datesOfChange(timezone, 2026, 2028);
  // Where the clocks never change, the days on which they do elsewhere.
  const dates = (changes.length > 0 ? changes : datesOfChange('Europe/Madrid', 2026, 2028)).flatMap((date) =>
    [-3, -2, -1, 0, 1, 2, 3].map((days) => addDays(date, days)),
  );
  const open = (date: string, ...windows: WallRange[]): DoctorDay =>
    dayOf({ date, timezone, windows, exceptions: [], busy: [] });
  const grid = (from: number, to: number, length: number): number[] =>
    Array.from({ length: Math.floor((to - length - from) / 15) + 1 }, (_, index) => from + index * 15);

  test('the clocks change twice a year, or never', () => {
    expect(changes).toHaveLength(timezone === 'Asia/Tokyo' ? 0 : 6);
  });

  test('the slots of a working day equal the window in wall time', () => {
    for (const date of dates) {
      expect(open(date, range('09:00', '17:00')).openStarts(30, LONG_AGO)).toEqual(grid(540, 1020, 30));
    }
  });

  test('a window over the change offers every wall time that exists, and never a missing one', () => {
    for (const date of dates) {
      const exists = new Set(minutesLived(timezone, date).map(({ minutes }) => minutes));
      const expected = grid(0, 1439, 1).filter((minutes) => exists.has(minutes));
      expect(open(date, range('00:00', '23:59')).openStarts(1, LONG_AGO)).toEqual(expected);
    }
  });

  test('a repeated hour means its first time, and all starts are distinct instants in ascending order', () => {
    for (const date of dates) {
      const day = open(date, range('00:00', '23:59'));
      const instants = day.openStarts(15, LONG_AGO).map((start) => {
        const first = minutesLived(timezone, date).find(({ minutes }) => minutes === start)!;
        expect(day.appointment(start, 15)!.start).toBe(first.instant);
        return first.instant;
      });
      expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
    }
  });

  test('durations are real minutes', () => {
    for (const date of dates) {
      const day = open(date, range('00:00', '23:59'));
      for (const start of day.openStarts(150, LONG_AGO)) {
        const { start: from, end } = day.appointment(start, 150)!;
        expect(end - from).toBe(150 * MINUTE_MS);
      }
    }
  });
});

describe('on the night on which the clocks change', () => {
  test('forward: a window of two hours on the wall has room for one hour', () => {
    const windows = [range('01:30', '03:30')];
    const night = plain({ date: '2026-03-29', windows });
    expect(starts(night, 60)).toEqual(['01:30']);
    expect(starts(night, 30)).toEqual(['01:30', '01:45', '03:00']);
    expect(starts(night, 61)).toEqual([]);
  });

  test('back: a window of two hours on the wall has room for three, once for each start', () => {
    const windows = [range('01:30', '03:30')];
    const night = plain({ date: '2026-10-25', windows });
    expect(starts(night, 180)).toEqual(['01:30']);
    expect(starts(night, 60)).toEqual(['01:30', '01:45', '02:00', '02:15', '02:30', '02:45']);
  });

  test('back: an exception in the repeated hour blocks both of its times', () => {
    const night = plain({
      date: '2026-10-25',
      windows: [range('01:00', '04:00')],
      exceptions: [range('02:00', '02:30')],
    });
    expect(starts(night, 30)).toEqual(['01:00', '01:15', '01:30', '02:30', '03:00', '03:15', '03:30']);
  });
});

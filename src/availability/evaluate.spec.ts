import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DayPlan, ReferenceDay } from '../../test/support/reference-day.js';
import { datesOfChange, minutesLived } from '../../test/support/wall-clock.js';
import { ClinicDay } from '../time/clinic-day.js';
import { addDays } from '../time/clinic-time.js';
import { contains } from '../time/interval.js';
import { formatWallTime, parseWallTime } from '../time/wall-time.js';
import { availableSlots, evaluate } from './evaluate.js';
import { RULES_IN_ORDER } from './rules/rules-in-order.js';
import { ScheduleDay, type WallRange } from './schedule-day.js';
import { Schedule } from './schedule.js';

const MINUTE_MS = 60_000;
const LONG_AGO = 0;

function range(start: string, end: string): WallRange {
  return { start: parseWallTime(start), end: parseWallTime(end) };
}

/** The starts on a window's grid. */
function every15(start: number, end: number): number[] {
  return Array.from({ length: Math.ceil((end - start) / 15) }, (_, index) => start + index * 15);
}

function scheduleOf(...plans: DayPlan[]): Schedule {
  const days = plans.map((plan) => new ScheduleDay(ClinicDay.of(plan.date, plan.timezone), plan));
  return new Schedule(plans[0]!.timezone, days);
}

/** A plain day in Madrid. */
function plain(plan: Partial<DayPlan>): DayPlan {
  return {
    date: '2026-03-02',
    timezone: 'Europe/Madrid',
    windows: [],
    exceptions: [],
    busy: [],
    ...plan,
  };
}

/** An appointment on the plain day, which is an hour ahead of UTC. */
function at(time: string, minutes: number): { start: number; end: number } {
  const start = Date.parse(`2026-03-02T${time}:00+01:00`);
  return { start, end: start + minutes * MINUTE_MS };
}

function slots(plan: DayPlan, duration: number, now = LONG_AGO): string[] {
  return availableSlots(scheduleOf(plan), plan.date, duration, now).map(formatWallTime);
}

/** The codes of all violations, for each start. */
function violations(plan: DayPlan, starts: number[], durationMinutes: number, now = LONG_AGO): string[][] {
  const schedule = scheduleOf(plan);
  return starts.map((start) => {
    const requested = { date: plan.date, time: formatWallTime(start), durationMinutes };
    return evaluate(requested, schedule, now).violations.map(({ code }) => code);
  });
}

describe('slots', () => {
  test('are every 15 minutes from the window’s start, as long as the whole appointment fits', () => {
    expect(slots(plain({ windows: [range('09:10', '10:10')] }), 30)).toEqual(['09:10', '09:25', '09:40']);
    expect(slots(plain({ windows: [range('09:10', '10:10')] }), 60)).toEqual(['09:10']);
    expect(slots(plain({ windows: [range('09:10', '10:10')] }), 61)).toEqual([]);
  });

  test('continue across windows that touch', () => {
    const windows = [range('10:10', '11:00'), range('09:00', '10:10')];
    expect(slots(plain({ windows }), 60)).toEqual(['09:00', '09:15', '09:30', '09:45', '10:00']);
  });

  test('have a grid per separate window, and no appointment bridges a gap', () => {
    const windows = [range('09:00', '09:30'), range('09:31', '10:01')];
    expect(slots(plain({ windows }), 30)).toEqual(['09:00', '09:31']);
  });

  test('may begin when a booking ends, and end when a booking begins', () => {
    const windows = [range('09:00', '10:30')];
    const busy = [at('09:30', 30)];
    expect(slots(plain({ windows, busy }), 30)).toEqual(['09:00', '10:00']);
    const between = [parseWallTime('09:01'), parseWallTime('09:59')];
    expect(violations(plain({ windows, busy }), between, 30)).toEqual([['TAKEN'], ['TAKEN']]);
  });

  test('do not overlap an exception, and a full-day exception leaves none', () => {
    const windows = [range('09:00', '10:30')];
    expect(slots(plain({ windows, exceptions: [range('09:40', '09:50')] }), 30)).toEqual(['09:00', '10:00']);
    expect(slots(plain({ windows, exceptions: ['full day'] }), 30)).toEqual([]);
  });

  test('start in the future: now itself is too early', () => {
    const windows = [range('09:00', '10:00')];
    const nine = at('09:00', 0).start;
    expect(slots(plain({ windows }), 30, nine - 1)).toEqual(['09:00', '09:15', '09:30']);
    expect(slots(plain({ windows }), 30, nine)).toEqual(['09:15', '09:30']);
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
function factsOf(timezone: string, date: string) {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const busy = fc
    .tuple(fc.integer({ min: -840, max: 2160 }), fc.integer({ min: 1, max: 480 }))
    .map(([from, length]) => ({
      start: midnight + from * MINUTE_MS,
      end: midnight + (from + length) * MINUTE_MS,
    }));
  // Includes windows at night, when most clocks change.
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
}
const plan = zoneAndDate.chain(({ timezone, date }) => factsOf(timezone, date));
const duration = fc.oneof(fc.integer({ min: 1, max: 480 }), fc.constantFrom(1, 15, 30, 60, 90, 480));

describe('for any windows, exceptions, bookings, duration, zone and date', () => {
  test('the slots equal those of a reference implementation that checks every minute', () => {
    fc.assert(
      fc.property(plan, duration, ({ now, ...day }, minutes) => {
        const found = availableSlots(scheduleOf(day), day.date, minutes, now);
        expect(found).toEqual(new ReferenceDay(day).slots(minutes, now));
      }),
      { numRuns: 400 },
    );
  });

  test('the violations of any start equal those of the reference implementation, in the same order', () => {
    const start = fc.integer({ min: 0, max: 1439 });
    const times = fc.array(start, { minLength: 10, maxLength: 40 });
    fc.assert(
      fc.property(plan, duration, times, ({ now, ...day }, minutes, all) => {
        const slow = new ReferenceDay(day);
        const expected = all.map((time) => slow.violations(time, minutes, now));
        expect(violations(day, all, minutes, now)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  test('violations come in the order of the rules, and the first is that of the first rule that does not hold', () => {
    const order = ['NO_SUCH_TIME', 'NOT_IN_FUTURE', 'OUTSIDE_AVAILABILITY', 'EXCEPTION', 'TAKEN'];
    fc.assert(
      fc.property(plan, duration, fc.integer({ min: 0, max: 1439 }), ({ now, ...day }, minutes, time) => {
        const [all] = violations(day, [time], minutes, now);
        expect(all).toEqual(order.filter((code) => all!.includes(code)));
        const firsts = RULES_IN_ORDER.map((rule) => {
          const judged = scheduleOf(day).on(day.date);
          return rule(judged.appointment(time, minutes), judged, now)?.code;
        });
        expect(all![0]).toBe(firsts.find((code) => code !== undefined));
      }),
      { numRuns: 400 },
    );
  });

  test('a start on the grid is a slot exactly if it has no violations', () => {
    fc.assert(
      fc.property(plan, duration, ({ now, ...day }, minutes) => {
        const schedule = scheduleOf(day);
        const grid = schedule.on(day.date).windows.flatMap(({ start, end }) => every15(start, end));
        const found = violations(day, grid, minutes, now);
        const open = grid.filter((_, index) => found[index]!.length === 0);
        expect(availableSlots(schedule, day.date, minutes, now)).toEqual(open);
      }),
      { numRuns: 400 },
    );
  });

  test('an appointment without violations lies within its availability', () => {
    fc.assert(
      fc.property(plan, duration, ({ now, ...day }, durationMinutes) => {
        const schedule = scheduleOf(day);
        for (const start of availableSlots(schedule, day.date, durationMinutes, now)) {
          const requested = { date: day.date, time: formatWallTime(start), durationMinutes };
          const { appointment } = evaluate(requested, schedule, now);
          expect(contains(appointment!.availability!, appointment!)).toBe(true);
          expect(schedule.on(day.date).availability).toContain(appointment!.availability);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('in a range of dates around a clock change, each date evaluates as it does by itself', () => {
  const range7 = zoneAndDate.chain(({ timezone, date }) =>
    fc.tuple(...[-3, -2, -1, 0, 1, 2, 3].map((days) => factsOf(timezone, addDays(date, days)))),
  );
  const start = fc.integer({ min: 0, max: 1439 });
  fc.assert(
    fc.property(range7, duration, fc.array(start, { minLength: 5, maxLength: 10 }), (plans, minutes, all) => {
      const { now } = plans[3]!;
      const range = scheduleOf(...plans);
      for (const day of plans) {
        const single = scheduleOf(day);
        expect(availableSlots(range, day.date, minutes, now)).toEqual(
          availableSlots(single, day.date, minutes, now),
        );
        for (const time of all) {
          const requested = { date: day.date, time: formatWallTime(time), durationMinutes: minutes };
          expect(evaluate(requested, range, now)).toEqual(evaluate(requested, single, now));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a date outside the range throws a RangeError', () => {
  expect(() => scheduleOf(plain({})).on('2026-03-03')).toThrow(RangeError);
});

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
      expect(availableSlots(schedule, date, 30, LONG_AGO)).toEqual(grid(540, 1020, 30));
    }
  });

  test('a window across the change offers every wall time that exists, and none that does not', () => {
    for (const date of dates) {
      const exists = new Set(minutesLived(timezone, date).map(({ minutes }) => minutes));
      const expected = grid(0, 1439, 1).filter((minutes) => exists.has(minutes));
      const schedule = open(date, range('00:00', '23:59'));
      expect(availableSlots(schedule, date, 1, LONG_AGO)).toEqual(expected);
    }
  });

  test('a repeated hour means its first occurrence, and all starts are distinct instants in ascending order', () => {
    for (const date of dates) {
      const schedule = open(date, range('00:00', '23:59'));
      const instants = availableSlots(schedule, date, 15, LONG_AGO).map((start) => {
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
      for (const start of availableSlots(schedule, date, 150, LONG_AGO)) {
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

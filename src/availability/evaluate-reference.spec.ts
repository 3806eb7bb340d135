import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReferenceDay } from '../../test/support/reference-day.js';
import { asked, LONG_AGO, range, scheduleOf, violations } from '../../test/support/schedules.js';
import { datesOfChange } from '../../test/support/wall-clock.js';
import { addDays } from '../time/clinic-time.js';
import { contains, type Interval, merge } from '../time/interval.js';
import { formatWallTime } from '../time/wall-time.js';
import { availableSlots, evaluate } from './evaluate.js';
import { RULE_CODES, RULES_IN_ORDER } from './rules/rules-in-order.js';
import type { WallRange } from './schedule-day.js';

const MINUTE_MS = 60_000;

/** The starts on a window's grid. */
function every(step: number, start: number, end: number): number[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, index) => start + index * step);
}

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
/** Anybody who asks, with limits of which each may stand against every start, some, or none. */
function whoFor(busy: fc.Arbitrary<Interval>) {
  const or = <T, N>(none: N, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | N> =>
    fc.oneof({ weight: 2, arbitrary: fc.constant(none) }, arbitrary);
  const buffer = or(0, fc.integer({ min: 0, max: 240 }));
  const limit = or(null, fc.integer({ min: 1, max: 2 }));
  const parameters = fc.record({
    durationMinutes: fc.constant(undefined),
    slotStepMinutes: or(undefined, fc.constantFrom(7, 20, 45, 480)),
    bufferBefore: buffer,
    bufferAfter: buffer,
    minNoticeMinutes: or(null, fc.constantFrom(0, 30, 1440)),
    horizonDays: or(null, fc.constantFrom(1, 2, 30)),
    cancelCutoffMinutes: fc.constant(null),
    maxPerDay: limit,
    maxLiveBookings: limit,
    maxLiveBookingsOfType: limit,
    isOffered: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  });
  const patient = fc.record({
    busy: fc.array(busy, { maxLength: 3 }).map(merge),
    liveBookings: fc.nat(2),
    liveBookingsOfType: fc.nat(2),
  });
  return or(
    {},
    fc.record({
      isForDesk: fc.boolean(),
      parameters,
      patient: or(undefined, patient),
      isOnePlace: fc.boolean(),
    }),
  );
}
function factsOf(timezone: string, date: string) {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const busy = fc
    .tuple(fc.integer({ min: -840, max: 2160 }), fc.integer({ min: 1, max: 480 }))
    .map(([from, length]) => ({
      start: midnight + from * MINUTE_MS,
      end: midnight + (from + length) * MINUTE_MS,
    }));
  const minutes = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 240 }));
  const booking = fc
    .tuple(busy, minutes, minutes)
    .map(([time, bufferBefore, bufferAfter]) => ({ ...time, bufferBefore, bufferAfter }));
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
    busy: fc.array(booking, { maxLength: 4 }),
    bookingsOfType: fc.nat(2),
    isDoctorActive: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
    who: whoFor(busy),
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
      fc.property(plan, duration, ({ now, who, ...day }, minutes) => {
        const found = availableSlots(scheduleOf(day), day.date, minutes, asked(now, who));
        expect(found).toEqual(new ReferenceDay(day).slots(minutes, asked(now, who)));
      }),
      { numRuns: 400 },
    );
  });

  test('the violations of any start equal those of the reference implementation, in the same order', () => {
    const start = fc.integer({ min: 0, max: 1439 });
    const times = fc.array(start, { minLength: 10, maxLength: 40 });
    fc.assert(
      fc.property(plan, duration, times, ({ now, who, ...day }, minutes, all) => {
        const slow = new ReferenceDay(day);
        const expected = all.map((time) => slow.violations(time, minutes, asked(now, who)));
        expect(violations(day, all, minutes, now, who)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  test('violations come in the order of the rules, and the first is that of the first rule that does not hold', () => {
    fc.assert(
      fc.property(
        plan,
        duration,
        fc.integer({ min: 0, max: 1439 }),
        ({ now, who, ...day }, minutes, time) => {
          const [all] = violations(day, [time], minutes, now, who);
          expect(all).toEqual(RULE_CODES.filter((code) => all!.includes(code)));
          const firsts = RULES_IN_ORDER.map((rule) => {
            const evaluated = scheduleOf(day).on(day.date);
            return rule.isViolated(evaluated.appointment(time, minutes), evaluated, asked(now, who));
          });
          expect(all![0]).toBe(RULE_CODES[firsts.indexOf(true)]);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a start on the grid is a slot exactly if it has no violations', () => {
    fc.assert(
      fc.property(plan, duration, ({ now, who, ...day }, minutes) => {
        const schedule = scheduleOf(day);
        const step = asked(now, who).parameters.slotStepMinutes ?? 15;
        const grid = schedule.on(day.date).windows.flatMap(({ start, end }) => every(step, start, end));
        const found = violations(day, grid, minutes, now, who);
        const open = grid.filter((_, index) => found[index]!.length === 0);
        expect(availableSlots(schedule, day.date, minutes, asked(now, who))).toEqual(open);
      }),
      { numRuns: 400 },
    );
  });

  test('an appointment without violations lies within its availability', () => {
    fc.assert(
      fc.property(plan, duration, ({ now, who, ...day }, durationMinutes) => {
        const schedule = scheduleOf(day);
        for (const start of availableSlots(schedule, day.date, durationMinutes, asked(now, who))) {
          const requested = { date: day.date, time: formatWallTime(start), durationMinutes };
          const { appointment } = evaluate(requested, schedule, asked(now, who));
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
      const { now, who } = plans[3]!;
      const asking = asked(now, who);
      const range = scheduleOf(...plans);
      for (const day of plans) {
        const single = scheduleOf(day);
        expect(availableSlots(range, day.date, minutes, asking)).toEqual(
          availableSlots(single, day.date, minutes, asking),
        );
        for (const time of all) {
          const requested = { date: day.date, time: formatWallTime(time), durationMinutes: minutes };
          expect(evaluate(requested, range, asking)).toEqual(evaluate(requested, single, asking));
        }
      }
    }),
    { numRuns: 100 },
  );
});

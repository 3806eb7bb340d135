import { describe, expect, test } from 'vitest';
import { plain, range, scheduleOf, slots, violations } from '../../test/support/schedules.js';
import { parseWallTime } from '../time/wall-time.js';

const MINUTE_MS = 60_000;

/** An appointment on the plain day, which is an hour ahead of UTC. */
function at(time: string, minutes: number): { start: number; end: number } {
  const start = Date.parse(`2026-03-02T${time}:00+01:00`);
  return { start, end: start + minutes * MINUTE_MS };
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

test('a date outside the range throws a RangeError', () => {
  expect(() => scheduleOf(plain({})).on('2026-03-03')).toThrow(RangeError);
});

import { describe, expect, test } from 'vitest';
import { overlap, type WindowTerms } from './window-overlap.js';

const MONDAY = 1;
const WINDOW: WindowTerms = {
  ...{ dayOfWeek: MONDAY, startTime: '09:00', endTime: '12:00' },
  ...{ validFrom: null, validUntil: null, typeIds: null },
};

/** Either way round. */
function overlapping(one: Partial<WindowTerms>, other: Partial<WindowTerms>): boolean {
  const windows = [one, other].map((terms) => ({ ...WINDOW, ...terms })) as [WindowTerms, WindowTerms];
  const [there, back] = [overlap(...windows), overlap(windows[1], windows[0])];
  expect(there).toBe(back);
  return there;
}

describe('windows overlap', () => {
  test('if they share a minute of a weekday', () => {
    expect(overlapping({}, {})).toBe(true);
    expect(overlapping({}, { startTime: '11:59', endTime: '13:00' })).toBe(true);
    expect(overlapping({}, { startTime: '12:00', endTime: '13:00' })).toBe(false);
    expect(overlapping({}, { dayOfWeek: 2 })).toBe(false);
    // Stored times have seconds, new ones do not.
    expect(
      overlapping({ startTime: '09:00:00', endTime: '12:00:00' }, { startTime: '12:00', endTime: '13:00' }),
    ).toBe(false);
  });

  test.each([
    [null, '2026-03-02', '2026-03-02', null, true],
    [null, '2026-03-01', '2026-03-02', null, false],
    [null, '2026-03-08', '2026-03-02', '2026-03-02', true],
    ['2026-01-01', '2026-03-02', '2026-03-02', '2026-12-31', true],
    ['2026-01-01', '2026-03-01', '2026-03-02', '2026-12-31', false],
    // They share dates, none of which is a Monday.
    [null, '2026-03-08', '2026-03-03', null, false],
    [null, '2026-03-09', '2026-03-03', null, true],
    [null, null, '2026-03-03', '2026-03-08', false],
    [null, null, '2026-03-03', null, true],
    [null, null, null, '2026-03-01', true],
  ])(
    'if a Monday is valid in both: %j to %j, and %j to %j: %j',
    (from, until, otherFrom, otherUntil, shared) => {
      const validity = { validFrom: from, validUntil: until };
      expect(overlapping(validity, { validFrom: otherFrom, validUntil: otherUntil })).toBe(shared);
    },
  );

  test.each([
    [null, null, true],
    [null, '1', true],
    ['1,3', '2,3', true],
    ['1,3', '2,4', false],
    ['1', '11', false],
  ])('if one request is served by both: types %j and %j: %j', (typeIds, others, shared) => {
    expect(overlapping({ typeIds }, { typeIds: others })).toBe(shared);
  });
});

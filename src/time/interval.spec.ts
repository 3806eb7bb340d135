import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contains, type Interval, merge, overlaps, overlapsAny } from './interval.js';

const interval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
  .map(([start, length]): Interval => ({ start, end: start + length }));

/** The integers that an interval covers. */
function pointsOf({ start, end }: Interval): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

describe('overlaps', () => {
  test.each([
    { name: 'apart', a: [10, 20], b: [30, 40], expected: false },
    { name: 'touching', a: [10, 20], b: [20, 30], expected: false },
    { name: 'sharing one unit', a: [10, 20], b: [19, 30], expected: true },
    { name: 'one inside the other', a: [10, 40], b: [20, 30], expected: true },
    { name: 'the same', a: [10, 20], b: [10, 20], expected: true },
  ])('$name: $expected, in either order', ({ a, b, expected }) => {
    const [one, other] = [a, b].map(([start, end]) => ({ start: start!, end: end! }));
    expect(overlaps(one!, other!)).toBe(expected);
    expect(overlaps(other!, one!)).toBe(expected);
  });

  test('two intervals overlap exactly when they have a point in common', () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        const common = pointsOf(a).filter((point) => pointsOf(b).includes(point));
        expect(overlaps(a, b)).toBe(common.length > 0);
      }),
    );
  });
});

test('overlapsAny is true exactly when the interval overlaps one of the others', () => {
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 6 }), interval, (several, one) => {
      const inOrder = merge(several);
      expect(overlapsAny(inOrder, one)).toBe(several.some((other) => overlaps(other, one)));
    }),
  );
});

test('one interval contains another exactly when it has all of its points', () => {
  fc.assert(
    fc.property(interval, interval, (outer, inner) => {
      expect(contains(outer, inner)).toBe(pointsOf(inner).every((point) => pointsOf(outer).includes(point)));
    }),
  );
  expect(contains({ start: 10, end: 20 }, { start: 10, end: 20 })).toBe(true);
  expect(contains({ start: 10, end: 20 }, { start: 10, end: 21 })).toBe(false);
});

describe('merge', () => {
  test('intervals that touch become one', () => {
    expect(
      merge([
        { start: 20, end: 30 },
        { start: 10, end: 20 },
      ]),
    ).toEqual([{ start: 10, end: 30 }]);
  });

  test('a short interval within a long one does not cut it short', () => {
    expect(
      merge([
        { start: 10, end: 50 },
        { start: 20, end: 30 },
        { start: 50, end: 60 },
      ]),
    ).toEqual([{ start: 10, end: 60 }]);
  });

  test('the same points stay covered, by ascending intervals with a gap between each two', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 12 }), (intervals) => {
        const given = structuredClone(intervals);
        const merged = merge(intervals);
        expect(intervals).toEqual(given);
        expect(merged.flatMap(pointsOf)).toEqual(
          [...new Set(intervals.flatMap(pointsOf))].sort((a, b) => a - b),
        );
        merged.slice(1).forEach((next, index) => expect(next.start).toBeGreaterThan(merged[index]!.end));
      }),
    );
  });
});

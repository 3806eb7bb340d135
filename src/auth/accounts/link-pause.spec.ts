import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lifetimeMs, type MailedLink, pauseAfterNext, pauseBeforeNext } from './link-pause.js';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-01T10:00:00Z');

/** Newest first. */
const links = (...minutesAgo: number[]): MailedLink[] =>
  minutesAgo.map((minutes) => ({
    createdAt: NOW - minutes * MINUTE,
    isUsed: false,
    validUntil: NOW + 7 * 1440 * MINUTE,
  }));
const minutesAfter = (mailed: readonly MailedLink[], isRefused = false): number =>
  pauseBeforeNext(mailed, isRefused, NOW) / MINUTE;

test('the first link is mailed at once', () => {
  expect(minutesAfter([])).toBe(0);
});

test.each([
  [1, 2],
  [2, 10],
  [3, 60],
  [4, 1440],
  [5, 1440],
])('after %i unused links the pause is %i minutes', (count, minutes) => {
  const mailed = Array.from({ length: count }, (_, index) => index);
  expect(minutesAfter(links(...mailed))).toBe(minutes);
  expect(minutesAfter(links(...mailed.map((ago) => ago + minutes)))).toBe(0);
  expect(minutesAfter(links(...mailed.map((ago) => ago + minutes - 1)))).toBe(1);
});

test('a used link makes the pauses short again', () => {
  const [used, ...older] = links(30, 40, 50, 60);
  expect(minutesAfter([...links(1), { ...used!, isUsed: true }, ...older])).toBe(1);
  expect(minutesAfter([{ ...used!, isUsed: true }, ...older])).toBe(0);
});

test('an address whose owner refuses emails gets the second link a week after the first', () => {
  expect(minutesAfter([], true)).toBe(0);
  expect(minutesAfter(links(0), true)).toBe(7 * 1440);
});

test.each([
  ['ended early', 0, 60],
  ['was valid for an hour', 60, 60],
  ['was valid for two', 120, 120],
])('if the last of many links %s, the pause is capped at that, or at an hour', (_, validFor, minutes) => {
  const [newest, ...older] = links(0, 1, 2, 3);
  const validUntil = newest!.createdAt + validFor * MINUTE;
  for (const isRefused of [false, true])
    expect(minutesAfter([{ ...newest!, validUntil }, ...older], isRefused)).toBe(minutes);
});

test('nobody waits longer than the last code is valid, or than an hour', () => {
  const link = fc.record({
    age: fc.integer({ min: 0, max: 7 * 1440 }),
    isUsed: fc.boolean(),
    validFor: fc.integer({ min: -10, max: 7 * 1440 }),
  });
  fc.assert(
    fc.property(fc.array(link, { maxLength: 4 }), fc.boolean(), (drawn, isRefused) => {
      const mailed = drawn
        .sort((a, b) => a.age - b.age)
        .map(({ age, isUsed, validFor }) => {
          const createdAt = NOW - age * MINUTE;
          return { createdAt, isUsed, validUntil: createdAt + validFor * MINUTE };
        });
      const before = pauseBeforeNext(mailed, isRefused, NOW);
      const [newest] = mailed;
      const end = newest ? Math.max(newest.validUntil, newest.createdAt + 60 * MINUTE) : NOW;
      expect(NOW + before).toBeLessThanOrEqual(Math.max(end, NOW));
      // The pause that the next link announces is the one that applies then.
      const after = pauseAfterNext(mailed, isRefused);
      const next = { createdAt: NOW, isUsed: false, validUntil: NOW + after };
      expect(pauseBeforeNext([next, ...mailed].slice(0, 4), isRefused, NOW)).toBe(after);
    }),
  );
});

test.each([
  ['password_reset', true, 2, 60],
  ['password_reset', true, 1440, 1440],
  ['password_reset', false, 2, 1440],
  ['password_reset', false, 7 * 1440, 7 * 1440],
  ['verify_address', false, 2, 1440],
  ['change_address', false, 7 * 1440, 7 * 1440],
  ['invitation', false, 2, 7 * 1440],
] as const)(
  'the code of %s, confirmed: %s, with a pause of %i minutes is valid for %i minutes',
  (kind, isConfirmed, pause, life) => {
    expect(lifetimeMs(kind, isConfirmed, pause * MINUTE) / MINUTE).toBe(life);
  },
);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goodForMs, type MailedLink, pauseAfterNext, pauseBeforeNext } from './link-pause.js';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-01T10:00:00Z');

/** The latest first. */
const links = (...minutesAgo: number[]): MailedLink[] =>
  minutesAgo.map((minutes) => ({
    createdAt: NOW - minutes * MINUTE,
    isUsed: false,
    goodUntil: NOW + 7 * 1440 * MINUTE,
  }));
const minutesAfter = (mailed: readonly MailedLink[], isRefused = false): number =>
  pauseBeforeNext(mailed, isRefused, NOW) / MINUTE;

test('the first is mailed at once', () => {
  expect(minutesAfter([])).toBe(0);
});

test.each([
  [1, 2],
  [2, 10],
  [3, 60],
  [4, 1440],
  [5, 1440],
])('after %i that nobody used the pause is %i minutes', (count, minutes) => {
  const mailed = Array.from({ length: count }, (_, index) => index);
  expect(minutesAfter(links(...mailed))).toBe(minutes);
  expect(minutesAfter(links(...mailed.map((ago) => ago + minutes)))).toBe(0);
  expect(minutesAfter(links(...mailed.map((ago) => ago + minutes - 1)))).toBe(1);
});

test('one that was used makes the pauses short again', () => {
  const [used, ...older] = links(30, 40, 50, 60);
  expect(minutesAfter([...links(1), { ...used!, isUsed: true }, ...older])).toBe(1);
  expect(minutesAfter([{ ...used!, isUsed: true }, ...older])).toBe(0);
});

test('to an address whose owner wants no mails the second comes a week after the first', () => {
  expect(minutesAfter([], true)).toBe(0);
  expect(minutesAfter(links(0), true)).toBe(7 * 1440);
});

test.each([
  ['ended before its time', 0, 60],
  ['was good for an hour', 60, 60],
  ['was good for two', 120, 120],
])('where the last of many %s, the pause is no longer', (_, goodFor, minutes) => {
  const [newest, ...older] = links(0, 1, 2, 3);
  const goodUntil = newest!.createdAt + goodFor * MINUTE;
  for (const isRefused of [false, true])
    expect(minutesAfter([{ ...newest!, goodUntil }, ...older], isRefused)).toBe(minutes);
});

test('nobody waits without a good code for more than an hour after it ended, whatever went before', () => {
  const link = fc.record({
    age: fc.integer({ min: 0, max: 7 * 1440 }),
    isUsed: fc.boolean(),
    goodFor: fc.integer({ min: -10, max: 7 * 1440 }),
  });
  fc.assert(
    fc.property(fc.array(link, { maxLength: 4 }), fc.boolean(), (drawn, isRefused) => {
      const mailed = drawn
        .sort((a, b) => a.age - b.age)
        .map(({ age, isUsed, goodFor }) => {
          const createdAt = NOW - age * MINUTE;
          return { createdAt, isUsed, goodUntil: createdAt + goodFor * MINUTE };
        });
      const before = pauseBeforeNext(mailed, isRefused, NOW);
      const [newest] = mailed;
      const end = newest ? Math.max(newest.goodUntil, newest.createdAt + 60 * MINUTE) : NOW;
      expect(NOW + before).toBeLessThanOrEqual(Math.max(end, NOW));
      // What the next one starts is what is asked for then.
      const after = pauseAfterNext(mailed, isRefused);
      const next = { createdAt: NOW, isUsed: false, goodUntil: NOW + after };
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
  'the code of %s, confirmed: %s, with a pause of %i minutes is good for %i',
  (kind, isConfirmed, pause, life) => {
    expect(goodForMs(kind, isConfirmed, pause * MINUTE) / MINUTE).toBe(life);
  },
);

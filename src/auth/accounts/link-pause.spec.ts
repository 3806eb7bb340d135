import { expect, test } from 'vitest';
import { type MailedLink, pauseBeforeNext } from './link-pause.js';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-01T10:00:00Z');

/** The latest first. */
const links = (...minutesAgo: number[]): MailedLink[] =>
  minutesAgo.map((minutes) => ({ createdAt: NOW - minutes * MINUTE, isUsed: false }));
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

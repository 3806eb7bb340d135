import { describe, expect, test } from 'vitest';
import { BOOKING_STATUSES, type BookingStatus } from './booking.js';
import { isStepBack, possibleStatuses } from './status.rules.js';

const START = Date.parse('2026-03-02T09:00:00Z');
const DATE = '2026-03-02';
const [BEFORE, AFTER] = [START - 1, START + 1];

describe('the statuses that can follow', () => {
  test.each<[BookingStatus, string, number, BookingStatus[]]>([
    ['booked', 'that day, before the start', BEFORE, ['arrived', 'fulfilled']],
    ['booked', 'that day, after the start', AFTER, ['arrived', 'fulfilled', 'noshow']],
    ['booked', 'another day', AFTER, ['fulfilled', 'noshow']],
    ['arrived', 'that day, after the start', AFTER, ['fulfilled', 'booked']],
    ['arrived', 'another day', AFTER, ['fulfilled']],
    ['noshow', 'that day, after the start', AFTER, ['arrived', 'booked']],
    ['noshow', 'another day', AFTER, []],
    ['fulfilled', 'that day, after the start', AFTER, ['arrived']],
    ['fulfilled', 'another day', AFTER, []],
    ['cancelled', 'that day, after the start', AFTER, []],
  ])('%s, %s', (status, when, now, expected) => {
    const today = when === 'another day' ? '2026-03-03' : DATE;
    expect(possibleStatuses({ status, date: DATE, startsAt: START }, today, now)).toEqual(expected);
  });

  test('cancelled is never among them', () => {
    for (const status of BOOKING_STATUSES)
      expect(possibleStatuses({ status, date: DATE, startsAt: START }, DATE, AFTER)).not.toContain(
        'cancelled',
      );
  });
});

test('only steps from booked, and from arrived to fulfilled, go forward', () => {
  const forward = BOOKING_STATUSES.flatMap((from) =>
    possibleStatuses({ status: from, date: DATE, startsAt: START }, DATE, AFTER)
      .filter((to) => !isStepBack(from, to))
      .map((to) => `${from} ${to}`),
  );
  expect(forward).toEqual(['booked arrived', 'booked fulfilled', 'booked noshow', 'arrived fulfilled']);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backoffMs,
  type BookingNotificationFacts,
  isPermanent,
  MOST_ATTEMPTS,
  skipReason,
  unreachableReason,
} from './delivery.rules.js';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-03-02T09:00:00Z');

function reminder(facts: Partial<BookingNotificationFacts>): BookingNotificationFacts {
  return {
    kind: 'reminder_1h',
    bookingVersion: 1,
    startsAt: START,
    currentVersion: 1,
    status: 'booked',
    ...facts,
  };
}

describe('a reminder', () => {
  test.each<{
    name: string;
    facts: Partial<BookingNotificationFacts>;
    minutesBefore: number;
    why: RegExp | undefined;
  }>([
    { name: 'of an upcoming booking is sent', facts: {}, minutesBefore: 60, why: undefined },
    { name: 'is sent up to the last minute', facts: {}, minutesBefore: 1, why: undefined },
    { name: 'is not sent at the start', facts: {}, minutesBefore: 0, why: /begun/ },
    { name: 'is not sent after the start', facts: {}, minutesBefore: -1, why: /begun/ },
    {
      name: 'is not sent after a cancellation',
      facts: { status: 'cancelled', currentVersion: 2 },
      minutesBefore: 60,
      why: /cancelled/,
    },
    {
      name: 'is not sent after a reschedule',
      facts: { currentVersion: 2 },
      minutesBefore: 60,
      why: /moved/,
    },
    {
      name: '24 hours before may be late',
      facts: { kind: 'reminder_24h' },
      minutesBefore: 61,
      why: undefined,
    },
    {
      name: '24 hours before gives way to the one an hour before',
      facts: { kind: 'reminder_24h' },
      minutesBefore: 60,
      why: /next reminder/,
    },
  ])('$name', ({ facts, minutesBefore, why }) => {
    const reason = skipReason(reminder(facts), START - minutesBefore * MINUTE_MS);
    if (why) expect(reason).toMatch(why);
    else expect(reason).toBeUndefined();
  });
});

test('news is always sent, whatever has happened to the booking since', () => {
  const news = fc.record({
    kind: fc.constantFrom<BookingNotificationFacts['kind']>('booked', 'moved', 'cancelled'),
    bookingVersion: fc.integer({ min: 1, max: 5 }),
    startsAt: fc.constant(START),
    currentVersion: fc.integer({ min: 1, max: 5 }),
    status: fc.constantFrom<BookingNotificationFacts['status']>('booked', 'cancelled'),
  });
  fc.assert(
    fc.property(news, fc.integer({ min: -5000, max: 5000 }), (facts, minutes) => {
      expect(skipReason(facts, START + minutes * MINUTE_MS)).toBeUndefined();
    }),
  );
});

describe('the backoff after failed attempts', () => {
  test.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [7, 320],
    [8, 600],
    [50, 600],
    [5000, 600],
  ])('after %i is at most %i seconds, and at least three quarters of it', (attempts, seconds) => {
    expect(backoffMs(attempts, 1)).toBe(seconds * 1000);
    expect(backoffMs(attempts, 0)).toBe(seconds * 750);
  });

  test('never shrinks with more attempts at the same jitter, and stays within its bounds', () => {
    const jitter = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MOST_ATTEMPTS }), jitter, (attempts, random) => {
        expect(backoffMs(attempts, random)).toBeGreaterThanOrEqual(backoffMs(attempts, 0));
        expect(backoffMs(attempts, random)).toBeLessThanOrEqual(backoffMs(attempts, 1));
        expect(backoffMs(attempts + 1, random)).toBeGreaterThanOrEqual(backoffMs(attempts, random));
      }),
    );
  });

  test('of all attempts together outlasts a weekend without a mail server, and ends within a week', () => {
    const sum = (random: number): number =>
      Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => backoffMs(index + 1, random)).reduce(
        (a, b) => a + b,
      );
    const days = (ms: number): number => ms / (24 * 60 * MINUTE_MS);
    expect(days(sum(0))).toBeGreaterThan(2);
    expect(days(sum(1))).toBeLessThan(7);
  });
});

describe('a failure is permanent', () => {
  test.each([
    { responseCode: 550, command: 'RCPT TO', permanent: true },
    { responseCode: 554, command: 'DATA', permanent: true },
    { responseCode: 450, command: 'RCPT TO', permanent: false },
    { responseCode: 451, command: 'DATA', permanent: false },
    { responseCode: 535, command: 'AUTH PLAIN', permanent: false },
    { responseCode: 550, command: 'MAIL FROM', permanent: false },
    { responseCode: 554, command: 'CONN', permanent: false },
    { responseCode: 500, command: 'EHLO', permanent: false },
    { command: 'CONN', permanent: false },
    { permanent: false },
  ])('$responseCode after $command: $permanent', ({ permanent, ...failure }) => {
    expect(isPermanent(failure)).toBe(permanent);
  });
});

test.each([
  { contactBy: 'email', email: 'a@b.example', reason: undefined },
  { contactBy: 'email', email: null, reason: 'the patient has no address for emails' },
  { contactBy: 'none', email: 'a@b.example', reason: 'the patient wants no emails' },
  { contactBy: 'none', email: null, reason: 'the patient wants no emails' },
] as const)(
  'a patient with contact_by $contactBy and the address $email: $reason',
  ({ reason, ...patient }) => {
    expect(unreachableReason(patient)).toBe(reason);
  },
);

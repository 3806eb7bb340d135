import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOTIFICATION_KINDS, type NotificationKind } from '../outbox/notification-kind.js';
import {
  isBudgetSpent,
  isPermanent,
  type MailsOfDay,
  MOST_ATTEMPTS,
  pauseAfter,
  type Told,
  skipReason,
} from './delivery.rules.js';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-03-02T09:00:00Z');

function told(notification: Partial<Told>): Told {
  return {
    kind: 'reminder_1h',
    bookingVersion: 1,
    startsAt: START,
    currentVersion: 1,
    status: 'booked',
    ...notification,
  };
}

describe('a reminder', () => {
  test.each<{ name: string; notification: Partial<Told>; minutesBefore: number; why: RegExp | undefined }>([
    { name: 'of a booking to come is sent', notification: {}, minutesBefore: 60, why: undefined },
    { name: 'is sent up to the last minute', notification: {}, minutesBefore: 1, why: undefined },
    { name: 'is not sent at the start', notification: {}, minutesBefore: 0, why: /begun/ },
    { name: 'is not sent after the start', notification: {}, minutesBefore: -1, why: /begun/ },
    {
      name: 'is not sent after a cancellation',
      notification: { status: 'cancelled', currentVersion: 2 },
      minutesBefore: 60,
      why: /cancelled/,
    },
    {
      name: 'is not sent for a time that was moved',
      notification: { currentVersion: 2 },
      minutesBefore: 60,
      why: /moved/,
    },
    {
      name: 'of 24 hours is sent late',
      notification: { kind: 'reminder_24h' },
      minutesBefore: 61,
      why: undefined,
    },
    {
      name: 'of 24 hours gives way to that of the last hour',
      notification: { kind: 'reminder_24h' },
      minutesBefore: 60,
      why: /last hour/,
    },
  ])('$name', ({ notification, minutesBefore, why }) => {
    const reason = skipReason(told(notification), START - minutesBefore * MINUTE_MS);
    if (why) expect(reason).toMatch(why);
    else expect(reason).toBeUndefined();
  });
});

test('news of what happened is always sent, whatever has become of the booking since', () => {
  const news = fc.record({
    kind: fc.constantFrom<Told['kind']>('booked', 'moved', 'cancelled'),
    bookingVersion: fc.integer({ min: 1, max: 5 }),
    startsAt: fc.constant(START),
    currentVersion: fc.integer({ min: 1, max: 5 }),
    status: fc.constantFrom<Told['status']>('booked', 'cancelled'),
  });
  fc.assert(
    fc.property(news, fc.integer({ min: -5000, max: 5000 }), (notification, minutes) => {
      expect(skipReason(notification, START + minutes * MINUTE_MS)).toBeUndefined();
    }),
  );
});

describe('the pause after failed attempts', () => {
  test.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [7, 320],
    [8, 600],
    [50, 600],
    [5000, 600],
  ])('after %i is at most %i seconds, and at least three quarters of it', (attempts, seconds) => {
    expect(pauseAfter(attempts, 1)).toBe(seconds * 1000);
    expect(pauseAfter(attempts, 0)).toBe(seconds * 750);
  });

  test('never shrinks for want of luck alone, nor leaves its bounds', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MOST_ATTEMPTS }), random, (attempts, luck) => {
        expect(pauseAfter(attempts, luck)).toBeGreaterThanOrEqual(pauseAfter(attempts, 0));
        expect(pauseAfter(attempts, luck)).toBeLessThanOrEqual(pauseAfter(attempts, 1));
        expect(pauseAfter(attempts + 1, luck)).toBeGreaterThanOrEqual(pauseAfter(attempts, luck));
      }),
    );
  });

  test('all of them together outlast a weekend without a mail server, and end within a week', () => {
    const sum = (luck: number): number =>
      Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => pauseAfter(index + 1, luck)).reduce(
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

describe('the mails of a day', () => {
  const kinds = fc.constantFrom<NotificationKind>(...NOTIFICATION_KINDS);
  const budgets = fc.integer({ min: 4, max: 40 });

  /** What of a flood is sent to one address. */
  function sent(flood: readonly NotificationKind[], perDay: number, isConfirmed: boolean): MailsOfDay {
    const had: Partial<Record<NotificationKind, number>> = {};
    for (const kind of flood)
      if (!isBudgetSpent(kind, had, { perDay, isConfirmed })) had[kind] = (had[kind] ?? 0) + 1;
    return had;
  }
  const sum = (had: MailsOfDay): number => Object.values(had).reduce((a, b) => a + b, 0);

  test.each<[string, NotificationKind, MailsOfDay, boolean, boolean]>([
    ['news after nineteen mails', 'booked', { booked: 12, reminder_1h: 7 }, true, false],
    ['news after twenty mails', 'moved', { booked: 12, reminder_1h: 8 }, true, true],
    ['a cancellation after a flood of news', 'cancelled', { booked: 20 }, true, false],
    ['a cancellation after twice the budget', 'cancelled', { booked: 20, cancelled: 20 }, true, true],
    [
      'a notice after a flood of cancellations',
      'password_changed',
      { booked: 20, cancelled: 20 },
      true,
      false,
    ],
    [
      'a code after floods of all',
      'password_reset',
      { booked: 20, cancelled: 20, new_admin: 20 },
      true,
      false,
    ],
    ['a sixth code', 'password_reset', { password_reset: 5 }, true, true],
    ['a code after five others', 'password_reset', { change_address: 4, verify_address: 1 }, true, false],
    ['news after five codes', 'booked', { password_reset: 5, booked: 14 }, true, false],
    ['unconfirmed: a fourth mail', 'booked', { booked: 3 }, false, false],
    ['unconfirmed: a fifth, while no reset was mailed', 'booked', { booked: 4 }, false, true],
    ['unconfirmed: a fifth, after a reset', 'booked', { booked: 3, password_reset: 1 }, false, false],
    ['unconfirmed: a fifth, which is a reset', 'password_reset', { booked: 4 }, false, false],
    ['unconfirmed: a fifth, which is an invitation', 'invitation', { booked: 4 }, false, false],
    [
      'unconfirmed: a second news after a flood of codes',
      'booked',
      { verify_address: 4, password_reset: 1, moved: 1 },
      false,
      false,
    ],
    [
      'unconfirmed: a third news after one',
      'booked',
      { verify_address: 4, password_reset: 1, moved: 2 },
      false,
      true,
    ],
    ['unconfirmed: a sixth', 'password_reset', { booked: 4, password_reset: 1 }, false, true],
    ['unconfirmed: a second notice', 'password_changed', { booked: 5, new_admin: 1 }, false, false],
    ['unconfirmed: a third notice', 'password_changed', { booked: 3, new_admin: 2 }, false, true],
  ])('%s', (_, kind, had, isConfirmed, isSpent) => {
    expect(isBudgetSpent(kind, had, { perDay: 20, isConfirmed })).toBe(isSpent);
  });

  test('unconfirmed, with the smallest budget: a second mail is kept for a reset', () => {
    const budget = { perDay: 4, isConfirmed: false };
    expect(isBudgetSpent('verify_address', { change_address: 1 }, budget)).toBe(true);
    expect(isBudgetSpent('password_reset', { change_address: 1 }, budget)).toBe(false);
    expect(isBudgetSpent('change_address', { password_reset: 1, booked: 1 }, budget)).toBe(true);
  });

  test('an unconfirmed address gets a quarter of the budget, two at least, and four more, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 60 }), budgets, (flood, perDay) => {
        expect(sum(sent(flood, perDay, false))).toBeLessThanOrEqual(Math.max(2, Math.floor(perDay / 4)) + 4);
      }),
    );
  });

  test('an unconfirmed address that has had a code that takes it over, or can have one', () => {
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 60 }), budgets, (flood, perDay) => {
        const had = sent(flood, perDay, false);
        const isSpent = isBudgetSpent('password_reset', had, { perDay, isConfirmed: false });
        const { password_reset = 0, invitation = 0 } = had;
        expect(!isSpent || password_reset + invitation > 0).toBe(true);
      }),
    );
  });

  test('to a confirmed address codes keep back no more than a quarter, and news keep back nothing else', () => {
    const NEWS = ['booked', 'moved'] as const;
    const codes = fc.constantFrom<NotificationKind>('password_reset', 'verify_address', 'change_address');
    const news = fc.constantFrom<NotificationKind>(...NEWS);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(codes, news), { maxLength: 80 }),
        kinds,
        budgets,
        (flood, kind, perDay) => {
          const had = sent(flood, perDay, true);
          const { booked = 0, moved = 0 } = had;
          const isNews = (NEWS as readonly string[]).includes(kind);
          const isCode = ['password_reset', 'verify_address', 'invitation', 'change_address'].includes(kind);
          const isSpent = isBudgetSpent(kind, had, { perDay, isConfirmed: true });
          if (isNews) expect(!isSpent || booked + moved >= perDay - Math.floor(perDay / 4)).toBe(true);
          else if (!isCode) expect(isSpent).toBe(false);
          else expect(!isSpent || (had[kind] ?? 0) >= 5).toBe(true);
        },
      ),
    );
  });
});

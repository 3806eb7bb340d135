import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cancellationNotification, notificationsForNewTime } from './booking.notifications.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Date.parse('2026-03-01T10:00:00Z');

function starting(minutesFromNow: number): {
  id: number;
  accountId: number;
  doctorId: number;
  version: number;
  startsAt: number;
  durationMinutes: number;
} {
  return {
    id: 7,
    accountId: 5,
    doctorId: 2,
    version: 3,
    startsAt: NOW + minutesFromNow * MINUTE_MS,
    durationMinutes: 45,
  };
}

describe('a booking made after the moment of a reminder does not get that reminder', () => {
  test.each([
    { minutes: 25 * 60, kinds: ['booked', 'reminder_24h', 'reminder_1h'] },
    { minutes: 24 * 60 + 1, kinds: ['booked', 'reminder_24h', 'reminder_1h'] },
    { minutes: 24 * 60, kinds: ['booked', 'reminder_1h'] },
    { minutes: 61, kinds: ['booked', 'reminder_1h'] },
    { minutes: 60, kinds: ['booked'] },
    { minutes: 1, kinds: ['booked'] },
  ])('$minutes minutes before: $kinds', ({ minutes, kinds }) => {
    expect(notificationsForNewTime('booked', starting(minutes), NOW).map(({ kind }) => kind)).toEqual(kinds);
  });
});

test('the confirmation is due now, the reminders 24 hours and 1 hour before the start', () => {
  const booking = starting(3 * 24 * 60);
  const due = notificationsForNewTime('moved', booking, NOW).map(({ kind, dueAt }) => [kind, dueAt]);
  expect(due).toEqual([
    ['moved', NOW],
    ['reminder_24h', booking.startsAt - 24 * HOUR_MS],
    ['reminder_1h', booking.startsAt - HOUR_MS],
  ]);
});

test('every notification names the account, the booking, its version, doctor, start and length, and no kind comes twice', () => {
  const minutes = fc.integer({ min: 1, max: 60 * 24 * 400 });
  fc.assert(
    fc.property(minutes, fc.constantFrom('booked', 'moved'), (ahead, confirmation) => {
      const booking = starting(ahead);
      const notifications = notificationsForNewTime(confirmation, booking, NOW);
      expect(new Set(notifications.map(({ kind }) => kind)).size).toBe(notifications.length);
      for (const notification of notifications) {
        expect(notification).toMatchObject({
          accountId: 5,
          doctorId: 2,
          bookingId: 7,
          bookingVersion: 3,
          startsAt: booking.startsAt,
          durationMinutes: 45,
        });
        expect(notification.dueAt).toBeGreaterThanOrEqual(NOW);
        expect(notification.dueAt).toBeLessThan(booking.startsAt);
      }
    }),
  );
});

test('an act without email leaves a row that is never sent; reminders follow all the same', () => {
  const unwanted = notificationsForNewTime('booked', starting(25 * 60), NOW, { isNotifying: false });
  expect(unwanted.map(({ kind, skipped }) => [kind, skipped])).toEqual([
    ['booked', 'the clinic wanted no email about this'],
    ['reminder_24h', undefined],
    ['reminder_1h', undefined],
  ]);
  expect(cancellationNotification(starting(60), NOW, false).skipped).toBeDefined();
});

test('a cancellation is one notification, due now', () => {
  expect(cancellationNotification(starting(60), NOW, true)).toEqual({
    accountId: 5,
    bookingId: 7,
    bookingVersion: 3,
    kind: 'cancelled',
    doctorId: 2,
    startsAt: NOW + HOUR_MS,
    durationMinutes: 45,
    dueAt: NOW,
  });
});

import { describe, expect, test } from 'vitest';
import { asked } from '../../test/support/schedules.js';
import type { WallRange } from '../availability/schedule-day.js';
import { Schedule } from '../availability/schedule.js';
import { Refusal } from '../errors/domain-error.js';
import { parseWallTime } from '../time/wall-time.js';
import {
  assertBookable,
  assertNotStarted,
  bookingNotFound,
  takenRefusal,
  unknownDoctor,
} from './booking.refusals.js';

const EARLIER = Date.parse('2026-03-01T00:00:00Z');

function range(start: string, end: string): WallRange {
  return { start: parseWallTime(start), end: parseWallTime(end) };
}

/** A window from 01:00 to 17:00 in Madrid, an exception from 12:00 to 13:00, a booking from 10:00 to 10:30 UTC. */
function scheduleOf(date: string, isDoctorActive = true): Schedule {
  return new Schedule('Europe/Madrid', () => ({
    windows: [range('01:00', '17:00')],
    exceptions: [range('12:00', '13:00')],
    busy: [{ start: Date.parse(`${date}T10:00:00Z`), end: Date.parse(`${date}T10:30:00Z`) }],
    isDoctorActive,
  }));
}

/** The refusal that `act` throws. */
function refusal(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a time may be booked', () => {
  test('if it violates no rule; the answer is its real time, the availability around it, and the time zone', () => {
    const requested = { date: '2026-03-02', time: '09:07', durationMinutes: 53 };
    expect(assertBookable(scheduleOf('2026-03-02'), requested, asked(EARLIER))).toEqual({
      appointment: { start: Date.parse('2026-03-02T08:07:00Z'), end: Date.parse('2026-03-02T09:00:00Z') },
      availability: { start: Date.parse('2026-03-02T00:00:00Z'), end: Date.parse('2026-03-02T16:00:00Z') },
      timezone: 'Europe/Madrid',
      now: EARLIER,
      isOverbooked: false,
      override: undefined,
    });
  });

  test.each([
    { code: 'NO_SUCH_TIME', date: '2026-03-29', time: '02:30', says: '02:30 does not exist on 2026-03-29' },
    {
      code: 'NOT_IN_FUTURE',
      date: '2026-02-27',
      time: '09:00',
      says: '2026-02-27 09:00 is not in the future',
    },
    {
      code: 'OUTSIDE_AVAILABILITY',
      date: '2026-03-02',
      time: '16:45',
      says: '30 minutes from 16:45 on 2026-03-02',
    },
    {
      code: 'EXCEPTION',
      date: '2026-03-02',
      time: '11:31',
      says: 'away during the 30 minutes from 11:31 on 2026-03-02',
    },
    { code: 'TAKEN', date: '2026-03-02', time: '11:29', says: '11:29 on 2026-03-02 is already taken' },
  ])('otherwise the refusal has the code $code and names the time', ({ code, date, time, says }) => {
    const refused = refusal(() =>
      assertBookable(scheduleOf(date), { date, time, durationMinutes: 30 }, asked(EARLIER)),
    );
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(says);
  });
});

test('a booking has started at its very start, and not a moment before', () => {
  const startsAt = Date.parse('2026-03-02T09:00:00Z');
  expect(() => assertNotStarted({ startsAt }, startsAt - 1)).not.toThrow();
  expect(refusal(() => assertNotStarted({ startsAt }, startsAt)).code).toBe('BOOKING_STARTED');
  expect(refusal(() => assertNotStarted({ startsAt }, startsAt + 1)).code).toBe('BOOKING_STARTED');
});

describe('an override', () => {
  const requested = { date: '2026-03-02', time: '16:45', durationMinutes: 30 };
  const during = (rules: string[]) => ({ ...asked(EARLIER), override: { rules, reason: 'as agreed' } });

  test('lets a time be booked if it names every rule that stands against it; others are ignored', () => {
    const bookable = assertBookable(
      scheduleOf(requested.date),
      requested,
      during(['OUTSIDE_AVAILABILITY', 'TAKEN', 'BUFFER']),
    );
    expect(bookable).toMatchObject({
      availability: undefined,
      isOverbooked: false,
      override: { rules: ['OUTSIDE_AVAILABILITY'], reason: 'as agreed' },
    });
  });

  test('of TAKEN makes the booking an overbooked one', () => {
    const taken = { ...requested, time: '11:00' };
    expect(assertBookable(scheduleOf(taken.date), taken, during(['TAKEN'])).isOverbooked).toBe(true);
  });

  test('that does not name a rule leaves it standing, and the refusal names all of them', () => {
    const both = { ...requested, time: '11:15', durationMinutes: 60 };
    const refused = refusal(() => assertBookable(scheduleOf(both.date), both, during(['TAKEN'])));
    expect(refused.code).toBe('EXCEPTION');
    expect(refused.details).toEqual({
      violations: [
        { rule: 'EXCEPTION', message: expect.any(String) as string, overridable: true },
        { rule: 'TAKEN', message: expect.any(String) as string, overridable: true },
      ],
    });
  });

  test.each(['NOT_IN_FUTURE', 'NO_SUCH_TIME', 'DOCTOR_INACTIVE'])('of %s changes nothing', (code) => {
    const date = code === 'NO_SUCH_TIME' ? '2026-03-29' : '2026-02-27';
    const time = code === 'NO_SUCH_TIME' ? '02:30' : '09:00';
    const schedule = scheduleOf(date, code !== 'DOCTOR_INACTIVE');
    expect(refusal(() => assertBookable(schedule, { ...requested, date, time }, during([code]))).code).toBe(
      code,
    );
  });
});

test('the desk may book a time until an hour after it began', () => {
  const requested = { date: '2026-03-02', time: '09:00', durationMinutes: 30 };
  const bookAt = (now: string, isForDesk: boolean) => () =>
    assertBookable(scheduleOf('2026-03-02'), requested, asked(Date.parse(now), { isForDesk }));
  expect(bookAt('2026-03-02T08:59:59Z', true)).not.toThrow();
  expect(refusal(bookAt('2026-03-02T09:00:00Z', true)).code).toBe('NOT_IN_FUTURE');
  expect(refusal(bookAt('2026-03-02T08:00:00Z', false)).code).toBe('NOT_IN_FUTURE');
});

test('the refusal of the unique key equals that of the rule, word for word', () => {
  const requested = { date: '2026-03-02', time: '11:00', durationMinutes: 30 };
  const byRule = refusal(() => assertBookable(scheduleOf('2026-03-02'), requested, asked(EARLIER)));
  expect([takenRefusal(requested).code, takenRefusal(requested).message]).toEqual([
    byRule.code,
    byRule.message,
  ]);
});

test('every refusal has a stable code and a sentence, and an unknown doctor names the field', () => {
  expect(bookingNotFound()).toMatchObject({ code: 'BOOKING_NOT_FOUND' });
  expect(bookingNotFound().message).not.toMatch(/\d/);
  expect(unknownDoctor(42)).toMatchObject({
    code: 'UNKNOWN_DOCTOR',
    message: 'Doctor 42 not found.',
    errors: [{ field: 'doctor_id', message: 'Doctor 42 not found.' }],
  });
});

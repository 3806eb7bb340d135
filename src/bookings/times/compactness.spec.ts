import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseWallTime } from '../../time/wall-time.js';
import { leavesNoGap } from './compactness.js';

const MINUTE_MS = 60_000;

/** `HH:MM` to `HH:MM`, in milliseconds of a day. */
function interval(text: string): { start: number; end: number } {
  const [start, end] = text.split('–').map((time) => parseWallTime(time) * MINUTE_MS);
  return { start: start!, end: end! };
}

interface Day {
  readonly window?: string;
  readonly exceptions?: readonly string[];
  /** With the buffers before and after, if there are any. */
  readonly bookings?: readonly (string | readonly [string, number, number])[];
  /** Before and after the appointment. */
  readonly buffers?: readonly [number, number];
  readonly shortest?: number;
}

function isCompact(time: string, day: Day): boolean {
  const { window = '09:00–17:00', exceptions = [], bookings = [], buffers = [0, 0], shortest = 20 } = day;
  return leavesNoGap(
    { ...interval(time), wallStart: 0, availability: interval(window) },
    {
      exceptions: exceptions.map(interval),
      bookings: bookings.map((booking) => {
        const [text, bufferBefore, bufferAfter] = typeof booking === 'string' ? [booking, 0, 0] : booking;
        return { ...interval(text), bufferBefore, bufferAfter };
      }),
    },
    { bufferBefore: buffers[0], bufferAfter: buffers[1] },
    shortest,
  );
}

test.each<[string, boolean, string, Day]>([
  ['at the start of the window', true, '09:00–09:30', {}],
  ['as long after it as the shortest appointment', true, '09:20–09:50', {}],
  ['not as long after it', false, '09:19–09:49', {}],
  ['at the end of the window', true, '16:30–17:00', {}],
  ['shortly before it', false, '16:15–16:45', {}],
  ['right after a booking', true, '10:00–10:30', { bookings: ['09:40–10:00'] }],
  ['shortly after a booking', false, '10:10–10:40', { bookings: ['09:40–10:00'] }],
  ['shortly before a booking', false, '10:10–10:40', { bookings: ['10:50–11:00'] }],
  ['right after an exception', true, '10:00–10:30', { exceptions: ['09:30–10:00'] }],
  ['shortly after an exception', false, '10:10–10:40', { exceptions: ['09:30–10:00'] }],
  ['between two bookings that it fills', true, '10:00–10:30', { bookings: ['09:40–10:00', '10:30–11:00'] }],
  ['right after the buffer of a booking', true, '10:10–10:40', { bookings: [['09:40–10:00', 0, 10]] }],
  ['shortly after that buffer', false, '10:15–10:45', { bookings: [['09:40–10:00', 0, 10]] }],
  [
    'with the longer of two buffers',
    true,
    '10:15–10:45',
    { bookings: [['09:40–10:00', 0, 10]], buffers: [15, 0] },
  ],
  [
    'before a booking, with its buffer',
    true,
    '10:10–10:40',
    { bookings: [['10:55–11:00', 15, 0]], buffers: [0, 5] },
  ],
  ['with a buffer over the window’s end', true, '16:30–17:00', { buffers: [0, 60] }],
  [
    'a booking before the window whose buffer reaches into it',
    true,
    '09:10–09:40',
    { bookings: [['08:40–09:00', 0, 10]] },
  ],
  ['a booking far away', true, '09:00–09:30', { bookings: ['12:00–12:30'] }],
])('%s: %s', (_name, expected, time, day) => {
  expect(isCompact(time, day)).toBe(expected);
});

const MINUTES = 120;
const time = (minutes: number): { start: number; end: number } => ({
  start: minutes * MINUTE_MS,
  end: (minutes + 1) * MINUTE_MS,
});

test('it is as a walk from minute to minute finds it, until the first that cannot be used', () => {
  const BOOKING = fc.record({
    at: fc.integer({ min: -20, max: MINUTES + 20 }),
    bufferBefore: fc.nat(15),
    bufferAfter: fc.nat(15),
  });
  fc.assert(
    fc.property(
      fc.record({
        at: fc.nat(MINUTES - 1),
        bookings: fc.array(BOOKING, { maxLength: 6 }),
        exceptions: fc.uniqueArray(fc.nat(MINUTES), { maxLength: 3 }),
        buffers: fc.record({ bufferBefore: fc.nat(15), bufferAfter: fc.nat(15) }),
        shortest: fc.integer({ min: 1, max: 30 }),
      }),
      ({ at, bookings, exceptions, buffers, shortest }) => {
        const isUsed = (minute: number): boolean =>
          minute < 0 ||
          minute >= MINUTES ||
          exceptions.includes(minute) ||
          bookings.some((booking) => {
            if (booking.at === minute) return true;
            // A buffer is kept towards the appointment, on the side on which the booking lies.
            return booking.at < at
              ? minute > booking.at &&
                  minute <= booking.at + Math.max(booking.bufferAfter, buffers.bufferBefore)
              : minute < booking.at &&
                  minute >= booking.at - Math.max(booking.bufferBefore, buffers.bufferAfter);
          });
        fc.pre(!isUsed(at));
        const gap = (step: 1 | -1): number => {
          let count = 0;
          while (!isUsed(at + step * (count + 1))) count += 1;
          return count;
        };
        const expected = [gap(-1), gap(1)].every((minutes) => minutes === 0 || minutes >= shortest);
        const appointment = {
          ...time(at),
          wallStart: at,
          availability: { start: 0, end: MINUTES * MINUTE_MS },
        };
        const day = {
          exceptions: exceptions.sort((a, b) => a - b).map(time),
          bookings: bookings.map(({ at: start, ...rest }) => ({ ...time(start), ...rest })),
        };
        expect(leavesNoGap(appointment, day, buffers, shortest)).toBe(expected);
      },
    ),
    { numRuns: 1000 },
  );
});

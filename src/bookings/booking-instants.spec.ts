import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClinicDay } from '../time/clinic-day.js';
import { type Interval, overlaps } from '../time/interval.js';
import { parseWallTime } from '../time/wall-time.js';
import { inRenewalOrder, instantsMeantBy, hasInstants, timesTakenBy } from './booking-instants.js';

const HOUR_MS = 3_600_000;

describe('the instants that a wall time means', () => {
  test.each([
    ['2027-03-27', '10:00', 'Europe/Madrid', '2027-03-27T09:00:00.000Z', '2027-03-27T10:30:00.000Z'],
    ['2027-03-28', '10:00', 'Europe/Madrid', '2027-03-28T08:00:00.000Z', '2027-03-28T09:30:00.000Z'],
    ['2027-03-28', '01:30', 'Europe/Madrid', '2027-03-28T00:30:00.000Z', '2027-03-28T02:00:00.000Z'],
    ['2027-10-31', '02:30', 'Europe/Madrid', '2027-10-31T00:30:00.000Z', '2027-10-31T02:00:00.000Z'],
    ['2027-07-01', '10:00', 'America/Lima', '2027-07-01T15:00:00.000Z', '2027-07-01T16:30:00.000Z'],
  ])('%s %s in %s', (date, time, timezone, start, end) => {
    const meant = instantsMeantBy({ date, time, timezone, durationMinutes: 90 })!;
    expect([meant.start, meant.end].map((instant) => new Date(instant).toISOString())).toEqual([start, end]);
    expect(hasInstants({ startsAt: meant.start, endsAt: meant.end }, meant)).toBe(true);
    expect(hasInstants({ startsAt: meant.start, endsAt: meant.end + 1 }, meant)).toBe(false);
  });

  test.each([
    ['a time that the clocks skip', '2027-03-28', '02:30', 'Europe/Madrid'],
    ['an unknown zone', '2027-03-28', '10:00', 'Mars/Olympus'],
    ['a zone that Temporal does not know', '2027-03-28', '10:00', 'PST'],
  ])('do not exist for %s', (_, date, time, timezone) => {
    expect(instantsMeantBy({ date, time, timezone, durationMinutes: 30 })).toBeUndefined();
  });
});

describe('the times that a stored booking takes', () => {
  const at = (time: string, minutes: number): Interval => {
    const start = Date.parse(`2027-03-28T${time}:00Z`);
    return { start, end: start + minutes * 60_000 };
  };
  const day = ClinicDay.of('2027-03-28', 'Europe/Madrid');

  test.each([
    ['its stored one, if its wall time means it', at('08:00', 45), '10:00', [at('08:00', 45)]],
    [
      'its stored one and, of the same length, the one that its wall time means now',
      at('09:00', 45),
      '10:00',
      [at('09:00', 45), at('08:00', 45)],
    ],
    ['its stored one, if the clocks skip its wall time', at('01:30', 30), '02:30', [at('01:30', 30)]],
  ])('are %s', (_, stored, time, taken) => {
    expect(timesTakenBy(stored, parseWallTime(time), day)).toEqual(taken);
  });
});

/** Bookings of one doctor in order. None overlap, neither before nor after their days shift. */
const DAYS = fc
  .array(fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2), { minLength: 1, maxLength: 4 })
  .map((shifts) => [...shifts].sort((a, b) => a - b))
  .chain((shifts) =>
    fc.tuple(
      fc.constant(shifts),
      fc.array(fc.record({ gap: fc.constantFrom(0, 0.25, 1), length: fc.constantFrom(0.25, 0.5, 1) }), {
        minLength: 2,
        maxLength: 24,
      }),
      fc.boolean(),
    ),
  );

test('in the order of renewal no booking overlaps one that is still to follow', () => {
  fc.assert(
    fc.property(DAYS, ([shifts, parts, isReversed]) => {
      // Reversed, days that shift apart become days that shift together; cases in which they overlap are skipped.
      const ordered = isReversed ? [...shifts].reverse() : shifts;
      let at = 0;
      const bookings = parts.map(({ gap, length }, id) => {
        const start = at + gap * HOUR_MS;
        at = start + length * HOUR_MS;
        const shift = ordered[Math.floor((id * ordered.length) / parts.length)]! * HOUR_MS;
        return { id, start, end: at, shift };
      });
      const meant = bookings.map(({ start, end, shift }) => ({ start: start + shift, end: end + shift }));
      fc.pre(meant.every((one, index) => index === 0 || meant[index - 1]!.end <= one.start));
      const present = bookings.map(({ start, end }) => ({ start, end }));
      const wrong = bookings
        .filter(({ shift }) => shift !== 0)
        .map(({ id, start, shift }) => ({ id, startsAt: start, meantStart: start + shift }));
      for (const { id } of inRenewalOrder(wrong)) {
        const others = present.filter((_, other) => other !== id);
        expect(others.filter((other) => overlaps(other, meant[id]!))).toEqual([]);
        present[id] = meant[id]!;
      }
      expect(present).toEqual(meant);
    }),
  );
});

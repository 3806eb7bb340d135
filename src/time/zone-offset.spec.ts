import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { ClinicDay } from './clinic-day.js';
import { isoIn } from './zone-offset.js';

const ZONES = [
  'Europe/Madrid',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'UTC',
];

test('any instant, in any order of calls, parses back to itself and shows its own date', () => {
  const instant = fc.integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2090, 0, 1) / 1000 });
  const calls = fc.array(fc.tuple(fc.constantFrom(...ZONES), instant), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(calls, (pairs) => {
      for (const [timezone, seconds] of pairs) {
        const at = seconds * 1000;
        const iso = isoIn(timezone, at);
        expect(Date.parse(iso)).toBe(at);
        const { start, end } = ClinicDay.of(iso.slice(0, 10), timezone).interval;
        expect(at >= start && at < end).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});

test('in any year the offset equals that of Temporal', () => {
  const instant = fc.integer({ min: Date.UTC(1000, 0, 2) / 1000, max: Date.UTC(9998, 0, 1) / 1000 });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), instant, (timezone, seconds) => {
      const at = seconds * 1000;
      const iso = isoIn(timezone, at);
      const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
      const minutes = Math.trunc(offsetNanoseconds / 60e9);
      expect((Date.parse(`${iso.slice(0, 19)}Z`) - at) / 60_000).toBe(minutes);
      expect(Date.parse(iso)).toBe(at);
    }),
    { numRuns: 300 },
  );
});

test.each(['Mars/Olympus', 'PST', ''])(
  'in "%s", which is not a time zone, instants are shown in UTC',
  (timezone) => {
    expect(isoIn(timezone, Date.parse('2027-07-01T09:00:00Z'))).toBe('2027-07-01T09:00:00+00:00');
  },
);

test.each([
  // The last minute before the clocks change, and the first after.
  ['Europe/Madrid', '2027-03-28T00:59:00Z', '2027-03-28T01:59:00+01:00'],
  ['Europe/Madrid', '2027-03-28T01:00:00Z', '2027-03-28T03:00:00+02:00'],
  ['Europe/Madrid', '2027-10-31T00:59:00Z', '2027-10-31T02:59:00+02:00'],
  ['Europe/Madrid', '2027-10-31T01:00:00Z', '2027-10-31T02:00:00+01:00'],
  ['America/St_Johns', '2027-01-15T12:00:00Z', '2027-01-15T08:30:00-03:30'],
  ['Europe/Madrid', '2999-07-15T08:00:00Z', '2999-07-15T10:00:00+02:00'],
  // Local mean time is 14 minutes and 44 seconds behind UTC: ISO 8601 offsets have no seconds.
  ['Europe/Madrid', '1890-01-15T12:00:00Z', '1890-01-15T11:46:00-00:14'],
])('in %s, %s is %s', (timezone, instant, iso) => {
  expect(isoIn(timezone, Date.parse(instant))).toBe(iso);
});

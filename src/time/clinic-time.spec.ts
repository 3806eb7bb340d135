import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWall } from '../../test/support/wall-clock.js';
import { addDays, dateIn, datesBetween, dayOfWeek, isCalendarDate } from './clinic-time.js';

const date = fc
  .date({ min: new Date('1000-01-02T00:00:00Z'), max: new Date('9998-12-30T00:00:00Z'), noInvalidDate: true })
  .map((instant) => instant.toISOString().slice(0, 10));

describe('the date in a zone', () => {
  test.each([
    ['Pacific/Kiritimati', '2026-03-01T10:00:00Z', '2026-03-02'],
    ['Pacific/Kiritimati', '2026-03-01T09:59:59.999Z', '2026-03-01'],
    ['America/Los_Angeles', '2026-03-01T07:59:00Z', '2026-02-28'],
    ['UTC', '2026-12-31T23:59:59.999Z', '2026-12-31'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
  ])('in %s at %s is %s', (zone, instant, expected) => {
    expect(dateIn(zone, Date.parse(instant))).toBe(expected);
  });

  test('is the one that Intl shows', () => {
    const zone = fc.constantFrom(
      'America/Santiago',
      'Europe/Madrid',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    );
    const instant = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) });
    fc.assert(
      fc.property(zone, instant, (timezone, at) => {
        expect(dateIn(timezone, at)).toBe(readWall(timezone, at).date);
      }),
    );
  });
});

describe('the day of the week', () => {
  test.each([
    ['2026-03-01', 0],
    ['2026-03-02', 1],
    ['2026-03-07', 6],
    ['2028-02-29', 2],
    ['2000-01-01', 6],
  ])('of %s is %i', (text, expected) => {
    expect(dayOfWeek(text)).toBe(expected);
  });

  test('is that of the Gregorian calendar, whatever the time zone of the process', () => {
    fc.assert(
      fc.property(date, (text) => {
        expect(dayOfWeek(text)).toBe(new Date(`${text}T00:00:00Z`).getUTCDay());
      }),
    );
  });
});

describe('days later', () => {
  test.each([
    ['2026-03-01', 1, '2026-03-02'],
    ['2026-02-28', 1, '2026-03-01'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2026-03-01', -1, '2026-02-28'],
    ['2011-12-29', 1, '2011-12-30'],
  ])('%s plus %i days is %s', (from, days, expected) => {
    expect(addDays(from, days)).toBe(expected);
  });

  test('adding days and subtracting them again returns the same date', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: 0, max: 300 }), (text, days) => {
        const later = addDays(text, days);
        expect(Date.parse(`${later}T00:00:00Z`) - Date.parse(`${text}T00:00:00Z`)).toBe(days * 86_400_000);
        expect(addDays(later, -days)).toBe(text);
      }),
    );
  });
});

describe('a calendar date', () => {
  test.each(['2026-03-01', '2028-02-29', '2000-02-29', '1000-01-01', '9998-12-31'])('%s is valid', (text) => {
    expect(isCalendarDate(text)).toBe(true);
  });

  test.each([
    '2027-02-31',
    '2027-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-32',
    '0000-01-01',
    '0999-12-31',
    '9999-01-01',
    '2026-3-1',
    '2026/03/01',
    '20260301',
    '2026-03-01T00:00',
    '2026-03-01 ',
    '2026-03-01\n',
    '+002026-03-01',
    '٢٠٢٦-٠٣-٠١',
    'today',
    '',
  ])('%j is invalid', (text) => {
    expect(isCalendarDate(text)).toBe(false);
  });

  test('is valid exactly if it exists', () => {
    const part = fc.integer({ min: 0, max: 40 }).map((number) => String(number).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9998 }), part, part, (year, month, day) => {
        const inMonth = new Date(Date.UTC(year, Number(month), 0)).getUTCDate();
        const exists =
          Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= inMonth;
        expect(isCalendarDate(`${year}-${month}-${day}`)).toBe(exists);
      }),
      { numRuns: 1000 },
    );
  });
});

test('the dates between two include both, across the ends of months and years', () => {
  expect(datesBetween('2026-03-29', '2026-03-29')).toEqual(['2026-03-29']);
  expect(datesBetween('2026-12-30', '2027-01-02')).toEqual([
    '2026-12-30',
    '2026-12-31',
    '2027-01-01',
    '2027-01-02',
  ]);
});

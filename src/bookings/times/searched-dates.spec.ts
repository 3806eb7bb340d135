import { describe, expect, test } from 'vitest';
import { searchedDates, spanOf, withinHorizon } from './searched-dates.js';

// It is already 3 March in Auckland, and still 2 March in Madrid and Los Angeles.
const NOW = Date.parse('2026-03-02T12:00:00Z');
const MADRID = { id: 1, timezone: 'Europe/Madrid' };
const AUCKLAND = { id: 2, timezone: 'Pacific/Auckland' };

describe('the dates of each doctor', () => {
  test('begin today at the doctor', () => {
    const dates = searchedDates([MADRID, AUCKLAND], { to: { daysAfter: 6 } }, NOW);
    expect(dates.get(1)).toEqual({ today: '2026-03-02', first: '2026-03-02', last: '2026-03-08' });
    expect(dates.get(2)).toEqual({ today: '2026-03-03', first: '2026-03-03', last: '2026-03-09' });
  });

  test('begin on the requested date, but never earlier than the desk could still book', () => {
    const midnight = Date.parse('2026-03-02T00:30:00+01:00');
    const first = (from: string, now: number): unknown =>
      searchedDates([MADRID], { from, to: '2026-04-01' }, now).get(1)!.first;
    expect(first('2026-03-10', NOW)).toBe('2026-03-10');
    expect(first('2026-01-01', NOW)).toBe('2026-03-02');
    expect(first('2026-01-01', midnight)).toBe('2026-03-01');
  });

  test('begin where the page before ended, and end where they did', () => {
    const since = Date.parse('2026-03-05T23:30:00Z');
    const dates = searchedDates([MADRID], { to: { daysAfter: 6 } }, NOW, since);
    expect(dates.get(1)).toMatchObject({ first: '2026-03-06', last: '2026-03-08' });
  });

  test('end ten years ahead where nothing else ends them, and at the horizon', () => {
    const dates = searchedDates([MADRID], {}, NOW).get(1)!;
    expect(dates.last).toBe('2036-02-28');
    expect(withinHorizon(dates, 10).last).toBe('2026-03-12');
    expect(withinHorizon(dates, null).last).toBe('2036-02-28');
  });

  test('are none of a doctor whose time zone is unknown', () => {
    const dates = searchedDates([{ id: 3, timezone: 'Mars/Base' }, MADRID], {}, NOW);
    expect([...dates.keys()]).toEqual([1]);
  });
});

test('the span holds all dates, and is none if there are no dates', () => {
  const today = '2026-03-02';
  const all = [
    { today, first: '2026-03-02', last: '2026-03-08' },
    { today, first: '2026-03-01', last: '2026-03-07' },
    { today, first: '2026-05-01', last: '2026-04-30' },
  ];
  expect(spanOf(all)).toEqual({ from: '2026-03-01', to: '2026-03-08' });
  expect(spanOf(all.slice(2))).toBeUndefined();
});

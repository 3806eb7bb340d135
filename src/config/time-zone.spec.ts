import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { isTimeZone, timeZoneMessage } from './time-zone.js';

describe('a time zone', () => {
  test.each([
    'UTC',
    'Europe/Madrid',
    'Europe/Amsterdam',
    'Europe/Kyiv',
    'America/Argentina/Buenos_Aires',
    'America/North_Dakota/New_Salem',
    'America/Port-au-Prince',
    'America/Nuuk',
    'America/Vancouver',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Kiritimati',
    'Africa/Casablanca',
    'Antarctica/Troll',
  ])('can be %s', (name) => expect(isTimeZone(name)).toBe(true));

  test.each([
    ['abbreviations', 'PST', 'EST', 'MST', 'CET', 'WET', 'GMT', 'HST', 'ROK', 'NZ'],
    [
      'zones of no place',
      'Etc/GMT+5',
      'Etc/UTC',
      'GMT0',
      'PST8PDT',
      'EST5EDT',
      'Zulu',
      'Universal',
      'Factory',
    ],
    ['bare offsets', '+02:00', '-05', 'UTC+2', 'GMT+1'],
    ['other letter cases', 'america/new_york', 'EUROPE/MADRID', 'Europe/madrid', 'utc'],
    [
      'former spellings',
      'Asia/Calcutta',
      'Europe/Kiev',
      'America/Buenos_Aires',
      'US/Pacific',
      'Canada/Atlantic',
    ],
    [
      'unknown places',
      'Europe/Atlantis',
      'Mars/Phobos',
      'Europe/',
      'Europe',
      '',
      'Europe/Madrid ',
      'toString',
    ],
    ['very long names', `Europe/${'A'.repeat(100_000)}`],
  ])('cannot be one of the %s', (_, ...names) => {
    for (const name of names) expect([name, isTimeZone(name)]).toEqual([name, false]);
  });

  test('is known to Temporal and to Intl', () => {
    const names = [...Intl.supportedValuesOf('timeZone'), 'PST', 'EST', 'Etc/GMT+5', 'america/new_york'];
    fc.assert(
      fc.property(fc.constantFrom(...names), (name) => {
        fc.pre(isTimeZone(name));
        expect(new Temporal.ZonedDateTime(0n, name).timeZoneId).toBe(name);
        expect(() => new Intl.DateTimeFormat('en', { timeZone: name })).not.toThrow();
      }),
    );
  });
});

describe('the message', () => {
  test.each([
    ['america/new_york', 'America/New_York'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['europe/kiev', 'Europe/Kyiv'],
  ])('for %s suggests %s', (name, meant) =>
    expect(timeZoneMessage(name)).toContain(`did you mean ${meant}?`),
  );

  test.each(['PST', 'Mars/Phobos', 7, null])('for %s suggests nothing', (name) => {
    expect(timeZoneMessage(name)).not.toContain('did you mean');
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatWallTime, parseWallTime, WALL_TIME } from './wall-time.js';

test.each([
  ['00:00', 0],
  ['00:01', 1],
  ['09:30', 570],
  ['19:05', 1145],
  ['23:59', 1439],
])('%s is minute %i of the day', (text, minutes) => {
  expect(text).toMatch(WALL_TIME);
  expect(parseWallTime(text)).toBe(minutes);
  expect(parseWallTime(`${text}:00`)).toBe(minutes);
  expect(formatWallTime(minutes)).toBe(text);
});

test.each([
  '24:00',
  '25:99',
  '9:30',
  '09:60',
  '09.30',
  '09:30:00',
  ' 09:30',
  '09:30\n',
  '0930',
  '-1:00',
  '٠٩:٣٠',
  '',
])('%j is not a time of day', (text) => {
  expect(text).not.toMatch(WALL_TIME);
});

test('every minute of the day can be formatted and parsed back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1439 }), (minutes) => {
      expect(formatWallTime(minutes)).toMatch(WALL_TIME);
      expect(parseWallTime(formatWallTime(minutes))).toBe(minutes);
    }),
  );
});

test('only the 1440 times of a day are accepted', () => {
  const character = fc.constantFrom(...'0123456789:');
  fc.assert(
    fc.property(fc.string({ unit: character, minLength: 4, maxLength: 6 }), (text) => {
      if (WALL_TIME.test(text)) expect(formatWallTime(parseWallTime(text))).toBe(text);
    }),
    { numRuns: 5000 },
  );
});

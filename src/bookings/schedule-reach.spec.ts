import { expect, test } from 'vitest';
import { parseWallTime } from '../time/wall-time.js';
import { reachIntoNextDay } from './schedule-reach.js';

test('an appointment that begins later reaches further into the next day', () => {
  const reach = (time: string): string => reachIntoNextDay(parseWallTime(time));
  expect(['00:00', '10:00', '10:01', '16:00', '23:59'].map(reach)).toEqual([
    '00:00',
    '00:00',
    '00:01',
    '06:00',
    '13:59',
  ]);
});

test('starts in windows reach as far as the longest buffer after midnight, if the clocks go forward then', () => {
  expect(reachIntoNextDay(undefined)).toBe('06:00');
});

import { expect, test } from 'vitest';
import { InFlight } from './in-flight.js';

test.each([
  ['end', 'close'],
  ['close', 'end'],
] as const)('a place is free after %s and %s, and not before', (first, second) => {
  const inFlight = new InFlight();
  const place = inFlight.enter('account 1', 1);
  expect(() => inFlight.enter('account 1', 1)).toThrow('Too many requests');
  place[first]();
  expect(() => inFlight.enter('account 1', 1)).toThrow('Too many requests');
  place[second]();
  expect(() => inFlight.enter('account 1', 1)).not.toThrow();
});

test('a place is given back once, however often its end is told', () => {
  const inFlight = new InFlight();
  const place = inFlight.enter('account 1', 2);
  inFlight.enter('account 1', 2);
  for (let times = 0; times < 3; times += 1) {
    place.close();
    place.end();
  }
  inFlight.enter('account 1', 2);
  expect(() => inFlight.enter('account 1', 2)).toThrow('Too many requests');
});

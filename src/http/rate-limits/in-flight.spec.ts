import { expect, test } from 'vitest';
import { InFlight } from './in-flight.js';

test.each([
  ['end', 'close'],
  ['close', 'end'],
] as const)('a permit is released after both %s and %s, and not before', (first, second) => {
  const inFlight = new InFlight();
  const permit = inFlight.acquire(['account 1', 1]);
  expect(() => inFlight.acquire(['account 1', 1])).toThrow('Too many requests');
  permit[first]();
  expect(() => inFlight.acquire(['account 1', 1])).toThrow('Too many requests');
  permit[second]();
  expect(() => inFlight.acquire(['account 1', 1])).not.toThrow();
});

test('a permit is released once, however often it is ended and closed', () => {
  const inFlight = new InFlight();
  const permit = inFlight.acquire(['account 1', 2]);
  inFlight.acquire(['account 1', 2]);
  for (let times = 0; times < 3; times += 1) {
    permit.close();
    permit.end();
  }
  inFlight.acquire(['account 1', 2]);
  expect(() => inFlight.acquire(['account 1', 2])).toThrow('Too many requests');
});

test('a request that exceeds one of its shares takes none of the others', () => {
  const inFlight = new InFlight();
  inFlight.acquire(['session 1', 1], ['account 1', 2]);
  expect(() => inFlight.acquire(['session 1', 1], ['account 1', 2])).toThrow('Too many requests');
  inFlight.acquire(['session 2', 1], ['account 1', 2]);
  expect(() => inFlight.acquire(['session 3', 1], ['account 1', 2])).toThrow('Too many requests');
});

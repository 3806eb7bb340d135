import { expect, test } from 'vitest';
import { InFlight } from './in-flight.js';

test('a place is free once its connection has closed and its work has ended, in whichever order', () => {
  const inFlight = new InFlight();
  for (const order of [['begin', 'end', 'close'], ['begin', 'close', 'end'], ['close']] as const) {
    const place = inFlight.enter('account 1', 1);
    for (const step of order) {
      expect(() => inFlight.enter('account 1', 1)).toThrow('Too many requests');
      place[step]();
    }
  }
  expect(() => inFlight.enter('account 1', 1)).not.toThrow();
});

test('work does not begin after its connection has closed, and its place is given back once', () => {
  const inFlight = new InFlight();
  const place = inFlight.enter('account 1', 1);
  place.close();
  expect(() => place.begin()).toThrow('Too many requests');
  inFlight.enter('account 1', 1);
  expect(() => inFlight.enter('account 1', 1)).toThrow('Too many requests');
});

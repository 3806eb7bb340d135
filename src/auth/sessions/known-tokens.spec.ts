import { expect, test } from 'vitest';
import type { Principal } from '../principal.js';
import type { Clock } from '../../time/clock.js';
import { KnownTokens } from './known-tokens.js';

const principal: Principal = {
  id: 7,
  email: 'a@people.example',
  role: 'user',
  version: 0,
  session: 1,
  secondFactor: false,
};

test('a token is known by itself, however its header is padded or spelled', () => {
  const clock: Clock = { now: () => 1_000_000 };
  const known = new KnownTokens(clock);
  known.remember(`Bearer${' '.repeat(14_000)}a.b.c`, principal, clock.now() + 60_000);
  expect(known.find('bearer a.b.c')).toBe(principal);
  expect(known.find('Bearer a.b.d')).toBeUndefined();
  expect(known.find(undefined)).toBeUndefined();
});

test('a token that has expired is not', () => {
  const clock: Clock = { now: () => 1_000_000 };
  const known = new KnownTokens(clock);
  known.remember('Bearer a.b.c', principal, clock.now() - 1);
  expect(known.find('Bearer a.b.c')).toBeUndefined();
});

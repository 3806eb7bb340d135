import { expect, test } from 'vitest';
import type { Principal } from '../principal.js';
import type { Clock } from '../../time/clock.js';
import { VerifiedTokenCache } from './verified-token-cache.js';

const principal: Principal = {
  id: 7,
  email: 'a@people.example',
  role: 'user',
  version: 0,
  session: 1,
  secondFactor: false,
};

test('a token is found by itself, however its header is padded or spelled', () => {
  const clock: Clock = { now: () => 1_000_000 };
  const cache = new VerifiedTokenCache(clock);
  cache.remember(`Bearer${' '.repeat(14_000)}a.b.c`, principal, clock.now() + 60_000);
  expect(cache.find('bearer a.b.c')).toBe(principal);
  expect(cache.find('Bearer a.b.d')).toBeUndefined();
  expect(cache.find(undefined)).toBeUndefined();
});

test('an expired token is not found', () => {
  const clock: Clock = { now: () => 1_000_000 };
  const cache = new VerifiedTokenCache(clock);
  cache.remember('Bearer a.b.c', principal, clock.now() - 1);
  expect(cache.find('Bearer a.b.c')).toBeUndefined();
});

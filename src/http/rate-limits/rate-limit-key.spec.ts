import { expect, test } from 'vitest';
import { networkOf, rateLimitKey } from './rate-limit-key.js';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:db8:1:2::', '2001:db8:1:2::'],
  ['2001:db8:1:3::1', '2001:db8:1:3::'],
  ['fe80::1%eth0', 'fe80::'],
  ['nonsense', 'nonsense'],
])('requests from %s are counted by %s', (address, counted) => {
  expect(rateLimitKey(address)).toBe(counted);
});

test.each([
  ['203.0.113.7', undefined, undefined],
  ['::ffff:203.0.113.7', undefined, undefined],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::', '2001:db8:1::'],
  ['2001:db8:1:ffff::', '2001:db8:1:ff00::', '2001:db8:1::'],
  ['2001:db8:2:1::1', '2001:db8:2::', '2001:db8:2::'],
  ['nonsense', undefined, undefined],
])('%s is in the /56 %s and the /48 %s', (address, home, company) => {
  expect([networkOf(address, 56), networkOf(address, 48)]).toEqual([home, company]);
});

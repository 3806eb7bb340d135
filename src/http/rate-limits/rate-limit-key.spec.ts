import { expect, test } from 'vitest';
import { rateLimitKey, siteKey } from './rate-limit-key.js';

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
  ['203.0.113.7', undefined],
  ['::ffff:203.0.113.7', undefined],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  ['2001:db8:1:ffff::', '2001:db8:1::'],
  ['2001:db8:2::1', '2001:db8:2::'],
  ['nonsense', undefined],
])('the site of %s is %s', (address, site) => {
  expect(siteKey(address)).toBe(site);
});

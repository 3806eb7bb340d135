import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, readAddress } from './client-address.js';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:5555', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:DB8::1', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
])('%s is read as %s', (text, address) => expect(readAddress(text)).toBe(address));

test.each([
  '',
  'x',
  'Jane Canary Doe',
  '127.1',
  '1.2.3',
  '1.2.3.4.5',
  '300.1.1.1',
  '[x]:1',
  '1.2.3.4:x',
  'x'.repeat(60),
])('%j is not an address', (text) => expect(readAddress(text)).toBeUndefined());

test('whatever a proxy forwards, the result is an address of at most 45 characters', () => {
  const socket = { remoteAddress: '127.0.0.1' } as never;
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), (ip) => {
      const address = addressOf({ ip, socket });
      expect(address).toMatch(/^[\da-f.:]{2,45}$/);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanUserAgent } from './client.js';

test.each([
  [undefined, null],
  ['', null],
  [' \t ', null],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['Mozilla/5.0 (X11)\r\nSet-Cookie: x', 'Mozilla/5.0 (X11) Set-Cookie: x'],
  ['caf\u00e9 \u0000\u202e', 'caf'],
])('%j is stored as %j', (text, stored) => {
  expect(cleanUserAgent(text)).toBe(stored);
});

test('any User-Agent becomes short and printable', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000, unit: 'binary' }), (text) => {
      expect(cleanUserAgent(text) ?? 'none').toMatch(/^[\x20-\x7e]{1,200}$/);
    }),
  );
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPhrase } from './phrase.js';

test.each([
  'correct-horse-battery-staple-wolf-river',
  'marmalade.elephant.journey.window.copper',
  'CorrectHorseBatteryStapleWolfRiver',
  'our-clinic-in-madrid-opens-every-morning',
  'seven herons at dusk over the river bank',
  'marmalade elephant journey window 1234567',
])('%j is made of words', (text) => {
  expect(isPhrase(text)).toBe(true);
});

test.each([
  ['b3Z0mQ8r2WvXk1LpY7sTdN5uHc9JgFaE', 'random characters'],
  ['elephant-window-k7Qz0vX2mB9rT4yL8', 'words and random characters'],
  ['correct horse battery staple purple monkey window', 'a phrase of 49 characters', true],
  ['correct horse battery staple purple monkey windows', 'a phrase of 50 characters', false],
  ['cat dog cow pig hen fox owl bee ant elk', 'words of three letters'],
  ['', 'nothing'],
  ['-'.repeat(40), 'no letters'],
])('%j: %s', (text, _, expected = false) => {
  expect(isPhrase(text)).toBe(expected);
});

test('a random secret is not made of words, in any encoding', () => {
  const bytes = fc.noBias(fc.uint8Array({ minLength: 36, maxLength: 36 }));
  fc.assert(
    fc.property(bytes, (random) => {
      const buffer = Buffer.from(random);
      for (const [encoding, length] of [
        ['hex', 16],
        ['hex', 24],
        ['base64', 24],
        ['base64', 32],
        ['base64url', 36],
      ] as const)
        expect(isPhrase(buffer.toString(encoding, 0, length))).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('a secret of random letters is not made of words', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = createHash('sha256').update(String(seed)).digest();
      const letters = [...random].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
      expect(isPhrase(letters)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizePassword } from './normalize-password.js';

describe('a normalized password', () => {
  test('is the same however a keyboard composes its characters', () => {
    const character = fc.constantFrom(...'aé한ǖᾂﬁＡñ ', '😀');
    const text = fc.string({ unit: character, minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(text, (password) => {
        const normalized = normalizePassword(password);
        expect(normalized).toBeDefined();
        for (const form of ['NFC', 'NFD'] as const)
          expect(normalizePassword(password.normalize(form))).toBe(normalized);
      }),
    );
  });

  test('is undefined for a text that is longer than any password', () => {
    expect(normalizePassword('ᾂ'.repeat(256).normalize('NFD'))).toBe('ᾂ'.repeat(256));
    expect(normalizePassword('x'.repeat(1_025))).toBeUndefined();
    expect(normalizePassword('\u0301'.repeat(16_000) + '\u0316'.repeat(16_000))).toBeUndefined();
  });
});

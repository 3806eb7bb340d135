import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldText } from './fold-text.mjs';

test.each([
  ['Contraseña', 'contrasena'],
  ['CONTRASEN\u0303A', 'contrasena'],
  ['İstanbul Straße', 'istanbul strasse'],
  ['Søborg Łódź', 'soborg lodz'],
  ['Йцукен Αθήνα', 'ицукен αθηνα'],
  ['ｐａｓｓ', 'pass'],
  ['नमस्ते 가각 שָׁלוֹם', 'नमस्ते 가각 שָׁלוֹם'],
])('%s folds to %s', (text, folded) => {
  expect(foldText(text)).toBe(folded);
});

test('a folded text folds to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(foldText(foldText(text))).toBe(foldText(text));
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressTokenOf, hashOfAddress, readAddressToken } from './address-token.js';

const SECRET = 'a secret';
const EMAIL = 'ada@people.example';

test('a code contains the account and the hash of the address, in any case', () => {
  const token = addressTokenOf('Ada@People.example', 7, SECRET);
  expect(readAddressToken(token, SECRET)).toEqual({ accountId: 7, hash: hashOfAddress(EMAIL) });
});

test('a code that was made with another secret is invalid', () => {
  expect(readAddressToken(addressTokenOf(EMAIL, 7, 'another'), SECRET)).toBeUndefined();
});

test('any other text, and a code with a letter changed, cut or added, is invalid', () => {
  const token = addressTokenOf(EMAIL, 7, SECRET);
  const at = fc.nat({ max: token.length - 1 });
  fc.assert(
    fc.property(fc.string(), at, (text, index) => {
      expect(readAddressToken(text, SECRET)).toBeUndefined();
      // Some bits of the last letter encode nothing, but only one spelling is valid.
      const other = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      for (const wrong of [changed, token.slice(0, index), `${token}${text || 'A'}`])
        expect(readAddressToken(wrong, SECRET)).toBeUndefined();
    }),
  );
});

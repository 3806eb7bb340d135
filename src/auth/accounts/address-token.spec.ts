import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressTokenOf, hashOfAddress, readAddressToken } from './address-token.js';

const SECRET = 'a secret';
const EMAIL = 'ada@people.example';

test('a code leads back to the address it was mailed to, whatever its case', () => {
  const token = addressTokenOf('Ada@People.example', 7, SECRET);
  expect(readAddressToken(token, SECRET)).toEqual({ accountId: 7, hash: hashOfAddress(EMAIL) });
});

test('a code of another secret leads nowhere', () => {
  expect(readAddressToken(addressTokenOf(EMAIL, 7, 'another'), SECRET)).toBeUndefined();
});

test('nothing else is a code: no text, no code with a letter changed, cut or added', () => {
  const token = addressTokenOf(EMAIL, 7, SECRET);
  const at = fc.nat({ max: token.length - 1 });
  fc.assert(
    fc.property(fc.string(), at, (text, index) => {
      expect(readAddressToken(text, SECRET)).toBeUndefined();
      // The last letter has bits that stand for nothing, but only one spelling is right.
      const other = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      for (const wrong of [changed, token.slice(0, index), `${token}${text || 'A'}`])
        expect(readAddressToken(wrong, SECRET)).toBeUndefined();
    }),
  );
});

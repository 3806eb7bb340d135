import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressTokenOf, hashOfAddress, readAddressToken } from './address-token.js';

const SECRET = 'a secret';
const EMAIL = 'ada@people.example';

const account = { type: 'account', id: 7 } as const;
const patient = { type: 'patient', id: 7 } as const;

test.each([account, patient])(
  'a code contains the $type and the hash of the address, in any case',
  (owner) => {
    const token = addressTokenOf('Ada@People.example', owner, SECRET);
    expect(readAddressToken(token, SECRET)).toEqual({ ...owner, hash: hashOfAddress(EMAIL) });
  },
);

test('the codes of an account and of a patient with the same id differ, and are equally long', () => {
  const [first, second] = [account, patient].map((owner) => addressTokenOf(EMAIL, owner, SECRET));
  expect(first).not.toBe(second);
  expect(first).toHaveLength(second!.length);
});

test('a code that was made with another secret is invalid', () => {
  expect(readAddressToken(addressTokenOf(EMAIL, account, 'another'), SECRET)).toBeUndefined();
});

test('any other text, and a code with a letter changed, cut or added, is invalid', () => {
  const token = addressTokenOf(EMAIL, account, SECRET);
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

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seal, unseal } from './sealed-secret.js';

const secret = fc.uint8Array({ minLength: 20, maxLength: 20 });
const id = fc.integer({ min: 1, max: 4_294_967_295 });

test('a sealed secret can be unsealed and fits its column', () => {
  fc.assert(
    fc.property(secret, id, (bytes, account) => {
      const sealed = seal(bytes, account, 'a key');
      expect(sealed.length).toBeLessThanOrEqual(64);
      expect(unseal(sealed, account, 'a key')).toEqual(Buffer.from(bytes));
    }),
  );
});

test('sealing twice gives different results, and the secret is not visible in them', () => {
  const bytes = Buffer.from('12345678901234567890');
  const [one, two] = [seal(bytes, 1, 'a key'), seal(bytes, 1, 'a key')];
  expect(one.equals(two)).toBe(false);
  expect(one.includes(bytes)).toBe(false);
});

test('a secret cannot be unsealed with another key, for another account, or with a changed bit', () => {
  fc.assert(
    fc.property(secret, id, fc.nat(), (bytes, account, bit) => {
      const sealed = seal(bytes, account, 'a key');
      expect(unseal(sealed, account, 'another key')).toBeUndefined();
      expect(unseal(sealed, account + 1, 'a key')).toBeUndefined();
      const place = bit % (sealed.length * 8);
      sealed[place >> 3]! ^= 1 << (place & 7);
      expect(unseal(sealed, account, 'a key')).toBeUndefined();
    }),
  );
});

test.each([0, 1, 12, 27])('%i bytes are not a sealed secret', (length) => {
  expect(unseal(Buffer.alloc(length), 1, 'a key')).toBeUndefined();
});

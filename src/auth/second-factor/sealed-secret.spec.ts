import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seal, unseal } from './sealed-secret.js';

const secret = fc.uint8Array({ minLength: 20, maxLength: 20 });
const id = fc.integer({ min: 1, max: 4_294_967_295 });

test('what was sealed can be read again, and fits where it is kept', () => {
  fc.assert(
    fc.property(secret, id, (bytes, account) => {
      const sealed = seal(bytes, account, 'a key');
      expect(sealed.length).toBeLessThanOrEqual(64);
      expect(unseal(sealed, account, 'a key')).toEqual(Buffer.from(bytes));
    }),
  );
});

test('it is never the same twice, and does not show what it holds', () => {
  const bytes = Buffer.from('12345678901234567890');
  const [one, two] = [seal(bytes, 1, 'a key'), seal(bytes, 1, 'a key')];
  expect(one.equals(two)).toBe(false);
  expect(one.includes(bytes)).toBe(false);
});

test('nobody reads it with another key, for another account, or when a bit of it has changed', () => {
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

test.each([0, 1, 12, 27])('%i bytes are no sealed secret', (length) => {
  expect(unseal(Buffer.alloc(length), 1, 'a key')).toBeUndefined();
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loginDelay } from './login-delay.js';

test.each([
  [0, 0, 0],
  [10, 30, 0],
  [11, 0, 250],
  [12, 0, 500],
  [0, 31, 250],
  [13, 32, 1000],
  [15, 0, 4000],
  [16, 0, 4000],
  [1e9, 1e9, 4000],
])('after %i failures of the account and %i of the address: %i ms', (account, address, ms) => {
  expect(loginDelay({ account, address })).toBe(ms);
});

test('a further failure never shortens the delay, which never exceeds four seconds', () => {
  const failures = fc.nat({ max: 1000 });
  fc.assert(
    fc.property(failures, failures, (account, address) => {
      const delay = loginDelay({ account, address });
      expect(loginDelay({ account: account + 1, address })).toBeGreaterThanOrEqual(delay);
      expect(loginDelay({ account, address: address + 1 })).toBeGreaterThanOrEqual(delay);
      expect(delay).toBeLessThanOrEqual(4000);
    }),
  );
});

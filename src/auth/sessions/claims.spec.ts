import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDates, principalOf } from './claims.js';

const GOOD = { id: 7, email: 'pat@people.example', role: 'user', ver: 2, sid: 5, amr: ['pwd', 'otp'] };

test('the claims name the account, the session, and whether the log-in used a second factor', () => {
  expect(principalOf(GOOD)).toEqual({
    id: 7,
    email: 'pat@people.example',
    role: 'user',
    version: 2,
    session: 5,
    secondFactor: true,
  });
});

test('a token that predates versions and sessions has version 0 and no session', () => {
  const { id, email, role } = GOOD;
  expect(principalOf({ id, email, role })).toMatchObject({ version: 0, session: null, secondFactor: false });
});

test.each([{ sid: '5' }, { sid: 1.5 }, { sid: {} }, { ver: '2' }, { id: null }, { role: 'root' }])(
  'claims with %j are rejected',
  (claims) => {
    expect(principalOf({ ...GOOD, ...claims })).toBeUndefined();
  },
);

test('a token is valid from nbf until exp', () => {
  const second = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(second, second, second, (nbf, exp, now) => {
      const dates = checkDates({ nbf, exp }, now * 1000);
      if (now < nbf) expect(dates).toBe('invalid');
      else expect(dates).toBe(now >= exp ? 'expired' : 'valid');
    }),
  );
});

test.each([{ exp: 'tomorrow' }, { exp: null }, { nbf: '0' }, { exp: NaN }])('%j is no date', (claims) => {
  expect(checkDates(claims, 0)).toBe('invalid');
});

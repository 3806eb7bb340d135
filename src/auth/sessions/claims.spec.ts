import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeDates, principalOf } from './claims.js';

const GOOD = { id: 7, email: 'pat@people.example', role: 'user', ver: 2, sid: 5, amr: ['pwd', 'otp'] };

test('a token says whose it is, in which session, and how its owner logged in', () => {
  expect(principalOf(GOOD)).toEqual({
    id: 7,
    email: 'pat@people.example',
    role: 'user',
    version: 2,
    session: 5,
    secondFactor: true,
  });
});

test('one from before there were versions and sessions has none', () => {
  const { id, email, role } = GOOD;
  expect(principalOf({ id, email, role })).toMatchObject({ version: 0, session: null, secondFactor: false });
});

test.each([{ sid: '5' }, { sid: 1.5 }, { sid: {} }, { ver: '2' }, { id: null }, { role: 'root' }])(
  'no token of ours claims %j',
  (claims) => {
    expect(principalOf({ ...GOOD, ...claims })).toBeUndefined();
  },
);

test('it is good from nbf on, and until exp', () => {
  const second = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(second, second, second, (nbf, exp, now) => {
      const dates = judgeDates({ nbf, exp }, now * 1000);
      if (now < nbf) expect(dates).toBe('invalid');
      else expect(dates).toBe(now >= exp ? 'expired' : 'good');
    }),
  );
});

test.each([{ exp: 'tomorrow' }, { exp: null }, { nbf: '0' }, { exp: NaN }])('%j is no date', (claims) => {
  expect(judgeDates(claims, 0)).toBe('invalid');
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forAuthenticator, stepOf } from './totp.js';

/** That of the examples in RFC 6238, appendix B; their eight digits end in the six that authenticators show. */
const SECRET = Buffer.from('12345678901234567890');

test.each([
  [59, '287082', 1],
  [1_111_111_109, '081804', 37_037_036],
  [1_111_111_111, '050471', 37_037_037],
  [1_234_567_890, '005924', 41_152_263],
  [2_000_000_000, '279037', 66_666_666],
  [20_000_000_000, '353130', 666_666_666],
])('at %i seconds the digits are %s', (seconds, code, step) => {
  expect(stepOf(code, SECRET, seconds * 1000)).toBe(step);
});

test('they are good while they are shown and for 30 seconds after, and never before', () => {
  const right = fc.integer({ min: 0, max: 59 });
  const [code, step] = ['081804', 37_037_036];
  fc.assert(
    fc.property(right, (off) => {
      expect(stepOf(code, SECRET, (step * 30 + off) * 1000)).toBe(step);
    }),
  );
  for (const off of [-1, -30, -31, 60, 90, -3600]) {
    expect(stepOf(code, SECRET, (step * 30 + off) * 1000), `${off} s`).toBeUndefined();
  }
});

test.each(['', '81804', '0081804', '081805', 'abcdef', ' 81804'])('%j is wrong', (code) => {
  expect(stepOf(code, SECRET, 1_111_111_109_000)).toBeUndefined();
});

test('an authenticator is told the secret, whose it is, and by whom it was made', () => {
  const { secret, uri } = forAuthenticator(SECRET, 'St. Mary’s & Co: Clinic', 'pat+x@people.example');
  expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  const url = new URL(uri);
  expect(`${url.protocol}//${url.host}`).toBe('otpauth://totp');
  expect(decodeURIComponent(url.pathname)).toContain('pat+x@people.example');
  expect(url.searchParams.get('secret')).toBe(secret);
  expect(url.searchParams.get('issuer')).toContain('Mary');
});

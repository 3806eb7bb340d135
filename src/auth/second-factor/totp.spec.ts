import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forAuthenticator, stepOf } from './totp.js';

/** The secret of the examples in RFC 6238, appendix B. Authenticators show the last six of their eight digits. */
const SECRET = Buffer.from('12345678901234567890');

test.each([
  [59, '287082', 1],
  [1_111_111_109, '081804', 37_037_036],
  [1_111_111_111, '050471', 37_037_037],
  [1_234_567_890, '005924', 41_152_263],
  [2_000_000_000, '279037', 66_666_666],
  [20_000_000_000, '353130', 666_666_666],
])('at %i seconds the code is %s', (seconds, code, step) => {
  expect(stepOf(code, SECRET, seconds * 1000)).toBe(step);
});

test('a code is valid while it is shown and for 30 seconds after, but not before', () => {
  const right = fc.integer({ min: 0, max: 59 });
  const [code, step] = ['081804', 37_037_036];
  fc.assert(
    fc.property(right, (offset) => {
      expect(stepOf(code, SECRET, (step * 30 + offset) * 1000)).toBe(step);
    }),
  );
  for (const offset of [-1, -30, -31, 60, 90, -3600]) {
    expect(stepOf(code, SECRET, (step * 30 + offset) * 1000), `${offset} s`).toBeUndefined();
  }
});

test.each(['', '81804', '0081804', '081805', 'abcdef', ' 81804'])('%j is wrong', (code) => {
  expect(stepOf(code, SECRET, 1_111_111_109_000)).toBeUndefined();
});

test('the URI names the secret, the account and the issuer', () => {
  const { secret, uri } = forAuthenticator(SECRET, 'St. Mary’s & Co: Clinic', 'pat+x@people.example');
  expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  const url = new URL(uri);
  expect(`${url.protocol}//${url.host}`).toBe('otpauth://totp');
  expect(decodeURIComponent(url.pathname)).toContain('pat+x@people.example');
  expect(url.searchParams.get('secret')).toBe(secret);
  expect(url.searchParams.get('issuer')).toContain('Mary');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemsOf, problemsWhen, read, samples, VALID } from '../../test/support/configuration.js';
import { readEnvironment } from './read-environment.js';
import { WorkerEnvironment } from './worker.environment.js';

describe('JWT_SECRET', () => {
  // Estimating a secret takes some milliseconds, so one program is enough.
  const inProduction = (JWT_SECRET: string) =>
    problemsWhen(() => readEnvironment(WorkerEnvironment, { ...VALID, JWT_SECRET }));

  test('may be a random secret of 32 characters', () => {
    expect(inProduction(VALID.JWT_SECRET)).toEqual([]);
    expect(inProduction(VALID.JWT_SECRET.repeat(2))).toEqual([]);
  });
  test('may be any random secret', () => {
    const bytes = fc.noBias(fc.uint8Array({ minLength: 32, maxLength: 32 }));
    fc.assert(
      fc.property(bytes, (random) => {
        const buffer = Buffer.from(random);
        for (const encoding of ['hex', 'base64', 'base64url'] as const)
          expect(inProduction(buffer.toString(encoding))).toEqual([]);
        expect(inProduction(buffer.toString('hex', 0, 16))).toEqual([]);
      }),
      { endOnFailure: true },
    );
  });
  test('is too short in production with 31 characters', () => {
    expect(inProduction(VALID.JWT_SECRET.slice(1)).join()).toContain('JWT_SECRET is too short');
  });
  test.each([
    'change-me',
    'change-me-change-me-change-me-change-me',
    'your-256-bit-secret-your-256-bit-secret',
    'this-is-an-example-of-a-long-enough-key!',
    'a'.repeat(64),
    '12345678'.repeat(8),
    'replace-me-with-a-long-random-string',
    'your-jwt-key-goes-here-put-it-here-now',
    '12345678901234567890123456789012',
    'abcdefghijklmnopqrstuvwxyz012345',
    'qwertyuiopasdfghjklzxcvbnmqwertyui',
    '0123456789abcdef0123456789abcdef',
  ])('cannot be a sample: %s', (secret) => {
    expect(inProduction(secret).join()).toContain('JWT_SECRET looks like a sample');
  });
  test.each(['purple-monkey-dishwasher-elephant-marmalade', 'OurClinicInMadridOpensEveryMorning'])(
    'cannot be a phrase: %s',
    (secret) => {
      expect(inProduction(secret)).toEqual([expect.stringContaining('JWT_SECRET is made of words')]);
    },
  );
  test('may be a phrase only as the former secret', () => {
    const phrase = 'purple-monkey-dishwasher-elephant-marmalade';
    expect(inProduction(`${VALID.JWT_SECRET},${phrase}`)).toEqual([]);
    expect(inProduction(`${phrase},${VALID.JWT_SECRET}`).join()).toContain('JWT_SECRET is made of words');
  });
  test('cannot be that of .env.example', () => {
    expect(inProduction(samples().JWT_SECRET!)).not.toEqual([]);
  });
  test('may be two good secrets, for a key rotation', () => {
    const other = [...VALID.JWT_SECRET].reverse().join('');
    expect(inProduction(`${other},${VALID.JWT_SECRET}`)).toEqual([]);
    expect(inProduction(`${other}, ${VALID.JWT_SECRET}`)).toEqual([]);
    expect(inProduction(`${other},${VALID.JWT_SECRET.slice(1)}`).join()).toContain('JWT_SECRET is too short');
    expect(inProduction(`${other},${'a'.repeat(64)}`).join()).toContain('JWT_SECRET looks like a sample');
  });
  test.each(['a,b,c', ',', 'a,', ',b', 'a, ,b'])(
    'cannot be %j, which is not one secret or two',
    (JWT_SECRET) => {
      expect(problemsOf({ ...VALID, JWT_SECRET }).join()).toContain('JWT_SECRET must be one secret');
    },
  );
  test('may be anything outside production', () => {
    for (const NODE_ENV of ['development', 'test'])
      expect(problemsOf({ ...VALID, NODE_ENV, JWT_SECRET: 'change-me' })).toEqual([]);
  });
  test.each([{}, { NODE_ENV: '' }])(
    'is checked without NODE_ENV too, which means production: %j',
    (unset) => {
      expect(problemsOf({ ...VALID, ...unset, JWT_SECRET: 'change-me' })).not.toEqual([]);
      expect(read({ ...VALID, ...unset }).NODE_ENV).toBe('production');
    },
  );
});

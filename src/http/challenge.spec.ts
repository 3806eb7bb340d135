import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../errors/error-codes.js';
import { challengeOf } from './challenge.js';

const problem = (status: number, code: ErrorCode, detail = 'What is wrong') => ({ status, code, detail });

describe('WWW-Authenticate', () => {
  test.each<[number, ErrorCode, string | undefined, string | undefined]>([
    [401, 'TOKEN_REQUIRED', undefined, 'Bearer'],
    [401, 'TOKEN_INVALID', 'Basic YTpi', 'Bearer'],
    [401, 'TOKEN_INVALID', 'Bearerx', 'Bearer'],
    [401, 'REFRESH_TOKEN_INVALID', 'Bearer x', 'Bearer'],
    [401, 'TOKEN_INVALID', 'Bearer', 'Bearer error="invalid_token", error_description="What is wrong"'],
    [401, 'TOKEN_INVALID', 'bearer  x', 'Bearer error="invalid_token", error_description="What is wrong"'],
    [401, 'TOKEN_EXPIRED', 'Bearer x', 'Bearer error="invalid_token", error_description="What is wrong"'],
    [401, 'TOKEN_REVOKED', 'Bearer x', 'Bearer error="invalid_token", error_description="What is wrong"'],
    [403, 'FORBIDDEN', 'Bearer x', 'Bearer error="insufficient_scope", error_description="What is wrong"'],
    [403, 'FORBIDDEN', undefined, undefined],
    [403, 'CROSS_ORIGIN', 'Bearer x', undefined],
    [400, 'SECOND_FACTOR_REQUIRED', 'Bearer x', undefined],
    [404, 'NOT_FOUND', 'Bearer x', undefined],
  ])(
    'on %i %s the challenge to a request with authorization %s is %s',
    (status, code, authorization, challenge) => {
      expect(challengeOf(problem(status, code), authorization)).toBe(challenge);
    },
  );

  test('the description cannot break out of its quotation marks', () => {
    const challenge = challengeOf(problem(401, 'TOKEN_INVALID', 'a "b" \\ ñ\r\nX: y'), 'Bearer x');
    expect(challenge).toBe('Bearer error="invalid_token", error_description="a  b       X: y"');
  });
});

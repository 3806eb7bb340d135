import type { Problem } from './problem.js';

/** What clients see of a bearer token that was refused; RFC 6750, 3.1. */
const ERRORS: Readonly<Record<string, string>> = {
  TOKEN_INVALID: 'invalid_token',
  TOKEN_EXPIRED: 'invalid_token',
  TOKEN_REVOKED: 'invalid_token',
  FORBIDDEN: 'insufficient_scope',
  SECOND_FACTOR_REQUIRED: 'insufficient_scope',
};

/**
 * The `WWW-Authenticate` of an answer: on each 401, and on a 403 for what the token may not do. It says what is wrong with
 * a token only where one was sent: without credentials, or with a scheme that is not supported, nothing is wrong yet. Pure.
 *
 * @param authorization what the request was sent with
 */
export function challengeOf(
  { status, code, detail }: Pick<Problem, 'status' | 'code' | 'detail'>,
  authorization: string | undefined,
): string | undefined {
  const error = status === 401 || status === 403 ? ERRORS[code] : undefined;
  if (error === undefined || !/^Bearer(\s|$)/i.test(authorization ?? ''))
    return status === 401 ? 'Bearer' : undefined;
  // Of a quoted text, what RFC 6750 lets stand there.
  const description = detail.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, ' ');
  return `Bearer error="${error}", error_description="${description}"`;
}

import type { Problem } from './problem.js';

/** The `error` of a challenge to a rejected bearer token, by error code; RFC 6750, 3.1. */
const ERRORS: Readonly<Record<string, string>> = {
  TOKEN_INVALID: 'invalid_token',
  TOKEN_EXPIRED: 'invalid_token',
  TOKEN_REVOKED: 'invalid_token',
  FORBIDDEN: 'insufficient_scope',
  SECOND_FACTOR_REQUIRED: 'insufficient_scope',
};

/**
 * The `WWW-Authenticate` header of a response: on each 401, and on a 403 that a token with more rights would avoid. It
 * names an error only if the request carried a bearer token (RFC 6750, 3.1). Pure.
 *
 * @param authorization the request's header
 */
export function challengeOf(
  { status, code, detail }: Pick<Problem, 'status' | 'code' | 'detail'>,
  authorization: string | undefined,
): string | undefined {
  const error = status === 401 || status === 403 ? ERRORS[code] : undefined;
  if (error === undefined || !/^Bearer(\s|$)/i.test(authorization ?? ''))
    return status === 401 ? 'Bearer' : undefined;
  // RFC 6750 allows only these characters within the quotes.
  const description = detail.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, ' ');
  return `Bearer error="${error}", error_description="${description}"`;
}

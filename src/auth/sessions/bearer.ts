/** One space or more, RFC 9110, 11.4. */
const BEARER = /^Bearer +(\S+)$/i;

/** What stands behind `Bearer` in an `Authorization` header; undefined where there is nothing such. Pure. */
export function bearerIn(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.[1];
}

/** One or more spaces: RFC 9110, 11.4. */
const BEARER = /^Bearer +(\S+)$/i;

/** The token of an `Authorization: Bearer` header; undefined if the header is missing or malformed. Pure. */
export function bearerIn(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.[1];
}

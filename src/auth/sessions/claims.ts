import type { EpochMs } from '../../time/interval.js';
import type { Principal } from '../principal.js';
import { ROLES } from '../role.js';

/** The payload of a token whose signature has been verified. */
export type Claims = Readonly<Record<string, unknown>>;

const AMR_OTP = 'otp';

/** The principal that the claims name; undefined if this service never issues such claims. Pure. */
export function principalOf(claims: Claims): Principal | undefined {
  // Tokens from older versions of the service lack `sid`, `amr` or `ver`.
  const { id, email, ver: version = 0, sid: session = null, amr = [] } = claims;
  const role = ROLES.find((name) => name === claims.role);
  if (!isId(id) || !isId(version) || !(session === null || isId(session))) return undefined;
  if (typeof email !== 'string' || !role) return undefined;
  return { id, email, role, version, session, secondFactor: Array.isArray(amr) && amr.includes(AMR_OTP) };
}

/** Checks `nbf` and `exp` against the time. A token without `exp` never expires (RFC 7519, 4.1). Pure. */
export function checkDates({ exp, nbf }: Claims, now: EpochMs): 'valid' | 'expired' | 'invalid' {
  if (![exp, nbf].every((date) => date === undefined || Number.isFinite(date))) return 'invalid';
  if (nbf !== undefined && (nbf as number) * 1000 > now) return 'invalid';
  return exp !== undefined && (exp as number) * 1000 <= now ? 'expired' : 'valid';
}

const isId = (value: unknown): value is number => Number.isInteger(value);

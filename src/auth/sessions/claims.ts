import type { EpochMs } from '../../time/interval.js';
import type { Principal } from '../principal.js';
import { ROLES } from '../role.js';

/** What a token says, once its signature has been verified. */
export type Claims = Readonly<Record<string, unknown>>;

const DIGITS = 'otp';

/** Whose token it is that claims this; undefined for claims that no token of ours has. Pure. */
export function principalOf(claims: Claims): Principal | undefined {
  // Tokens from before there were versions have none, nor how their owner logged in; older ones have no session.
  const { id, email, ver: version = 0, sid: session = null, amr = [] } = claims;
  const role = ROLES.find((name) => name === claims.role);
  if (!isId(id) || !isId(version) || !(session === null || isId(session))) return undefined;
  if (typeof email !== 'string' || !role) return undefined;
  return { id, email, role, version, session, secondFactor: Array.isArray(amr) && amr.includes(DIGITS) };
}

/** What a token's dates say at this moment; a token without an end never expires (RFC 7519, 4.1). Pure. */
export function judgeDates({ exp, nbf }: Claims, now: EpochMs): 'good' | 'expired' | 'invalid' {
  if (![exp, nbf].every((date) => date === undefined || Number.isFinite(date))) return 'invalid';
  if (nbf !== undefined && (nbf as number) * 1000 > now) return 'invalid';
  return exp !== undefined && (exp as number) * 1000 <= now ? 'expired' : 'good';
}

const isId = (value: unknown): value is number => Number.isInteger(value);

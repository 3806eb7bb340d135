import type { AccountActor } from '../../http/context.js';

/** The claims of a token that decide whether it is revoked. */
export type SessionClaims = Pick<AccountActor, 'id' | 'version' | 'session'>;

/** SQL: whether a session is live. Tokens that predate sessions have none and count as live. */
export function isLive(session: '?' | 'session_id'): string {
  return `(${session} IS NULL OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = ${session} AND s.ended_at IS NULL))`;
}

/** SQL: whether the account of a row is the token's, is active, and neither all its sessions nor the token's own have ended. */
const IS_VALID_SESSION = `a.id = ? AND a.session_version = ? AND a.disabled_at IS NULL AND ${isLive('?')}`;

/** SQL: selects from the token's account `a`, if its session is valid. Its parameters are `sessionParameters`. */
export const FROM_VALID_SESSION = fromValidSession('');

/** The same, with another table joined to the account. The parameters of the join come first. */
export function fromValidSession(join: string): string {
  return `FROM accounts a ${join}
     WHERE ${IS_VALID_SESSION}`;
}

/** The parameters of `FROM_VALID_SESSION`. */
export function sessionParameters({ id, version, session }: SessionClaims): unknown[] {
  return [id, version, session, session];
}

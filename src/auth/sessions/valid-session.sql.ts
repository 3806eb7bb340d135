import type { AccountActor } from '../../http/context.js';

/** The claims of a token that decide whether it is revoked. */
export type SessionClaims = Pick<AccountActor, 'id' | 'version' | 'session'>;

/** SQL: whether a session is live. Tokens that predate sessions have none and count as live. */
export function isLive(session: '?' | 'session_id'): string {
  return `(${session} IS NULL OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = ${session} AND s.ended_at IS NULL))`;
}

/**
 * SQL: selects from the token's account, if the account is active and neither all its sessions nor the token's own have
 * ended. Its parameters are `sessionParameters`.
 */
export const FROM_VALID_SESSION = `FROM accounts
     WHERE id = ? AND session_version = ? AND disabled_at IS NULL AND ${isLive('?')}`;

/** The parameters of `FROM_VALID_SESSION`. */
export function sessionParameters({ id, version, session }: SessionClaims): unknown[] {
  return [id, version, session, session];
}

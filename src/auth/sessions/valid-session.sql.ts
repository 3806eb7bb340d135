import type { AccountActor } from '../../http/context.js';

/** Whose token it is that may have been ended. */
export type TokenOf = Pick<AccountActor, 'id' | 'version' | 'session'>;

/** Whether a session has not been ended, for SQL; a token from before there were sessions has none. */
export function isLive(session: '?' | 'session_id'): string {
  return `(${session} IS NULL OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = ${session} AND s.ended_at IS NULL))`;
}

/**
 * SQL: selects from the account of a token, if that is active and neither all its sessions nor the token's have ended.
 * Its parameters are `valuesOf`.
 */
export const FROM_VALID_SESSION = `FROM accounts
     WHERE id = ? AND session_version = ? AND disabled_at IS NULL AND ${isLive('?')}`;

/** What a token says of its account. */
export function valuesOf({ id, version, session }: TokenOf): unknown[] {
  return [id, version, session, session];
}

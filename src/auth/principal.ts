import type { Role } from './role.js';

/** Who is asking, as the token says. */
export interface Principal {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  /** That of the account's sessions when the token was issued. */
  readonly version: number;
  /** The session that the token belongs to; null for a token from before there were sessions. */
  readonly session: number | null;
  /** Whether the log-in asked for a second factor. */
  readonly secondFactor: boolean;
}

import type { Role } from './role.js';

/** The account and session of a request, as its token claims them. */
export interface Principal {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  /** The version of the account's sessions when the token was issued. */
  readonly version: number;
  /** The session of the token; null for a token that predates sessions. */
  readonly session: number | null;
  /** Whether the log-in checked a second factor. */
  readonly secondFactor: boolean;
}

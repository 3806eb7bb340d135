/** Who does something, and from where; null is what is not known. */
export interface Actor {
  /** The account; null for a visitor who has not logged in, and for the service itself. */
  readonly id: number | null;
  readonly role: string | null;
  /** The network address that the request came from. */
  readonly address: string | null;
  readonly requestId: string | null;
}

/** Somebody who has logged in. */
export interface KnownActor extends Actor {
  readonly id: number;
  /** That of the account's sessions when they did. */
  readonly version: number;
  /** The session of their token; null where it has none. */
  readonly session?: number | null;
}

export function isKnown(by: Actor): by is KnownActor {
  return by.id !== null;
}

/** The service itself, at its start or by a command. */
export const THE_SERVICE: Actor = { id: null, role: null, address: null, requestId: null };

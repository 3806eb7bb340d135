import { plainLine } from './plain-line.js';

/** A person's names, as stored. */
export interface PersonName {
  readonly givenName: string | null;
  readonly familyName: string | null;
}

/** What mail clients turn into a link. */
const LINK = /[@/\\:]|[.。．｡][\p{L}\p{N}]{2}/u;

/**
 * A person's names as one harmless line; `undefined` if there is nothing to show.
 *
 * @param isTrusted false if a stranger may have typed the name, for an address that is not theirs. A name that looks like
 *   a link is left out then: the clinic would vouch for it.
 */
export function personName({ givenName, familyName }: PersonName, isTrusted: boolean): string | undefined {
  const name = plainLine([givenName, familyName].filter((part) => part !== null).join(' '));
  return name === '' || (!isTrusted && LINK.test(name)) ? undefined : name;
}

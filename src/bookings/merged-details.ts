import type { Managed } from '../patients/patient-account.repository.js';
import { LONGEST_NOTES } from '../patients/patient.js';

/** Both have the same account, or one has none. */
export function managerOf(source: Managed, target: Managed): Pick<Managed, 'accountId' | 'relation'> {
  const { accountId, relation } = source.relation === 'self' || target.accountId === null ? source : target;
  return { accountId, relation };
}

/**
 * The details that only the source has, its notes, and its wish for no emails. An address or a language beside an account
 * would replace those of the account.
 */
export function detailsFrom(source: Managed, target: Managed): Partial<Managed> {
  const fields = ['givenName', 'familyName', 'birthDate', 'phone', 'notes'] as const;
  const ofContact = target.accountId === null ? (['email', 'locale'] as const) : [];
  const lacked = Object.fromEntries(
    [...fields, ...ofContact]
      .filter((field) => target[field] === null && source[field] !== null)
      .map((field) => [field, source[field]]),
  );
  const isSilenced = source.contactBy === 'none' && target.contactBy !== 'none';
  return { ...lacked, ...notesOfBoth(target, source), ...(isSilenced && { contactBy: source.contactBy }) };
}

/** The notes of both, if both have some. What would be too long stays with the source, whose export has it. */
function notesOfBoth(target: Managed, source: Managed): Pick<Managed, 'notes'> | undefined {
  if (target.notes === null || source.notes === null || target.notes === source.notes) return undefined;
  const notes = `${target.notes}\n${source.notes}`;
  return notes.length <= LONGEST_NOTES ? { notes } : undefined;
}

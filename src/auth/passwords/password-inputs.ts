import { foldText } from './fold-text.mjs';
import { PRINTED_PASSWORDS } from './printed-passwords.js';

/** Shorter words occur in good passwords by chance. */
const SHORTEST = 3;
/** Each word takes time for every check, and an address can have sixty. */
const MOST_WORDS = 30;

/**
 * The words that an attacker tries first for an account: the address and its parts, the clinic's name and its words,
 * the city of its time zone, and the passwords printed in this repository. Folded, without duplicates, each whole
 * before its parts. Pure.
 */
export function passwordInputs(email: string, clinicName: string, timeZone = 'UTC'): string[] {
  const address = foldText(email);
  const at = address.lastIndexOf('@');
  // The clinic's name comes first, because a long address may push later words over the limit.
  const parts = [
    foldText(clinicName),
    foldText(cityOf(timeZone)),
    address.slice(0, Math.max(at, 0)),
    address.slice(at + 1),
  ];
  const words = parts.flatMap((part) => [part, compact(part)]).concat(parts.flatMap(wordsOf));
  const inputs = new Set([address, ...words].filter((word) => word.length >= SHORTEST));
  return [...[...inputs].slice(0, MOST_WORDS), ...PRINTED_PASSWORDS];
}

/** `America/Argentina/Buenos_Aires` is the time zone of `Buenos Aires`. `UTC` has no city. */
function cityOf(timeZone: string): string {
  return timeZone.split('/').slice(1).at(-1)?.replaceAll('_', ' ') ?? '';
}

const compact = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');

/** `ana.ruiz77` has the words `ana`, `ruiz77` and `ruiz`. */
function wordsOf(text: string): string[] {
  return [...(text.match(/[\p{L}\p{N}]+/gu) ?? []), ...(text.match(/\p{L}+/gu) ?? [])];
}

import { PRINTED_PASSWORDS } from './printed-passwords.js';

/** Shorter words stand in good passwords by chance. */
const SHORTEST = 3;
/** Every word costs time for each password, and an address can be made of sixty. */
const MOST_WORDS = 30;

/**
 * What an attacker tries first for one account: the address and its parts, the clinic's name and its words, and the
 * passwords that this repository prints. In lower case, each once, the whole before its parts. Pure.
 */
export function passwordInputs(email: string, clinicName: string): string[] {
  const [address, clinic] = [inLowerCase(email), inLowerCase(clinicName)];
  const at = address.lastIndexOf('@');
  // The clinic first: an address can have so many words that the last are left out.
  const parts = [clinic, address.slice(0, Math.max(at, 0)), address.slice(at + 1)].flatMap(spellings);
  const words = parts.flatMap((part) => [part, compact(part)]).concat(parts.flatMap(wordsOf));
  const known = new Set([address, ...words].filter((word) => word.length >= SHORTEST));
  return [...[...known].slice(0, MOST_WORDS), ...PRINTED_PASSWORDS];
}

const inLowerCase = (text: string): string => text.normalize('NFKC').toLowerCase();

/** As it is written, and without its accents. */
const spellings = (text: string): string[] => [text, text.normalize('NFD').replace(/\p{M}/gu, '')];

const compact = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');

/** `ana.ruiz77` is `ana`, `ruiz77` and `ruiz`. */
function wordsOf(text: string): string[] {
  return [...(text.match(/[\p{L}\p{N}]+/gu) ?? []), ...(text.match(/\p{L}+/gu) ?? [])];
}

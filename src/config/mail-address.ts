import { domainToASCII, domainToUnicode } from 'node:url';
import { isEmail } from 'class-validator';
import { LRUCache } from 'lru-cache';

/** The longest address that is stored, in characters (RFC 5321, 4.5.3.1). */
export const LONGEST_ADDRESS = 254;
/** The longest input that is normalised: it may have surrounding spaces and decomposed letters. */
const LONGEST_TYPED = 4 * LONGEST_ADDRESS;

/** Mail servers interpret quoted names and invisible characters differently: two accounts could share a mailbox. */
const AMBIGUOUS = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}"<>]/u;
/** Characters that `domainToASCII`, which parses URL hosts, would decode or take for the end of the domain. */
const NOT_IN_DOMAIN = /[^-.a-z0-9\u0080-\u{10ffff}]/iu;

/** Begins each label of a domain in another script, in ASCII (RFC 5890, 2.3.1). */
const ENCODED_LABEL = 'xn--';

/** By domain in ASCII: a list may show one domain a thousand times, and decoding a long one takes 0.1 ms. */
const shownDomains = new LRUCache<string, string>({
  max: 1_000,
  memoMethod: (domain) => domainToUnicode(domain) || domain,
});

const HAS_ASCII = /[\0-\x7f]/;

/** The Turkish dotless i is a letter of its own, although its capital is the ASCII one. */
const DOTLESS_I = 'ı';

/**
 * An email address as typed, but without surrounding spaces, in NFC, and with its domain in lower-case ASCII;
 * `undefined` if the text is not one. Idempotent, like all forms here. Pure.
 */
export function readAddress(typed: string): string | undefined {
  if (typed.length > LONGEST_TYPED) return undefined;
  const text = withoutSpaces(typed);
  if (AMBIGUOUS.test(text)) return undefined;
  const [local, domain] = partsOf(text.normalize('NFC'));
  if (NOT_IN_DOMAIN.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  // Node 24 passes on an encoded label that decodes to nothing.
  if (ascii.includes(ENCODED_LABEL) && domainToUnicode(ascii).includes(ENCODED_LABEL)) return undefined;
  const address = `${local}@${ascii}`;
  return isAddress(address) && isAddress(folded(address)) ? address : undefined;
}

/** The form to store and compare: all spellings of one mailbox have the same one. Pure. */
export function canonicalAddress(typed: string): string {
  const address = readAddress(typed);
  // An invalid address belongs to no account, but rate limits still count and hash it.
  return address === undefined ? withoutSpaces(typed.slice(0, LONGEST_TYPED)).toLowerCase() : folded(address);
}

/** The form to send to: in lower case, otherwise as its owner typed it. Pure. */
export function deliveryAddress(typed: string): string {
  const [local, domain] = partsOf(readAddress(typed) ?? canonicalAddress(typed));
  return `${local.toLowerCase().normalize('NFC')}@${domain}`;
}

/** The form to show to people: with the domain in its own script. Pure. */
export function shownAddress(address: string): string {
  // Lists show hundreds of addresses, and few domains are in another script.
  if (!address.includes(ENCODED_LABEL)) return address;
  const [local, domain] = partsOf(address);
  return `${local}@${shownDomains.memo(domain)}`;
}

/** Removes spaces and tabs from typing or pasting, but not line breaks, which are no accident. */
function withoutSpaces(text: string): string {
  return text.replace(/^[\t\p{Zs}]+/u, '').replace(/[\t\p{Zs}]+$/u, '');
}

function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && isEmail(text);
}

/** The local part and the domain, split at the last `@`. */
function partsOf(address: string): [local: string, domain: string] {
  const at = address.lastIndexOf('@');
  return at < 0 ? ['', address] : [address.slice(0, at), address.slice(at + 1)];
}

function folded(address: string): string {
  const [local, domain] = partsOf(address);
  // Decomposed first: a mark that folds to a letter (U+0345) would otherwise precede the letter's other marks.
  return `${[...local.normalize('NFD')].map(foldCase).join('').normalize('NFC')}@${domain}`;
}

/**
 * Full case folding of one character (Unicode, 3.13, D145). Character by character, because a final sigma must fold
 * like any other. The first step maps the capital sharp s to the small one, which folds to `ss`. A variant of an ASCII
 * letter, such as the long s or a ligature, is not folded: it belongs to a different mailbox, and must not take the
 * ASCII one's address.
 */
function foldCase(character: string): string {
  const lower = character.toLowerCase();
  const folded = lower.toUpperCase().toLowerCase();
  const isVariant = lower.normalize('NFKC') !== lower && HAS_ASCII.test(folded);
  return character === DOTLESS_I || isVariant ? lower : folded;
}

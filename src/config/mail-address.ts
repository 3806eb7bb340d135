import { domainToASCII, domainToUnicode } from 'node:url';
import { isEmail } from 'class-validator';

/** Of an address as it is stored, in characters (RFC 5321, 4.5.3.1). */
export const LONGEST_ADDRESS = 254;
/** As it is typed: spaces around it, and composed letters that came decomposed. Nothing longer is normalised. */
const LONGEST_TYPED = 4 * LONGEST_ADDRESS;

/** Mail servers read quoted names, and what cannot be seen, each in their own way: two accounts could share a mailbox. */
const ODD = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}"<>]/u;
/** What `domainToASCII`, which reads the host of a URL, would take for the end of the domain, or decode. */
const NO_DOMAIN = /[^-.a-z0-9\u0080-\u{10ffff}]/iu;

const HAS_ASCII = /[\0-\x7f]/;

/** The Turkish dotless i is a letter of its own, though its capital is an ordinary one. */
const DOTLESS = 'ı';

/**
 * A mail address as it was typed, without spaces around it, in NFC, and with its domain in ASCII and lower case; undefined for what is none.
 * Idempotent, as all forms here. Pure.
 */
export function readAddress(typed: string): string | undefined {
  if (typed.length > LONGEST_TYPED) return undefined;
  const text = withoutSpaces(typed);
  if (ODD.test(text)) return undefined;
  const [local, domain] = partsOf(text.normalize('NFC'));
  if (NO_DOMAIN.test(domain)) return undefined;
  const address = `${local}@${domainToASCII(domain)}`;
  return isAddress(address) && isAddress(folded(address)) ? address : undefined;
}

/** The form in which addresses are stored and compared: those of one mailbox, in any spelling, are the same text. Pure. */
export function canonicalAddress(typed: string): string {
  const address = readAddress(typed);
  // What is no address belongs to no account, but is counted and hashed all the same.
  return address === undefined ? withoutSpaces(typed.slice(0, LONGEST_TYPED)).toLowerCase() : folded(address);
}

/** The form that mails go to: in lower case, and otherwise with the letters that its owner typed. Pure. */
export function deliveryAddress(typed: string): string {
  const [local, domain] = partsOf(readAddress(typed) ?? canonicalAddress(typed));
  return `${local.toLowerCase().normalize('NFC')}@${domain}`;
}

/** The form that people see, with the domain in its own script. Pure. */
export function shownAddress(address: string): string {
  const [local, domain] = partsOf(address);
  return `${local}@${domainToUnicode(domain) || domain}`;
}

/** Spaces that a hand or a clipboard left; a line break is no accident. */
function withoutSpaces(text: string): string {
  return text.replace(/^[\t\p{Zs}]+/u, '').replace(/[\t\p{Zs}]+$/u, '');
}

function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && isEmail(text);
}

/** Local part and domain; the last `@` is between them. */
function partsOf(address: string): [local: string, domain: string] {
  const at = address.lastIndexOf('@');
  return at < 0 ? ['', address] : [address.slice(0, at), address.slice(at + 1)];
}

function folded(address: string): string {
  const [local, domain] = partsOf(address);
  // Decomposed first: a mark that folds to a letter (U+0345) would else stand before others of its letter.
  return `${[...local.normalize('NFD')].map(foldCase).join('').normalize('NFC')}@${domain}`;
}

/**
 * Full case folding of one character (Unicode, 3.13, D145), letter by letter, so that a sigma at the end of a word is one
 * like any other. The first step takes the capital sharp s to the small one, which has capitals of its own. A variant of an
 * ASCII letter, such as the long s or a ligature, stays: it is another mailbox, and whoever registers it must not take the
 * address of everybody with an s.
 */
function foldCase(character: string): string {
  const lower = character.toLowerCase();
  const folded = lower.toUpperCase().toLowerCase();
  const isVariant = lower.normalize('NFKC') !== lower && HAS_ASCII.test(folded);
  return character === DOTLESS || isVariant ? lower : folded;
}

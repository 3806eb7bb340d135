/** Hides mail addresses and names in texts that others wrote: drivers, mail servers. Pure, and linear in the length. */

/** More than an error with its stack needs. */
const LONGEST_TEXT = 32_000;
/** More than the ledger keeps of what a mail server says. */
const LONGEST_REPLY = 2_000;
/** Names shorter than that are parts of too many words. */
const SHORTEST_PIECE = 3;

// `/@scope/` in a path is a package and no address.
const DOMAIN = /(?!(?<=\/)@[\w-]+\/)@[^\s@<>"'`=,;:()]+/;
const QUOTED_NAME = /"[^"\r\n]*"/;
/** Consumed as a whole, also where no domain follows: to try again at each of its characters takes quadratic time. */
const NAME = /[^\s@<>",;:()]+/;
const ADDRESS = new RegExp(`${QUOTED_NAME.source}${DOMAIN.source}|(${NAME.source})(${DOMAIN.source})?`, 'g');
/** What may stand before a name, but does not begin one. */
const BEFORE_NAME = /^['`=]*/;

/** Hides mail addresses: drivers and mail servers like to quote them in their errors. */
export function withoutAddresses(text: string): string {
  return bounded(text, LONGEST_TEXT).replace(ADDRESS, (found: string, name?: string, domain?: string) => {
    if (name === undefined) return '[address]';
    const [before] = BEFORE_NAME.exec(name)!;
    const isAddress = domain !== undefined && before.length < name.length;
    return isAddress ? `${before}[address]` : found;
  });
}

/** Hides the recipient of a mail in a mail server's reply: also where it names only the part before the @, or pieces. */
export function withoutRecipient(reply: string, address: string): string {
  const text = charactersOf(withoutAddresses(bounded(reply, LONGEST_REPLY).normalize()));
  const names = namesIn(address);
  let redacted = '';
  for (let at = 0; at < text.length;) {
    const name = names.find((each) =>
      each.every(({ folded }, offset) => text[at + offset]?.folded === folded),
    );
    redacted += name ? '[name]' : text[at]!.written;
    at += name?.length ?? 1;
  }
  return redacted;
}

interface Character {
  readonly written: string;
  /** Without regard to case. */
  readonly folded: string;
}

/** One entry for each folded character: `ß` folds to two, of which the first holds what was written. */
const charactersOf = (text: string): Character[] =>
  Array.from(text).flatMap((written) =>
    Array.from(written.toUpperCase().toLowerCase(), (folded, index) => ({
      written: index === 0 ? written : '',
      folded,
    })),
  );

/** The part of an address before the @ and its pieces, in each spelling, longest first. */
function namesIn(address: string): Character[][] {
  const local = address.includes('@') ? address.slice(0, address.lastIndexOf('@')) : address;
  const names = spellingsOf(local).flatMap((spelling) => [
    spelling,
    ...spelling.split(/[^\p{L}\p{N}]+/u).filter((piece) => piece.length >= SHORTEST_PIECE),
  ]);
  return [...new Set(names)]
    .filter((name) => name !== '')
    .map(charactersOf)
    .sort((a, b) => b.length - a.length);
}

/** As people write it, and as its bytes look in a reply that is not all UTF-8 and so was read as Latin-1. */
function spellingsOf(local: string): string[] {
  return [local.normalize('NFC'), local.normalize('NFD')].flatMap((form) => [
    form.normalize(),
    Buffer.from(form).toString('latin1').normalize(),
  ]);
}

/** Cuts a text before the word, or the quoted name, that would be left without its end. */
function bounded(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let end = longest;
  while (end > 0 && /[^\s<>,;()]/.test(text[end - 1]!)) end -= 1;
  const kept = text.slice(0, end);
  const line = kept.slice(Math.max(kept.lastIndexOf('\n'), kept.lastIndexOf('\r')) + 1);
  const isQuoteOpen = line.split('"').length % 2 === 0;
  return `${isQuoteOpen ? kept.slice(0, kept.lastIndexOf('"')) : kept}…`;
}

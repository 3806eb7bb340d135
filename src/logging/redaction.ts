/** Redacts email addresses and names in texts of drivers and mail servers. Pure, and linear in the length. */

/** More than an error with its stack needs. */
const MAX_TEXT_LENGTH = 32_000;
/** More than the ledger keeps of a mail server's reply. */
const MAX_REPLY_LENGTH = 2_000;
/** Shorter pieces of a name occur in too many words. */
const MIN_PIECE_LENGTH = 3;

// `/@scope/` in a path is a package, not an address.
const DOMAIN = /(?!(?<=\/)@[\w-]+\/)@[^\s@<>"'`=,;:()]+/;
const QUOTED_NAME = /"[^"\r\n]*"/;
/** Consumed as a whole, even if no domain follows: retrying at each of its characters takes quadratic time. */
const NAME = /[^\s@<>",;:()]+/;
const ADDRESS = new RegExp(`${QUOTED_NAME.source}${DOMAIN.source}|(${NAME.source})(${DOMAIN.source})?`, 'g');
/** Characters that may precede a name but are not part of it. */
const BEFORE_NAME = /^['`=]*/;

/** Redacts email addresses, which drivers and mail servers often quote in their errors. */
export function withoutAddresses(text: string): string {
  return bounded(text, MAX_TEXT_LENGTH).replace(ADDRESS, (found: string, name?: string, domain?: string) => {
    if (name === undefined) return '[address]';
    const [before] = BEFORE_NAME.exec(name)!;
    const isAddress = domain !== undefined && before.length < name.length;
    return isAddress ? `${before}[address]` : found;
  });
}

/** Redacts the recipient in a mail server's reply, even if it names only the local part or pieces of it. */
export function withoutRecipient(reply: string, address: string): string {
  const text = charactersOf(withoutAddresses(bounded(reply, MAX_REPLY_LENGTH).normalize()));
  const names = namesIn(address);
  let redacted = '';
  for (let at = 0; at < text.length;) {
    const name = names.find((each) =>
      each.every(({ folded }, offset) => text[at + offset]?.folded === folded),
    );
    redacted += name ? '[name]' : text[at]!.original;
    at += name?.length ?? 1;
  }
  return redacted;
}

interface Character {
  readonly original: string;
  /** Case-folded. */
  readonly folded: string;
}

/** One entry per folded character: `ß` folds to two, of which only the first has the original text. */
const charactersOf = (text: string): Character[] =>
  Array.from(text).flatMap((original) =>
    Array.from(original.toUpperCase().toLowerCase(), (folded, index) => ({
      original: index === 0 ? original : '',
      folded,
    })),
  );

/** The local part of an address and its pieces, in each spelling, longest first. */
function namesIn(address: string): Character[][] {
  const local = address.includes('@') ? address.slice(0, address.lastIndexOf('@')) : address;
  const names = spellingsOf(local).flatMap((spelling) => [
    spelling,
    ...spelling.split(/[^\p{L}\p{N}]+/u).filter((piece) => piece.length >= MIN_PIECE_LENGTH),
  ]);
  return [...new Set(names)]
    .filter((name) => name !== '')
    .map(charactersOf)
    .sort((a, b) => b.length - a.length);
}

/** The local part as people write it, and as it looks in a reply that is not valid UTF-8 and was decoded as Latin-1. */
function spellingsOf(local: string): string[] {
  return [local.normalize('NFC'), local.normalize('NFD')].flatMap((form) => [
    form.normalize(),
    Buffer.from(form).toString('latin1').normalize(),
  ]);
}

/** Truncates a text before a word or quoted name that would be cut in half. */
function bounded(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let end = longest;
  while (end > 0 && /[^\s<>,;()]/.test(text[end - 1]!)) end -= 1;
  const kept = text.slice(0, end);
  const line = kept.slice(Math.max(kept.lastIndexOf('\n'), kept.lastIndexOf('\r')) + 1);
  const isQuoteOpen = line.split('"').length % 2 === 0;
  return `${isQuoteOpen ? kept.slice(0, kept.lastIndexOf('"')) : kept}…`;
}

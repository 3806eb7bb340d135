/** Octets of UTF-8, without the line break. */
const MAX_LINE_OCTETS = 75;

/** A property of an iCalendar object: its name with parameters, `ATTENDEE;RSVP=FALSE`, and its encoded value. */
export type Property = readonly [name: string, value: string];

/** The content lines of an iCalendar object (RFC 5545, 3.1), with long ones folded. */
export function contentLines(properties: readonly Property[]): string {
  return properties.map(([name, value]) => `${fold(`${name}:${value}`)}\r\n`).join('');
}

/** A value of type TEXT (RFC 5545, 3.3.11). */
export function textValue(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

/** An instant, epoch milliseconds, as a DATE-TIME in UTC (RFC 5545, 3.3.5). */
export function utcValue(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Folds a line between characters: each continuation begins with a space, which parsers remove. */
function fold(line: string): string {
  if (Buffer.byteLength(line) <= MAX_LINE_OCTETS) return line;
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = octetsOf(character.codePointAt(0)!);
    if (octets + size > MAX_LINE_OCTETS) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** The length of a code point in UTF-8. */
function octetsOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

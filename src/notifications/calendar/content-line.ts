/** A line holds so many octets of UTF-8, its break not counted. */
const LONGEST = 75;

/** A property of an iCalendar object with its parameters, `ATTENDEE;RSVP=FALSE`, and its value as it is written. */
export type Property = readonly [name: string, value: string];

/** The content lines of an iCalendar object (RFC 5545, 3.1): folded where they are long, each with its break. */
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

/** Breaks a line between characters; what goes on after a break begins with a space, which readers take away. */
function fold(line: string): string {
  if (Buffer.byteLength(line) <= LONGEST) return line;
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = octetsOf(character.codePointAt(0)!);
    if (octets + size > LONGEST) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** How long a code point is in UTF-8. */
function octetsOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

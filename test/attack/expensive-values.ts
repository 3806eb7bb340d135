/** Inputs of at most 64 KB that could keep a service busy for long. */

const fill = (unit: string, bytes = 60_000): string =>
  unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));

/** Texts by what is hostile in them. */
export const TEXTS: Readonly<Record<string, string>> = {
  'combining marks in the wrong order': fill('\u0301', 30_000) + fill('\u0316', 30_000),
  'ligatures that grow': fill('ﷺ'),
  'Hangul in pieces': fill('\u1112\u1161\u11ab'),
  'capitals that grow': fill('İ'),
  emoji: fill('😀'),
  'one word': fill('a'),
  blanks: fill(' '),
  lines: fill('\r\n'),
  quotes: fill('"', 30_000),
  backslashes: fill('\\', 30_000),
  hyphens: fill('-'),
  digits: fill('9'),
  dates: fill('2027-01-01'),
  dots: fill('a.'),
  base64: fill('eyJhbGciOiJIUzI1NiJ9'),
  'a long local part': `${fill('a')}@people.example`,
  'a local part of dots': `${fill('a.')}a@people.example`,
  'a long domain': `a@${fill('a.')}example`,
  'at signs': fill('@'),
  'half addresses': fill('a@'),
  'packages in a path': fill('/@a'),
  'a password of other spellings': 'p4ssw0rd'.repeat(4),
  'a password of signs': '4@8({[<369&!1|l+70$52%v4@8({[<36',
  'a password of three letters': 'aA@aA@aA@aA@aA@aA@aA@aA@aA@aA@aA',
  'a password of the longest length': 'p@$$w0rd'.repeat(32),
  'a password of years': '1990'.repeat(8),
};

const nested = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + close.repeat(levels);
const listed = (unit: (at: number) => string, count: number): string =>
  Array.from({ length: count }, (_, at) => unit(at)).join(',');

/** Values in their JSON notation. */
export const VALUES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(TEXTS).map(([what, text]) => [what, JSON.stringify(text)])),
  'halves of characters': `"${'\\ud800'.repeat(10_000)}"`,
  'a number of many digits': '9'.repeat(60_000),
  'nested arrays': nested('[', ']', 30_000),
  'nested objects': `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  'a long array': `[${listed(() => '0', 30_000)}]`,
  'an array of objects': `[${listed(() => '{}', 20_000)}]`,
  'an object of many fields': `{${listed((at) => `"${at.toString(36)}":0`, 6_000)}}`,
};

/** Whole bodies. */
export const BODIES: Readonly<Record<string, string>> = {
  'many unknown fields': `{${listed((at) => `"${at.toString(36)}":0`, 6_000)}}`,
  'unknown fields of long names': `{${listed((at) => `"${at}${'x'.repeat(600)}":0`, 90)}}`,
  'unknown fields in escapes': `{${listed((at) => `"\\u00${(at % 90) + 10}${at}":0`, 4_000)}}`,
  'one field again and again': `{${listed(() => '"email":"a@b.example"', 2_900)}}`,
  prototypes: `{${listed(() => '"\\u005f_proto__"', 3_700)}}`,
  'almost prototypes': `{"a":[${listed(() => '"__proto__"  ', 4_000)}]}`,
  blanks: `${' '.repeat(60_000)}{}`,
  'nothing but brackets': '['.repeat(64_000),
  'an array': `[${listed(() => '0', 30_000)}]`,
};

/** Escaped texts for URLs, which must be shorter. */
export const IN_URL = Object.entries(TEXTS).map(([what, text]): [string, string] => [
  what,
  cut(encodeURIComponent(text), 7_000),
]);

/** Shortens a text, but not in the middle of an escape. */
function cut(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/%.?$/, '');
}

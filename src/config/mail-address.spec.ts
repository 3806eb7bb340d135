import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, deliveryAddress, readAddress, shownAddress } from './mail-address.js';

const LETTERS =
  'abcxyzABCXYZ019.+-_éÉñÑüÜßẞſςσΣίΊΐᾳᾼᾴΆιΙİıiIKÅåÅµμŉʼnǰϐβЖжԱաևﬁﬃƒ' + '\u0301\u0308\u0307\u0345\u0327';
const local = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 20 });
const anyLocal = fc.oneof(local, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }));
const domain = fc.constantFrom(
  'people.example',
  'münchen.example',
  'MU\u0308NCHEN.example',
  'xn--mnchen-3ya.example',
  'straße.example',
  'Ελλάς.example',
  'παράδειγμα.ΔΟΚΙΜΉ',
  '例え.テスト',
);
const address = fc
  .tuple(anyLocal, domain)
  .map(([name, host]) => `${name}@${host}`)
  .filter((text) => readAddress(text) !== undefined);

/** Whether a text has a variant of an ASCII letter, such as `ſ` or `ẚ`: its capital is the ASCII letter's. */
const keepsCase = (text: string): boolean =>
  [...text.normalize('NFD')].some(
    (letter) => letter > '\x7f' && letter !== 'ß' && /[A-Z]/.test(letter.toUpperCase()),
  );

/** Decomposed first: an iota subscript becomes a letter in capitals, and must follow the other accents. */
const capitals = (text: string): string => text.normalize('NFD').toUpperCase();

/** Other spellings of the same mailbox. */
const spellings: readonly [string, (text: string) => string][] = [
  ['decomposed', (text) => text.normalize('NFD')],
  ['composed', (text) => text.normalize('NFC')],
  ['with spaces', (text) => ` \t${text}\u3000`],
  ['in lower case', (text) => text.toLowerCase()],
  ['domain in its own script', (text) => shownAddress(readAddress(text)!)],
  ['in delivery form', deliveryAddress],
  // In domains a final sigma is a letter of its own.
  ['in capitals', (text) => (keepsCase(text) ? text : text.replace(/^.*@/u, capitals))],
];

describe('every form', () => {
  test.each([
    ['read', (text: string) => readAddress(text)!],
    ['canonical', canonicalAddress],
    ['delivery', deliveryAddress],
    ['shown', shownAddress],
  ] as const)('the %s form is idempotent', (_, form) => {
    fc.assert(
      fc.property(address, (text) => {
        const once = form(text);
        expect(form(once)).toBe(once);
      }),
    );
  });

  test('is a valid address, and the canonical one fits the column', () => {
    fc.assert(
      fc.property(address, (text) => {
        for (const form of [canonicalAddress, deliveryAddress])
          expect(readAddress(form(text))).toBe(form(text));
        expect(canonicalAddress(text).length).toBeLessThanOrEqual(254);
      }),
    );
  });
});

describe('every spelling of a mailbox has the same canonical form', () => {
  test.each(spellings)('%s', (_, spell) => {
    fc.assert(
      fc.property(address, (text) => {
        const other = spell(text);
        // In capitals, an address may be too long.
        fc.pre(readAddress(other) !== undefined);
        expect(canonicalAddress(other)).toBe(canonicalAddress(text));
      }),
    );
  });

  test('folding any letter twice is the same as folding it once', () => {
    for (let code = 0xa0; code < 0x30000; code++) {
      const letter = String.fromCodePoint(code);
      const text = `a${letter}b@people.example`;
      if (readAddress(text) === undefined) continue;
      const form = canonicalAddress(text);
      if (canonicalAddress(form) !== form) throw new Error(`U+${code.toString(16)}`);
    }
  });
});

describe('different mailboxes have different canonical forms', () => {
  test.each([
    ['dotless i', 'admın@people.example', 'admin@people.example'],
    ['accents', 'jose@people.example', 'josé@people.example'],
    ['dots', 'a.b@people.example', 'ab@people.example'],
    ['tags', 'a+b@people.example', 'a@people.example'],
    ['scripts', 'а@people.example', 'a@people.example'],
    ['long s', 'maria.ſosa@people.example', 'maria.sosa@people.example'],
    ['ligatures', 'ﬁona@people.example', 'fiona@people.example'],
  ])('%s', (_, one, other) => {
    expect(canonicalAddress(one)).not.toBe(canonicalAddress(other));
  });
});

test.each([
  [
    'Straße@Straße.example',
    'strasse@xn--strae-oqa.example',
    'straße@xn--strae-oqa.example',
    'straße@straße.example',
  ],
  ['ΝΊΚΟΣ@people.example', 'νίκοσ@people.example', 'νίκος@people.example', 'νίκος@people.example'],
  [' a@XN--MNCHEN-3YA.Example ', 'a@xn--mnchen-3ya.example', 'a@xn--mnchen-3ya.example', 'a@münchen.example'],
])(
  '%s has the canonical form %s, the delivery form %s and the shown form %s',
  (typed, canonical, delivery, shown) => {
    expect([canonicalAddress(typed), deliveryAddress(typed), shownAddress(deliveryAddress(typed))]).toEqual([
      canonical,
      delivery,
      shown,
    ]);
  },
);

test('no non-ASCII letter except the sharp s folds to an ASCII address', () => {
  for (let code = 0x80; code < 0x30000; code++) {
    const typed = `a${String.fromCodePoint(code)}b@people.example`;
    if (readAddress(typed) === undefined || /[ßẞ]/.test(typed)) continue;
    // Some characters are compatibility forms of ASCII letters: emails to them go to the ASCII address.
    if (/^[\0-\x7f]*$/.test(canonicalAddress(typed)))
      expect(deliveryAddress(typed)).toBe(canonicalAddress(typed));
  }
});

test('a text that is far too long is neither normalised nor stored', () => {
  expect(readAddress(`${' '.repeat(2_000)}a@people.example`)).toBeUndefined();
  expect(canonicalAddress('ΐ'.repeat(100_000)).length).toBeLessThan(2_000);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameKey, nameWords, queryWords } from './patient-names.js';

/** Whether a search for the text finds the name: every word is a prefix of any word. */
function finds(query: string, givenName: string | null, familyName: string | null): boolean {
  const { words } = nameWords({ givenName, familyName });
  const searched = queryWords(query);
  return searched.length > 0 && searched.every((prefix) => words.some((word) => word.startsWith(prefix)));
}

describe('every word of a search is a prefix of any word of the names', () => {
  test.each([
    ['garcia', 'José', 'García López'],
    ['jos gar', 'José', 'García López'],
    ['lopez josé', 'José', 'García López'],
    ['garcía-lópez', 'José', 'García López'],
    ['JOSE', 'José', 'García'],
    ['muller', 'Jürgen', 'Müller'],
    ['MÜLLER', 'Jurgen', 'Muller'],
    ['mu\u0308ller', 'Jürgen', 'M\u00fcller'],
    ["o'brien", 'Mary', 'O’Brien'],
    ['o’brien', 'Mary', "O'Brien"],
    ['oʼbrien', 'Mary', 'O`Brien'],
    ['o´brien', 'Mary', 'O‘Brien'],
    ['obrien', 'Mary', 'O’Brien'],
    ['o brien', 'Mary', 'O’Brien'],
    ['brien', 'Mary', "O'Brien"],
    ["o'brien", 'Mary', 'OBrien'],
    ['dangelo', 'Anna', "D'Angelo"],
    ['nguyen', 'Thị', 'Nguyễn'],
    ['Nguyễn thi', 'Thi', 'Nguyen'],
    ['dang', 'Lan', 'Đặng'],
    ['王', '小明', '王'],
    ['小明', '小明', '王'],
    ['王小明', '小明', '王'],
    ['王小', '小明', '王'],
    ['王 小明', '小明', '王'],
    ['김민준', '민준', '김'],
    ['strasse', 'Eva', 'Straße'],
    ['soren', 'Søren', 'Ærø'],
    ['borg', 'Ġorġ', 'Borġ'],
    ['hamrun', 'Anna', 'Ħamrun'],
    ['delacruz', 'Ana', 'de la Cruz'],
    ['de la cruz', 'Ana', 'de la Cruz'],
    ['annamaria', 'Anna-Maria', 'Rossi'],
    ['θεοδοσ', 'ΘΕΟΔΌΣΗΣ', 'Παππάς'],
    ['ΠΑΠΠΑΣ', 'Θεοδόσης', 'Παππάς'],
    ['محمد', 'مُحَمَّد', 'علي'],
    ['علیرضا', 'علی\u200cرضا', 'رضایی'],
    ['romero', null, 'Romero'],
  ])('%s finds %s %s', (query, given, family) => {
    expect(finds(query, given, family)).toBe(true);
  });

  test.each([
    ['arcia', 'José', 'García'],
    ['garcia pedro', 'José', 'García'],
    ['明', '小明', '王'],
    ['romero', null, null],
    ['★', '★', '★'],
    ['', 'José', 'García'],
  ])('%s does not find %s %s', (query, given, family) => {
    expect(finds(query, given, family)).toBe(false);
  });
});

const letters = fc.string({
  unit: fc.constantFrom(...'abcñöøßđĐŁÉıİΣσς王明나라가がハキमन'),
  minLength: 1,
  maxLength: 12,
});
const name = fc.array(letters, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
const anything = fc.string({ unit: 'binary', maxLength: 200 });

describe('for any names', () => {
  test('a name is found by itself, in any case and order', () => {
    fc.assert(
      fc.property(name, name, (given, family) => {
        for (const query of [given, family, `${given} ${family}`, `${family} ${given}`, family + given])
          if (query !== family + given || /^[王明]+$/.test(query))
            for (const typed of [query, query.toUpperCase(), query.toLowerCase(), query.normalize('NFD')])
              expect(finds(typed, given, family), typed).toBe(true);
      }),
    );
  });
  test('a name is found by the beginnings of its words', () => {
    fc.assert(
      fc.property(name, name, fc.integer({ min: 1, max: 12 }), (given, family, length) => {
        const query = `${given} ${family}`.split(' ').map((word) => [...word].slice(0, length).join(''));
        expect(finds(query.join(' '), given, family)).toBe(true);
      }),
    );
  });
  test('words have no wildcards, and fit in their columns', () => {
    fc.assert(
      fc.property(anything, anything, (givenName, familyName) => {
        const { words, text } = nameWords({ givenName, familyName });
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3000);
        expect(text).toBe(words.map((word) => ` ${word}`).join(''));
        expect(new Set(words).size).toBe(words.length);
        for (const word of [...words, ...queryWords(givenName)]) {
          expect(word).toMatch(/^[\p{L}\p{M}\p{N}]+$/u);
          expect([...word].length).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
  test('a folded word folds to itself', () => {
    fc.assert(
      fc.property(anything, (text) => {
        for (const word of queryWords(text)) expect(queryWords(word)).toEqual([word]);
      }),
    );
  });
  test('the key is one of the words, so that it finds who has the same name', () => {
    fc.assert(
      fc.property(name, name, (givenName, familyName) => {
        const { words } = nameWords({ givenName, familyName });
        expect(words).toContain(nameKey(givenName));
        expect(words).toContain(nameKey(familyName));
      }),
    );
  });
});

test('a word of a search that begins another one adds nothing', () => {
  expect(queryWords('an ana anamaria bo')).toEqual(['anamaria', 'bo']);
});

test('names of ligatures have no more words than their column holds', () => {
  const { words, text } = nameWords({ givenName: 'ﷺ'.repeat(100), familyName: 'ﷺ '.repeat(50) });
  expect(words).not.toEqual([]);
  expect(text.length).toBeLessThanOrEqual(1000);
});

import { foldText } from '../auth/passwords/fold-text.mjs';

/** The words of a patient's names, as search compares them. */
export interface NameWords {
  readonly words: readonly string[];
  /** All of them, each after a space. */
  readonly text: string;
}

/** The lengths of the columns: of one in characters, of the other in thirds of its bytes, which no character exceeds. */
const LONGEST_WORD = 100;
const LONGEST_TEXT = 1000;

/** The apostrophes of keyboards, typesetters, transcriptions and East Asian fonts, the accents and primes typed for them. */
const APOSTROPHE = /['`´\u02b9\u02bb-\u02bf\u02c8\u05f3\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07]/gu;
/** Marks that tell no names apart: joiners, the points of Hebrew and Arabic, and the Arabic stroke that stretches words. */
const IGNORED = /[\p{Cf}\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u065f\u0670]/gu;
const SEPARATOR = /[^\p{L}\p{M}\p{N}]+/u;
/** Letters with a stroke, which Unicode does not decompose, and the final sigma, which is one only at the end of a word. */
const SPELLINGS: Readonly<Record<string, string>> = { ħ: 'h', ŧ: 't', ς: 'σ' };
/** Scripts in which people write the family name and the given name as one word. */
const WITHOUT_SPACES = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]+$/u;

/** The words of a search, without those that are the beginning of another one. Pure. */
export function queryWords(text: string): string[] {
  const words = [...new Set(wordsOf(text.replace(APOSTROPHE, '')))];
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
}

/**
 * The words by which a patient is found: those of both names; each name and each part with an apostrophe in one word,
 * because people write O'Brien, O Brien and OBrien; and for scripts without spaces both names in one word. Pure.
 */
export function nameWords(names: {
  readonly givenName: string | null;
  readonly familyName: string | null;
}): NameWords {
  const [given, family] = [names.givenName ?? '', names.familyName ?? ''];
  const parts = [given, family].flatMap((name) => [
    ...wordsOf(name.replace(APOSTROPHE, ' ')),
    ...wordsOf(name.replace(APOSTROPHE, '')),
    nameKey(name),
  ]);
  const full = nameKey(family + given);
  return bounded(new Set([...parts, ...(WITHOUT_SPACES.test(full) ? [full] : [])]));
}

/** A name in one word: equal for two spellings of a name. Empty for a name of symbols alone. Pure. */
export function nameKey(name: string): string {
  return shortened(wordsOf(name.replace(APOSTROPHE, '')).join(''));
}

function wordsOf(text: string): string[] {
  return foldText(text.replace(IGNORED, ''))
    .replace(/[ħŧς]/g, (letter) => SPELLINGS[letter]!)
    .split(SEPARATOR)
    .map(shortened)
    .filter((word) => word !== '');
}

function shortened(word: string): string {
  return word.length <= LONGEST_WORD ? word : [...word].slice(0, LONGEST_WORD).join('');
}

/** The first words that fit in the column for all of them. Only names that are made of ligatures have more. */
function bounded(candidates: Iterable<string>): NameWords {
  const words = [];
  let text = '';
  for (const word of candidates) {
    if (word === '' || text.length + 1 + word.length > LONGEST_TEXT) continue;
    words.push(word);
    text += ` ${word}`;
  }
  return { words, text };
}

/** JavaScript, because the hashing threads must also be able to load it from the sources. */
import { createRequire } from 'node:module';
import { dictionary } from '@zxcvbn-ts/language-common';
import { createEstimator } from '../../config/guesses.mjs';
import { foldText } from './fold-text.mjs';
import { LIKELY_WORDS } from './likely-words.mjs';

const FEW_GUESSES = 150_000;
/** Estimating a longer password would take too long while other requests wait; it may even be a repetition. */
const LONGEST_ESTIMATED = 32;
/** Shorter Spanish words match by chance, and every match takes time. */
const SHORTEST_WORD = 4;
/** Estimates would take longer if they looked for longer words too. */
const LONGEST_WORD = 12;
const MOST_SYMBOLS = 2;
/** A year and two symbols. */
const MOST_ADDED = 6;

const SPANISH_LISTS = ['commonWords-es-es', 'wikipedia-es-es', 'firstnames-es-es', 'lastnames-es-es'];

const likelyWords = new Set(LIKELY_WORDS);

/** @type {ReturnType<typeof loadDictionaries> | undefined} */
let dictionaries;

/**
 * Whether an attacker would try a password first. Compares without case and accents. A password is common if it is
 *
 * - one of the fifty thousand most common passwords or a long Spanish word, with up to two symbols,
 * - one of `LIKELY_WORDS` with up to six digits and symbols,
 * - made only of `userInputs`, digits and symbols, or
 * - at most 32 characters long, and guessed in fewer than 150 000 attempts, like repetitions, sequences, keyboard rows,
 *   dates and respelled words.
 *
 * May take 100 ms: keep it off the event loop.
 *
 * @param {string} password
 * @param {readonly string[]} userInputs words that an attacker would try for this person, as `foldText` returns them
 * @returns {boolean}
 */
export function isCommonPassword(password, userInputs = []) {
  dictionaries ??= loadDictionaries();
  const { wholes, withWords, withoutWords } = dictionaries;
  const text = foldText(password);
  if (wholes.has(text) || wholes.has(withoutSymbols(text)) || isLikely(text) || isMadeOf(userInputs, text))
    return true;
  if (text.length > LONGEST_ESTIMATED) return false;
  if (withWords.check(text, [...userInputs]).guesses < FEW_GUESSES) return true;
  // Some keys are neighbours only with their accents, and the typed form needs no words: the dictionaries are folded.
  const typed = password.toLowerCase();
  return typed !== text && withoutWords.check(typed).guesses < FEW_GUESSES;
}

function loadDictionaries() {
  const passwords = dictionary['passwords-common'];
  const spanish = spanishWords();
  const short = (/** @type {string} */ word) => word.length <= LONGEST_WORD;
  return {
    wholes: new Set([...passwords, ...spanish.filter((word) => !short(word))]),
    withWords: createEstimator({
      ...dictionary,
      'passwords-common': passwords.filter(short),
      spanish: spanish.filter((word) => short(word) && word.length >= SHORTEST_WORD),
    }),
    withoutWords: createEstimator({}),
  };
}

/**
 * Folded, in turn from each list, the most frequent first.
 *
 * @returns {string[]}
 */
function spanishWords() {
  // Required here, because other processes import this file too and most of them never check a password.
  const load = /** @type {(name: string) => { dictionary: Record<string, string[]> }} */ (
    createRequire(import.meta.url)
  );
  const { dictionary: lists } = load('@zxcvbn-ts/language-es-es');
  const ranked = [LIKELY_WORDS, ...SPANISH_LISTS.map((name) => (lists[name] ?? []).map(foldText))];
  /** @type {Set<string>} */
  const words = new Set();
  for (let rank = 0; ranked.some(({ length }) => rank < length); rank += 1) {
    for (const list of ranked) if (rank < list.length) words.add(/** @type {string} */ (list[rank]));
  }
  return [...words];
}

/**
 * Removes the symbols if there are few. Without many symbols, what is left may be a common word by chance.
 *
 * @param {string} password
 */
function withoutSymbols(password) {
  const plain = password.replace(/[^\p{L}\p{N}]/gu, '');
  return password.length - plain.length > MOST_SYMBOLS ? password : plain;
}

/** @param {string} text */
function isLikely(text) {
  const letters = text.replace(/\P{L}/gu, '');
  return text.length - letters.length <= MOST_ADDED && likelyWords.has(letters);
}

/**
 * Whether a text contains an input and no letters besides the inputs.
 *
 * @param {readonly string[]} userInputs
 * @param {string} text
 */
function isMadeOf(userInputs, text) {
  const longestFirst = [...userInputs].sort((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((left, input) => left.replaceAll(input, ' '), text);
  return rest !== text && !/\p{L}/u.test(rest);
}

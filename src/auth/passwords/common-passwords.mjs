/** JavaScript, because the hashing threads must also be able to load it from the sources. */
import { dictionary } from '@zxcvbn-ts/language-common';
import { guessesFor } from '../../config/guesses.mjs';

const FEW_GUESSES = 150_000;
/** Estimating a longer password would take too long while other requests wait. */
const LONGEST_ESTIMATED = 32;
const MOST_SYMBOLS = 2;

/** @type {ReadonlySet<string> | undefined} */
let commonPasswords;

/**
 * Whether an attacker would try a password first. It is one of the fifty thousand most common passwords, in any case
 * and with up to two symbols; or consists only of `userInputs`, digits and symbols; or takes fewer than 150 000
 * guesses, like repetitions, sequences, keyboard rows, dates and respelled common words. May take 100 ms: keep it off
 * the event loop.
 *
 * @param {string} password
 * @param {readonly string[]} userInputs lower-case words that an attacker would try for this person
 * @returns {boolean}
 */
export function isCommonPassword(password, userInputs = []) {
  commonPasswords ??= new Set(dictionary['passwords-common']);
  const text = password.toLowerCase();
  if (commonPasswords.has(text) || commonPasswords.has(withoutSymbols(text)) || isMadeOf(userInputs, text))
    return true;
  return password.length <= LONGEST_ESTIMATED && guessesFor(password, userInputs) < FEW_GUESSES;
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

/** JavaScript, so that the threads that judge passwords can load it from the sources too. */
import { dictionary } from '@zxcvbn-ts/language-common';
import { guessesFor } from '../../config/guesses.mjs';

const FEW_GUESSES = 150_000;
/** To estimate a longer one takes longer, and by then somebody else's request waits. */
const LONGEST_COMMON = 32;
const MOST_SIGNS = 2;

/** @type {ReadonlySet<string> | undefined} */
let list;

/**
 * Whether a password is one that is tried first: among the fifty thousand most common ones, in capitals or not, perhaps
 * with a sign or two in between; made of `userInputs`, digits and signs alone; or found in fewer than 150 000 guesses, as
 * repetitions, sequences, rows of the keyboard, dates and common words in other spellings are. It may take 100 ms: not on the event loop of a server.
 *
 * @param {string} password
 * @param {readonly string[]} userInputs words that an attacker tries for this person, in lower case, such as the address
 * @returns {boolean}
 */
export function isCommonPassword(password, userInputs = []) {
  list ??= new Set(dictionary['passwords-common']);
  const text = password.toLowerCase();
  if (list.has(text) || list.has(withoutSigns(text)) || isMadeOf(userInputs, text)) return true;
  return password.length <= LONGEST_COMMON && guessesFor(password, userInputs) < FEW_GUESSES;
}

/**
 * Without its signs, if they are few: all that is left of many is a word by chance.
 *
 * @param {string} password
 */
function withoutSigns(password) {
  const plain = password.replace(/[^\p{L}\p{N}]/gu, '');
  return password.length - plain.length > MOST_SIGNS ? password : plain;
}

/**
 * Whether a text holds one of the inputs, and no letter beside them.
 *
 * @param {readonly string[]} userInputs
 * @param {string} text
 */
function isMadeOf(userInputs, text) {
  const longestFirst = [...userInputs].sort((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((left, input) => left.replaceAll(input, ' '), text);
  return rest !== text && !/\p{L}/u.test(rest);
}

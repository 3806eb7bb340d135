import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

const FEW_GUESSES = 150_000;
/** To estimate a longer one takes longer, and by then somebody else's request waits. */
const LONGEST_COMMON = 32;
const MOST_SIGNS = 2;

let list: ReadonlySet<string> | undefined;
let estimator: ZxcvbnFactory | undefined;

/**
 * Whether a password is one that is tried first: among the fifty thousand most common ones, in capitals or not, perhaps
 * with a sign or two in between; made of `inputs`, digits and signs alone; or found in fewer than 150 000 guesses, as
 * repetitions, sequences, rows of the keyboard, dates and common words in other spellings are.
 *
 * @param inputs what an attacker knows of the account, in lower case, such as the parts of its address
 */
export function isCommonPassword(password: string, inputs: readonly string[] = []): boolean {
  list ??= new Set(dictionary['passwords-common']);
  const text = password.toLowerCase();
  if (list.has(text) || list.has(withoutSigns(text)) || isMadeOf(inputs, text)) return true;
  return password.length <= LONGEST_COMMON && guessesFor(password, inputs) < FEW_GUESSES;
}

/** How many guesses a text takes of somebody who knows how people choose, and `inputs`. It looks at 256 characters. */
export function guessesFor(text: string, inputs: readonly string[] = []): number {
  // With the hundred of the default, a text made for it takes twenty times as long.
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, l33tMaxSubstitutions: 10 });
  return estimator.check(text, [...inputs]).guesses;
}

/** Whether a text holds one of the inputs, and no letter beside them. */
function isMadeOf(inputs: readonly string[], text: string): boolean {
  const longestFirst = [...inputs].sort((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((left, input) => left.replaceAll(input, ' '), text);
  return rest !== text && !/\p{L}/u.test(rest);
}

/** Without its signs, if they are few: all that is left of many is a word by chance. */
function withoutSigns(password: string): string {
  const plain = password.replace(/[^\p{L}\p{N}]/gu, '');
  return password.length - plain.length > MOST_SIGNS ? password : plain;
}

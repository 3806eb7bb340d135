/** JavaScript, so that the threads that judge passwords can load it from the sources too. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** @type {ZxcvbnFactory | undefined} */
let estimator;

/**
 * How many guesses a text takes of somebody who knows how people choose. It looks at 256 characters.
 *
 * @param {string} text
 * @param {readonly string[]} userInputs
 * @returns {number}
 */
export function guessesFor(text, userInputs = []) {
  // With the hundred of the default, a text made for it takes twenty times as long.
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, l33tMaxSubstitutions: 10 });
  return estimator.check(text, [...userInputs]).guesses;
}

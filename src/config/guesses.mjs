// JavaScript, because the threads that check passwords also load it straight from the sources, without a build.
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** @type {ZxcvbnFactory | undefined} */
let estimator;

/**
 * How many guesses a text withstands, by an attacker who knows how people choose passwords. Reads 256 characters.
 *
 * @param {string} text
 * @param {readonly string[]} userInputs
 * @returns {number}
 */
export function guessesFor(text, userInputs = []) {
  // The default of 100 substitutions makes a crafted text take twenty times as long.
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, l33tMaxSubstitutions: 10 });
  return estimator.check(text, [...userInputs]).guesses;
}

// JavaScript, because the threads that check passwords also load it straight from the sources, without a build.
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** The default of 100 substitutions makes a crafted text take twenty times as long. */
const MOST_SUBSTITUTIONS = 10;

/** @type {ZxcvbnFactory | undefined} */
let estimator;

/**
 * How many guesses a text withstands, by an attacker who knows how people choose passwords. Reads 256 characters.
 *
 * @param {string} text
 * @returns {number}
 */
export function guessesFor(text) {
  estimator ??= createEstimator(dictionary);
  return estimator.check(text).guesses;
}

/**
 * An estimator that knows the words of the dictionaries, and keyboards, sequences, dates and repetitions.
 *
 * @param {Record<string, string[]>} dictionaries each with its most frequent word first
 */
export function createEstimator(dictionaries) {
  return new ZxcvbnFactory({
    dictionary: dictionaries,
    graphs: adjacencyGraphs,
    l33tMaxSubstitutions: MOST_SUBSTITUTIONS,
  });
}

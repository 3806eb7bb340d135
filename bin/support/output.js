import { stripVTControlCharacters } from 'node:util';

/** An error that was foreseen: printed with what to do about it, and without a stack trace. */
export class Failure extends Error {
  /**
   * @param {string} message what went wrong, and why
   * @param {{ remedy?: string, tail?: string }} [help] what to do about it; the last lines of the log
   */
  constructor(message, { remedy = '', tail = '' } = {}) {
    super(message);
    this.remedy = remedy;
    this.tail = tail;
  }
}

/** Plain lines read the same in a terminal, a pipe and a CI log. */
export function print(text = '') {
  process.stdout.write(`${text}\n`);
}

/**
 * Prints a step of the preparation, with its name in the margin.
 *
 * @param {string} name
 * @param {string} text
 */
export function printStep(name, text) {
  print(`${name.padEnd(10)} ${text}`);
}

/**
 * Looks at the fields of an error instead of its class, because the commands in TypeScript load this module a second
 * time.
 *
 * @param {unknown} error
 */
export function printError(error) {
  const { message, stack, remedy, tail, code } = /** @type {Partial<Failure> & { code?: string }} */ (error);
  const isExpected = remedy !== undefined || code?.startsWith('ERR_PARSE_ARGS_');
  const details = isExpected ? remedy : `This error was not expected:\n${stack}`;
  const parts = [`✗ ${message ?? String(error)}`, tail?.replaceAll(/^(?=.)/gm, '  | '), details];
  process.stderr.write(`\n${parts.filter(Boolean).join('\n\n')}\n`);
}

/**
 * @param {string} text
 * @param {number} [count]
 */
export function lastLines(text, count = 15) {
  return stripVTControlCharacters(text).trimEnd().split('\n').slice(-count).join('\n');
}

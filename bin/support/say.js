import { stripVTControlCharacters } from 'node:util';

/**
 * What the commands say to the person in front of them: plain lines, so that they read the same in a terminal, a pipe
 * and a CI log.
 */

/**
 * Something went wrong in a way that was foreseen: told as what happened, why, and what to do; never as a stack trace.
 */
export class Failure extends Error {
  /**
   * @param {string} message what went wrong, and why
   * @param {{ remedy?: string, tail?: string }} [help] what to do about it; the last lines of the log that tells more
   */
  constructor(message, { remedy = '', tail = '' } = {}) {
    super(message);
    this.remedy = remedy;
    this.tail = tail;
  }
}

/** @param {string} [text] */
export function line(text = '') {
  process.stdout.write(`${text}\n`);
}

let saysWhatIsUpToDate = true;

/** From now on a stage that finds nothing to do is not worth a line: for a command whose answer is what matters. */
export function leaveOutWhatIsUpToDate() {
  saysWhatIsUpToDate = false;
}

/**
 * One stage of the preparation: its name in the margin, what is happening beside it.
 *
 * @param {string} name
 * @param {string} text
 */
export function stage(name, text) {
  if (text === 'up to date' && !saysWhatIsUpToDate) return;
  line(`${name.padEnd(10)} ${text}`);
}

/** @param {string} text indented under the line it belongs to */
export function detail(text) {
  line(text.replaceAll(/^/gm, ' '.repeat(11)));
}

/** @param {unknown} error */
export function tell(error) {
  const lines = ['', `✗ ${error instanceof Error ? error.message : String(error)}`];
  if (isFailure(error)) {
    if (error.tail) lines.push('', error.tail.replaceAll(/^/gm, '  | '));
    if (error.remedy) lines.push('', error.remedy);
  } else if (error instanceof Error && error.stack) {
    lines.push('', 'This was not foreseen; the details:', error.stack);
  }
  process.stderr.write(`${lines.join('\n')}\n`);
}

/**
 * By its looks: the harness of the fault tests loads this file a second time, and its failures are of that one's class.
 *
 * @param {unknown} error
 * @returns {error is Failure}
 */
function isFailure(error) {
  return error instanceof Error && 'remedy' in error && 'tail' in error;
}

/**
 * @param {string} text
 * @param {number} [count]
 */
export function lastLines(text, count = 15) {
  return stripVTControlCharacters(text).trimEnd().split('\n').slice(-count).join('\n');
}

import { resolve } from 'node:path';

/** The folder of the checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

const PLAIN = /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LC_.*|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CI)$/;

/**
 * The environment without anything that configures Clinica or Node: the NODE_OPTIONS or the DATABASE_URL of another
 * project must not affect the demo or the tests.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => PLAIN.test(name)));
}

/** The environment of database and Redis. */
export function serverEnvironment() {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, LC_ALL: 'C' };
}

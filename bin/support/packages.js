import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './environment.js';
import { printStep } from './output.js';
import { run } from './processes.js';
import { findProgram } from './programs.js';

/**
 * Installs the npm packages, unless they are as new as the lock file.
 *
 * @param {AbortSignal} signal
 */
export async function ensurePackages(signal) {
  // npm writes this file last: an interrupted installation has none.
  const installed = statSync(join(ROOT, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs) return;
  printStep('packages', 'installing with npm ci; the first time, this takes a minute or two');
  // npm itself is not always on the PATH, but it names its program to the commands that it runs.
  const { npm_execpath: npm = '' } = process.env;
  const [command, program] = npm.endsWith('.js')
    ? [process.execPath, [npm]]
    : [findProgram('npm') ?? 'npm', []];
  // Without --loglevel, pages of warnings about newer versions of Node hide the errors.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(command, [...program, ...args], {
    what: 'npm ci',
    cwd: ROOT,
    signal,
    remedy: 'Check that this machine can reach its npm registry, then start again.',
  });
}

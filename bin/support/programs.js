import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { printStep } from './output.js';
import { failureOf } from './processes.js';

// Debian keeps servers in sbin, which is not always on the PATH.
const USUAL_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * @param {...string} names in order of preference
 * @returns {string | undefined} the path of the first that is installed
 */
export function findProgram(...names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...USUAL_FOLDERS];
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

let listsAreFresh = false;

/**
 * Installs Debian packages, if this is Debian or a derivative and the user is root.
 *
 * @param {string} name of the step to print
 * @param {string[]} packages
 * @param {AbortSignal} signal
 * @returns {Promise<string>} why they could not be installed; empty on success
 */
export async function tryToInstall(name, packages, signal) {
  const program = findProgram('apt-get');
  if (!program || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    return 'Only root on Debian or Ubuntu can install it from here.';
  }
  printStep(name, `installing Debian's ${packages.join(' and ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };
  const apt = (/** @type {string[]} */ ...args) => {
    // On a machine that has just booted, another apt may be running.
    const options = ['-q', '-o', 'DPkg::Lock::Timeout=180'];
    return failureOf(program, [...options, ...args], { what: `apt-get ${args.join(' ')}`, env, signal });
  };
  const error = listsAreFresh ? '' : await apt('update');
  if (error) return error;
  listsAreFresh = true;
  return withoutServices(() => apt('install', '-y', '--no-install-recommends', ...packages));
}

const POLICY = '/usr/sbin/policy-rc.d';
const MARK = '# Put here by Clinica while it installs packages';

/**
 * Debian asks policy-rc.d whether an installed package may start its service; 101 means no. A policy of the machine's
 * administrator is left alone.
 *
 * @param {() => Promise<string>} install
 */
async function withoutServices(install) {
  if (existsSync(POLICY) && !readFileSync(POLICY, 'utf8').includes(MARK)) return install();
  writeFileSync(POLICY, `#!/bin/sh\n${MARK}.\nexit 101\n`, { mode: 0o755 });
  try {
    return await install();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

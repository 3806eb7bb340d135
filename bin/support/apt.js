import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { run } from './processes.js';
import { findProgram } from './programs.js';

const POLICY = '/usr/sbin/policy-rc.d';
const OUR_MARK = '# Put here by Clinica while it installs packages';

let listsAreFresh = false;

/** Whether packages can be installed here without asking anybody: Debian or a relative of it, and we are root. */
export function canInstall() {
  return (
    existsSync('/etc/debian_version') && process.getuid?.() === 0 && findProgram('apt-get') !== undefined
  );
}

/**
 * Installs Debian packages, and starts none of the services they bring.
 *
 * @param {string[]} packages
 * @param {AbortSignal} [signal]
 */
export async function install(packages, signal) {
  const apt = findProgram('apt-get') ?? 'apt-get';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', NEEDRESTART_SUSPEND: '1' };
  // Another apt may be at work, as on a machine that has just booted: wait for it.
  const patient = ['-q', '-o', 'DPkg::Lock::Timeout=180'];
  if (!listsAreFresh) await run(apt, [...patient, 'update'], { what: 'apt-get update', env, signal });
  listsAreFresh = true;
  await withoutServices(() =>
    run(apt, [...patient, 'install', '-y', '--no-install-recommends', ...packages], {
      what: `apt-get install ${packages.join(' ')}`,
      env,
      signal,
    }),
  );
}

/**
 * Debian asks policy-rc.d whether a new package may start its service; 101 is a no. A policy that the machine has
 * already is its owner's, and stays.
 *
 * @param {() => Promise<unknown>} work
 */
async function withoutServices(work) {
  if (existsSync(POLICY) && !readFileSync(POLICY, 'utf8').includes(OUR_MARK)) return work();
  writeFileSync(POLICY, `#!/bin/sh\n${OUR_MARK}.\nexit 101\n`, { mode: 0o755 });
  try {
    return await work();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitUntil } from './waiting.js';

/**
 * Finds a process by the id in its pid file. Ids are reused, so it must also run in the folder where it was started.
 *
 * @param {string} pidFile
 * @param {string} dir its working directory, or a folder above it
 * @returns {number | undefined} its id, if it is still running
 */
export function findProcess(pidFile, dir) {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const runsIn = `${readlinkSync(`/proc/${pid}/cwd`)}/`;
    return isAlive(pid) && runsIn.startsWith(`${realpathSync(dir)}/`) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Stops every background process that an earlier, killed run left in a folder or anywhere below.
 *
 * @param {string} dir
 */
export async function stopProcessesIn(dir) {
  for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.pid')) continue;
    const pidFile = join(dir, file);
    const pid = findProcess(pidFile, dirname(pidFile));
    if (pid) await stop(pid);
  }
}

/** @param {number} pid */
async function stop(pid) {
  const hasEnded = () => !isAlive(pid);
  process.kill(pid, 'SIGTERM');
  if (await waitUntil(hasEnded, { withinMs: 15_000 })) return;
  process.kill(pid, 'SIGKILL');
  await waitUntil(hasEnded, { withinMs: 5_000 });
}

/** @param {number} pid */
function isAlive(pid) {
  // If nothing reaps dead orphans, as in a container without an init, they stay as zombies.
  const state = /^State:\t(.)/m.exec(read(pid, 'status'))?.[1];
  return state !== undefined && state !== 'Z';
}

/** @param {number} pid */
export function parentOf(pid) {
  return Number(/^PPid:\t(\d+)/m.exec(read(pid, 'status'))?.[1]);
}

/** @param {number} pid */
export function commandLine(pid) {
  return read(pid, 'cmdline').replaceAll('\0', ' ');
}

/**
 * @param {number} pid
 * @param {string} file
 * @returns {string} empty if there is no such process
 */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

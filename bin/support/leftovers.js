import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from './waiting.js';

/**
 * Finds and ends what an earlier run left behind when it was killed. A process id alone proves nothing, since ids are
 * used again: a process is only ours if it runs the program we started, in the folder where we started it.
 *
 * @typedef {object} Trace
 * @property {string} pidFile where its process id was noted
 * @property {string} program a part of its command line, such as the program's name
 * @property {string} dir its working directory, or a folder above it
 */

/**
 * @param {Trace} trace
 * @returns {number | undefined} the id of the process, if it is still there and is the one that was noted
 */
export function findLeftover({ pidFile, program, dir }) {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid || !isAlive(pid)) return undefined;
    const itsDir = `${readlinkSync(`/proc/${pid}/cwd`)}/`;
    const ours = commandLine(pid).includes(program) && itsDir.startsWith(`${realpathSync(dir)}/`);
    return ours ? pid : undefined;
  } catch {
    // No note, no such process, or one of somebody else's.
    return undefined;
  }
}

/**
 * @param {Trace} trace
 * @returns {Promise<boolean>} whether there was something to end
 */
export async function endLeftover(trace) {
  const pid = findLeftover(trace);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGTERM');
  if (!(await until(() => !isAlive(pid), { withinMs: 15_000 })) && findLeftover(trace) === pid) {
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), { withinMs: 5_000 });
  }
  return true;
}

/**
 * Ends every server that was started somewhere below a folder and never stopped.
 *
 * @param {string} dir
 */
export async function endAllBelow(dir) {
  for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.pid')) continue;
    const pidFile = join(dir, file);
    await endLeftover({ pidFile, program: '', dir: dirname(pidFile) });
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    // Where nobody collects dead orphans (a container without an init), they stay on as zombies.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** @param {number} pid */
function commandLine(pid) {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
}

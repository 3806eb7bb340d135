import { readFileSync } from 'node:fs';

/**
 * Notices that the npm which started us is gone. It runs us in a shell; a SIGTERM for npm reaches that shell, which dies
 * of it without telling us, and a SIGKILL reaches nobody else at all. Without npm, or without /proc, nothing is watched.
 *
 * @param {() => void} notice
 */
export function whenNpmIsGone(notice) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const npm = [parent, parentOf(parent)].find(isNpm);
  const watching = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || isNpm(npm))) return;
    clearInterval(watching);
    notice();
  }, 500);
  watching.unref();
}

/** @param {number} pid */
function parentOf(pid) {
  try {
    // The name in parentheses may hold anything; after it come the state and the parent.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return 0;
  }
}

/** @param {number} pid */
function isNpm(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('npm ');
  } catch {
    return false;
  }
}

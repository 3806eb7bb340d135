/**
 * Runs in threads of its own at low priority, so many log-ins at once do not slow down other requests. JavaScript,
 * because Node must also be able to load it from the sources.
 */
import { setPriority } from 'node:os';
import { hashSync, verifySync } from '@node-rs/argon2';

const LOW_PRIORITY = 10;

// On other platforms this would change the priority of the whole process.
if (process.platform === 'linux') setPriority(LOW_PRIORITY);

/** @param {{ password: string, parameters: import('@node-rs/argon2').Options }} task */
export function hash({ password, parameters }) {
  return hashSync(password, parameters);
}

/**
 * Loads the dictionaries on first use, because that takes 350 ms and 30 MB.
 *
 * @param {{ password: string, userInputs: readonly string[] }} task
 */
export async function isCommon({ password, userInputs }) {
  const { isCommonPassword } = await import('./common-passwords.mjs');
  return isCommonPassword(password, userInputs);
}

/** @param {{ password: string, against: string }} task */
export function verify({ password, against }) {
  return verifySync(against, password);
}

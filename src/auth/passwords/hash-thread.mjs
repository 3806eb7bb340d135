/**
 * Runs in threads of its own, at low priority: a storm of log-ins gets what time the others leave. JavaScript, so that
 * Node can load it from the sources too.
 */
import { setPriority } from 'node:os';
import { hashSync, verifySync } from '@node-rs/argon2';

const LOW = 10;

// Elsewhere this would be the priority of the whole process.
if (process.platform === 'linux') setPriority(LOW);

/** @param {{ password: string, parameters: import('@node-rs/argon2').Options }} task */
export function hash({ password, parameters }) {
  return hashSync(password, parameters);
}

/**
 * Loads what it judges by only when there is something to judge: that takes a quarter of a second.
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

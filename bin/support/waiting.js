import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @param {() => boolean | Promise<boolean>} condition
 * @param {{ withinMs: number, signal?: AbortSignal | undefined }} limits
 * @returns {Promise<boolean>} whether the condition came true in time
 * @throws the signal's reason when it is aborted
 */
export async function waitUntil(condition, { withinMs, signal }) {
  for (const deadline = Date.now() + withinMs; ; await sleep(100)) {
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (Date.now() > deadline) return false;
  }
}

/**
 * `Promise.all` that settles only after every promise has, so that everything they started can be stopped.
 *
 * @template {readonly unknown[]} T
 * @param {T} promises
 * @returns {Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>}
 */
export async function allSettled(promises) {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the work takes while the machine is not crowded. */
const EVEN_MS = 300;

/** Does work that must not tell, by the time that it takes, whether there is an account. */
export async function withMinimumDuration<T>(work: () => Promise<T>): Promise<T> {
  const enough = sleep(EVEN_MS);
  try {
    return await work();
  } finally {
    await enough;
  }
}

/**
 * Does work that must not tell, by the time that its refusal takes, whether there is an account.
 *
 * @param moreMs that a refusal takes beside
 */
export async function rejectWithMinimumDuration<T>(work: () => Promise<T>, moreMs: number): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } catch (error) {
    await sleep(Math.max(0, EVEN_MS - (performance.now() - began)) + moreMs);
    throw error;
  }
}

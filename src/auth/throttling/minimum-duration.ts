import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the work takes on a machine that is not overloaded. */
const MINIMUM_MS = 300;

/** Runs work whose duration must not reveal whether an account exists. */
export async function withMinimumDuration<T>(work: () => Promise<T>): Promise<T> {
  const minimum = sleep(MINIMUM_MS);
  try {
    return await work();
  } finally {
    await minimum;
  }
}

/**
 * Runs work whose refusal must not reveal, by its duration, whether an account exists.
 *
 * @param moreMs added to the duration of a refusal
 */
export async function rejectWithMinimumDuration<T>(work: () => Promise<T>, moreMs: number): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } catch (error) {
    await sleep(Math.max(0, MINIMUM_MS - (performance.now() - began)) + moreMs);
    throw error;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until there is an answer; fails when there is none in time. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinSeconds = 20,
): Promise<T> {
  const deadline = Date.now() + withinSeconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Within ${withinSeconds} s it never came to this: ${what}`);
    await sleep(25);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until `look` returns a result. @throws if it does not in time */
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

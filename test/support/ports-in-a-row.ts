import { freePort } from '../../bin/support/ports.js';

/**
 * Finds free consecutive ports, and returns the first. They are below the range of outgoing connections, which could
 * take the port of a killed server before it starts again.
 */
export async function portsInARow(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = 12_000 + Math.floor(Math.random() * 20_000);
    let free = 0;
    while (free < count && (await freePort(first + free)) === first + free) free += 1;
    if (free === count) return first;
  }
  throw new Error(`There are no ${count} free ports in a row on 127.0.0.1.`);
}

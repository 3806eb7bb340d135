import type { Contestant } from './arena.js';
import { looks } from './duels.js';
import { load, median } from './load.js';

const ROUNDS = 4;
const SECONDS = 3;
const CONNECTIONS = 50;

/** How much more two processes of the API answer than one: the median of several rounds, one after the other. */
export async function twoToOne(apis: readonly [Contestant, Contestant], secret: string): Promise<number> {
  const requests = looks(secret, 2000);
  const look = async (...asked: Contestant[]): Promise<number> => {
    const connections = CONNECTIONS / asked.length;
    const loads = asked.map(({ url }) => load({ url, connections, seconds: SECONDS, requests }));
    return (await Promise.all(loads)).reduce((sum, { perSecond }) => sum + perSecond, 0);
  };
  await look(...apis);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = await look(apis[0]);
    ratios.push((await look(...apis)) / one);
  }
  return median(ratios);
}

import type { Instance } from './testbed.js';
import { slotRequests } from './scenarios.js';
import { load, median } from './load.js';

const ROUNDS = 4;
const SECONDS = 3;
const CONNECTIONS = 50;

/** Throughput of two API processes divided by that of one: the median of several rounds. */
export async function twoProcessRatio(apis: readonly [Instance, Instance], secret: string): Promise<number> {
  const requests = slotRequests(secret, 2000);
  const throughput = async (...targets: Instance[]): Promise<number> => {
    const connections = CONNECTIONS / targets.length;
    const loads = targets.map(({ url }) => load({ url, connections, seconds: SECONDS, requests }));
    return (await Promise.all(loads)).reduce((sum, { perSecond }) => sum + perSecond, 0);
  };
  await throughput(...apis);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = await throughput(apis[0]);
    ratios.push((await throughput(...apis)) / one);
  }
  return median(ratios);
}

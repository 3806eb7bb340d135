import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance, Side } from './testbed.js';
import type { BenchContext } from './compare.js';
import { bookingRequests, slotRequests } from './scenarios.js';
import { load, median } from './load.js';
import { processorSeconds, residentMiB } from './usage.js';

const STARTS = 3;
const LOADED_SECONDS = 5;

export interface Footprint {
  /** Seconds from the start of the process to its first answer. */
  readonly start: number;
  /** Seconds of processor time that the start takes. */
  readonly startProcessor: number;
  /** Resident memory in MiB before any request. */
  readonly idle: number;
  /** Resident memory in MiB after load. */
  readonly loaded: number;
}

/** Measures start-up time and memory of a program. */
export async function measureFootprint(
  { testbed, usedTimes }: Pick<BenchContext, 'testbed' | 'usedTimes'>,
  name: string,
  side: Side,
): Promise<Footprint> {
  const starts: number[] = [];
  const processor: number[] = [];
  let instance: Instance | undefined;
  for (let start = 0; start < STARTS; start += 1) {
    if (instance) await testbed.end(instance);
    const began = performance.now();
    instance = await testbed[side](name);
    starts.push((performance.now() - began) / 1000);
    processor.push(processorSeconds(instance.program.pid));
  }
  const { url, program } = instance!;
  await sleep(3000);
  const idle = residentMiB(program.pid);
  await load({ url, connections: 50, seconds: LOADED_SECONDS, requests: slotRequests(testbed.secret, 1000) });
  await load({ url, connections: 50, requests: bookingRequests({ testbed, usedTimes }, 3000) });
  const loaded = residentMiB(program.pid);
  await testbed.end(instance!);
  return { start: median(starts), startProcessor: median(processor), idle, loaded };
}

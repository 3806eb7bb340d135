import type { Instance } from './testbed.js';
import type { BenchContext } from './compare.js';
import { bookingRequests, listRequests, slotRequests } from './scenarios.js';
import { load, median } from './load.js';
import { residentMiB } from './usage.js';

const MINUTES = 5;
const SAMPLE_MS = 1000;
const CONNECTIONS = 50;

/** For each process the median memory of each minute, in MiB. */
export type Soak = Readonly<Record<string, readonly number[]>>;

/** Lists and books without pause, while a worker emails every booking, and samples the memory of both processes. */
export async function soak(context: BenchContext, api: Instance, worker: Instance): Promise<Soak> {
  const { testbed } = context;
  const processes = { API: api.program.pid, worker: worker.program.pid };
  const samples = new Map(Object.keys(processes).map((name) => [name, [] as number[]]));
  const sampling = setInterval(() => {
    for (const [name, pid] of Object.entries(processes)) samples.get(name)!.push(residentMiB(pid));
  }, SAMPLE_MS);
  const end = performance.now() + MINUTES * 60_000;
  const requests = [...slotRequests(testbed.secret, 1000), ...listRequests(testbed.secret)];
  while (performance.now() < end) {
    await load({ url: api.url, connections: CONNECTIONS, seconds: 5, requests });
    await load({ url: api.url, connections: CONNECTIONS, requests: bookingRequests(context, 500) });
  }
  clearInterval(sampling);
  const perMinute = 60_000 / SAMPLE_MS;
  const byMinute = (all: readonly number[]): number[] =>
    Array.from({ length: MINUTES }, (_, minute) =>
      median(all.slice(minute * perMinute, (minute + 1) * perMinute)),
    );
  return Object.fromEntries([...samples].map(([name, all]) => [name, byMinute(all)]));
}

/** Whether memory has stopped growing: the last minute is at most 10 % above the second. */
export function isFlat(minutes: readonly number[]): boolean {
  return minutes.at(-1)! <= minutes[1]! * 1.1;
}

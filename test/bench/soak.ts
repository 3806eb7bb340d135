import type { Contestant } from './arena.js';
import type { Ring } from './duel.js';
import { bookings, lists, looks } from './duels.js';
import { load, median } from './load.js';
import { residentMiB } from './usage.js';

const MINUTES = 5;
const SAMPLE_MS = 1000;
const CONNECTIONS = 50;

/** The memory of each process, in MiB: the median of each minute. */
export type Soak = Readonly<Record<string, readonly number[]>>;

/** Asks and books without pause, while every booking is mailed, and looks at the processes' memory. */
export async function soak(ring: Ring, api: Contestant, worker: Contestant): Promise<Soak> {
  const { arena } = ring;
  const processes = { API: api.program.pid, worker: worker.program.pid };
  const samples = new Map(Object.keys(processes).map((name) => [name, [] as number[]]));
  const sampling = setInterval(() => {
    for (const [name, pid] of Object.entries(processes)) samples.get(name)!.push(residentMiB(pid));
  }, SAMPLE_MS);
  const end = performance.now() + MINUTES * 60_000;
  const requests = [...looks(arena.secret, 1000), ...lists(arena.secret)];
  while (performance.now() < end) {
    await load({ url: api.url, connections: CONNECTIONS, seconds: 5, requests });
    await load({ url: api.url, connections: CONNECTIONS, requests: bookings(ring, 500) });
  }
  clearInterval(sampling);
  const perMinute = 60_000 / SAMPLE_MS;
  const byMinute = (all: readonly number[]): number[] =>
    Array.from({ length: MINUTES }, (_, minute) =>
      median(all.slice(minute * perMinute, (minute + 1) * perMinute)),
    );
  return Object.fromEntries([...samples].map(([name, all]) => [name, byMinute(all)]));
}

/** Whether memory has stopped growing: the last minute is at most a tenth above the second. */
export function isFlat(minutes: readonly number[]): boolean {
  return minutes.at(-1)! <= minutes[1]! * 1.1;
}

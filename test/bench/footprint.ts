import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant, Side } from './arena.js';
import type { Ring } from './duel.js';
import { bookings, looks } from './duels.js';
import { load, median } from './load.js';
import { processorSeconds, residentMiB } from './usage.js';

const STARTS = 3;
const LOADED_SECONDS = 5;

export interface Footprint {
  /** Seconds from the start of the process to its first answer. */
  readonly start: number;
  /** Seconds of processor time that took. */
  readonly startProcessor: number;
  /** MiB. */
  readonly idle: number;
  readonly loaded: number;
}

/** What a process costs, whatever it does. */
export async function footprint(
  { arena, used }: Pick<Ring, 'arena' | 'used'>,
  name: string,
  side: Side,
): Promise<Footprint> {
  const starts: number[] = [];
  const processor: number[] = [];
  let contestant: Contestant | undefined;
  for (let start = 0; start < STARTS; start += 1) {
    if (contestant) await arena.end(contestant);
    const began = performance.now();
    contestant = await arena[side](name);
    starts.push((performance.now() - began) / 1000);
    processor.push(processorSeconds(contestant.program.pid));
  }
  const { url, program } = contestant!;
  await sleep(3000);
  const idle = residentMiB(program.pid);
  const looked = looks(arena.secret, 1000);
  await load({ url, connections: 50, seconds: LOADED_SECONDS, requests: looked });
  await load({ url, connections: 50, requests: bookings({ arena, used }, 3000) });
  const loaded = residentMiB(program.pid);
  await arena.end(contestant!);
  return { start: median(starts), startProcessor: median(processor), idle, loaded };
}

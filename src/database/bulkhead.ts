import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../errors/domain-error.js';

/** Nobody waits longer for a place; with the time that a transaction takes, an answer comes within twenty seconds. */
const PATIENCE_MS = 8_000;
const MOST_WAITING = 200;

interface Compartment {
  busy: number;
  readonly waiting: (() => void)[];
}

/** A place of an account is taken before those of days. */
export function accountKey(id: number): string {
  return `account ${id}`;
}

/** Of a doctor's weekly windows. */
export function scheduleKey(doctorId: number): string {
  return `schedule ${doctorId}`;
}

export function dayKey(doctorId: number, date: string): string {
  return `day ${doctorId} ${date}`;
}

/** Those of several dates, in the order of their locks; what is undefined names none. */
export function dayKeys(doctorId: number | undefined, dates: readonly (string | undefined)[]): string[] {
  if (doctorId === undefined) return [];
  const named = dates.filter((date) => date !== undefined);
  return [...new Set(named)].sort().map((date) => dayKey(doctorId, date));
}

/**
 * Keeps a crowd that waits for one lock from holding every connection to the database: of all work under one key only so
 * much runs at once, the rest waits its turn without a connection.
 *
 * @see https://learn.microsoft.com/azure/architecture/patterns/bulkhead
 */
export class Bulkhead {
  private readonly compartments = new Map<string, Compartment>();

  /** @param places how much work under one key runs at once */
  constructor(private readonly places: number) {}

  /** @throws Unavailable BUSY when too many wait already, or no place comes free in time */
  async run<T>(
    key: string,
    work: () => Promise<T>,
    deadline: number = performance.now() + PATIENCE_MS,
  ): Promise<T> {
    const compartment = this.compartments.get(key) ?? { busy: 0, waiting: [] };
    this.compartments.set(key, compartment);
    await this.enter(compartment, deadline);
    try {
      return await work();
    } finally {
      this.leave(key, compartment);
    }
  }

  /**
   * Runs work that needs a place under each of these keys; it waits for all of them no longer than for one.
   *
   * @param keys in an order that all who share some of them keep: else two could wait for each other
   * @throws Unavailable BUSY
   */
  runUnder<T>(
    [key, ...others]: readonly string[],
    work: () => Promise<T>,
    deadline: number = performance.now() + PATIENCE_MS,
  ): Promise<T> {
    if (key === undefined) return work();
    return this.run(key, () => this.runUnder(others, work, deadline), deadline);
  }

  private async enter(compartment: Compartment, deadline: number): Promise<void> {
    const { waiting } = compartment;
    if (compartment.busy < this.places) {
      compartment.busy += 1;
      return;
    }
    if (waiting.length >= MOST_WAITING) throw new Unavailable('BUSY');
    const patience = new AbortController();
    const turn = new Promise<void>((resolve) => waiting.push(resolve)).then(() => true);
    const own = waiting.at(-1)!;
    const isIn = await Promise.race([
      turn,
      sleep(Math.max(0, deadline - performance.now()), false, { signal: patience.signal }),
    ]);
    patience.abort();
    if (isIn) return;
    const place = waiting.indexOf(own);
    // Called in the very moment that its patience ended: it has the place.
    if (place < 0) return;
    waiting.splice(place, 1);
    throw new Unavailable('BUSY');
  }

  /** Hands the place on, or frees it. */
  private leave(key: string, compartment: Compartment): void {
    const next = compartment.waiting.shift();
    if (next) return next();
    compartment.busy -= 1;
    if (compartment.busy === 0) this.compartments.delete(key);
  }
}

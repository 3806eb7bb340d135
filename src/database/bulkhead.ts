import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../errors/domain-error.js';

/** The longest wait for a place. Together with the transaction after it, an answer takes at most twenty seconds. */
const MAX_WAIT_MS = 8_000;
const MOST_WAITING = 200;

interface Compartment {
  busy: number;
  readonly waiting: (() => void)[];
}

/** Take an account's place before the places of days. */
export function accountKey(id: number): string {
  return `account ${id}`;
}

/** Guards a doctor's weekly windows. */
export function scheduleKey(doctorId: number): string {
  return `schedule ${doctorId}`;
}

export function dayKey(doctorId: number, date: string): string {
  return `day ${doctorId} ${date}`;
}

/** Guards a date for those who book with any doctor: they wait for the days of the same doctors, one after the other. */
export function anyDayKey(date: string): string {
  return `any day ${date}`;
}

/** The keys of several doctors' days, each once, in an order that all callers share. */
export function dayKeys(days: readonly { readonly doctorId: number; readonly date: string }[]): string[] {
  return [...new Set(days.map(({ doctorId, date }) => dayKey(doctorId, date)))].sort();
}

/**
 * Limits how much work under one key, such as a doctor's day, runs at once. The rest waits its turn without a
 * connection, so a crowd on one lock cannot use up the pool.
 *
 * @see https://learn.microsoft.com/azure/architecture/patterns/bulkhead
 */
export class Bulkhead {
  private readonly compartments = new Map<string, Compartment>();

  /** @param places how much work under one key runs at once */
  constructor(private readonly places: number) {}

  /** @throws Unavailable BUSY if too many wait already, or no place becomes free in time */
  async run<T>(
    key: string,
    work: () => Promise<T>,
    deadline: number = performance.now() + MAX_WAIT_MS,
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
   * Runs work that needs a place under each of these keys, within one deadline for all of them.
   *
   * @param keys in an order that all callers share; otherwise two could wait for each other
   * @throws Unavailable BUSY
   */
  runUnder<T>(
    [key, ...others]: readonly string[],
    work: () => Promise<T>,
    deadline: number = performance.now() + MAX_WAIT_MS,
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
    const timeout = new AbortController();
    const turn = new Promise<void>((resolve) => waiting.push(resolve)).then(() => true);
    const admit = waiting.at(-1)!;
    const isAdmitted = await Promise.race([
      turn,
      sleep(Math.max(0, deadline - performance.now()), false, { signal: timeout.signal }),
    ]);
    timeout.abort();
    if (isAdmitted) return;
    const index = waiting.indexOf(admit);
    // `leave` admitted this work at the very moment its wait ended: it has the place.
    if (index < 0) return;
    waiting.splice(index, 1);
    throw new Unavailable('BUSY');
  }

  /** Passes the place on, or frees it. */
  private leave(key: string, compartment: Compartment): void {
    const next = compartment.waiting.shift();
    if (next) return next();
    compartment.busy -= 1;
    if (compartment.busy === 0) this.compartments.delete(key);
  }
}

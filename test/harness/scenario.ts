import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment, Wishes } from './deployment.js';
import type { Front } from './front.js';
import type { People } from './people.js';
import type { Random } from './random.js';
import type { Traffic } from './traffic.js';

const STILL_WAITING_MS = 60_000;

/** One way to break a clinic. */
export interface Scenario {
  readonly name: string;
  /** What happens, in a line for the table. */
  readonly about: string;
  readonly wishes?: Wishes;
  readonly patients?: number;
  /** The least and the most that a patient waits between two requests, in milliseconds. */
  readonly pauseMs?: readonly [number, number];
  /** What requests may meet while the fault lasts: 503 with `Retry-After`, or a connection that breaks. */
  readonly tolerates?: readonly ('503' | 'cut')[];
  /** Seconds after the fault within which requests succeed again. */
  readonly recovers?: number;
  /** Whether each fault may make one mail come twice. */
  readonly mayRepeatMail?: boolean;
  run(stage: Stage): Promise<void>;
}

/** The time from the beginning to the end of a fault, on the harness's timer. */
export interface Fault {
  readonly began: number;
  readonly ended: number;
}

/** Everything a scenario can lay its hands on. */
export class Stage {
  readonly faults: Fault[] = [];
  /** What a scenario itself has found wrong. */
  readonly complaints: string[] = [];

  constructor(
    readonly clinic: Deployment,
    readonly front: Front,
    readonly traffic: Traffic,
    readonly people: People,
    readonly random: Random,
    private readonly isShort: boolean,
  ) {}

  /** How often or how long: in full, or in the short set. */
  size(full: number, short: number): number {
    return this.isShort ? short : full;
  }

  seconds(seconds: number): Promise<void> {
    return sleep(seconds * 1000);
  }

  /** Notes when a fault began and ended. */
  async fault(work: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    await work();
    this.faults.push({ began, ended: performance.now() });
  }

  /** Whether an answer took that long since the last fault began: it was one. */
  hasWaited(milliseconds: number): boolean {
    const since = this.faults.at(-1)?.began ?? Infinity;
    return this.front.journal.some(({ began, ended }) => ended > since && ended - began > milliseconds);
  }

  /** Something that must hold besides what the oracle counts. */
  expect(what: string, holds: boolean): void {
    if (!holds) this.complaints.push(what);
  }

  /** Waits until something holds, however long that takes on a busy machine; says now and then what for. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    let saidAt = performance.now();
    while (!(await holds())) {
      await sleep(2);
      if (performance.now() - saidAt < STILL_WAITING_MS) continue;
      saidAt = performance.now();
      console.error(`  still waiting for ${holds.toString()}`);
    }
  }
}

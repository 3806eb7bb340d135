import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment, DeploymentOptions } from './deployment.js';
import type { LoadBalancer } from './load-balancer.js';
import type { People } from './people.js';
import type { Random } from './random.js';
import type { Traffic } from './traffic.js';

const REMIND_EVERY_MS = 60_000;

/** One way to break a clinic. */
export interface Scenario {
  readonly name: string;
  /** What happens, in one line for `--list`. */
  readonly about: string;
  /** What differs from the usual deployment. */
  readonly deployment?: DeploymentOptions;
  readonly patients?: number;
  /** The shortest and the longest pause of a patient between two requests, in milliseconds. */
  readonly pauseMs?: readonly [number, number];
  /** Failures that requests may meet during the fault: 503 with `Retry-After`, or a broken connection. */
  readonly tolerates?: readonly ('503' | 'cut')[];
  /** Seconds after the fault within which requests must succeed again. */
  readonly recovers?: number;
  /** Whether each fault may cause one duplicate email. */
  readonly mayRepeatMail?: boolean;
  run(context: ScenarioContext): Promise<void>;
}

/** When a fault began and ended, on the clock of `performance.now()`. */
export interface Fault {
  readonly began: number;
  readonly ended: number;
}

/** What a scenario works with. */
export class ScenarioContext {
  readonly faults: Fault[] = [];
  /** What the scenario expected in vain. */
  readonly failedExpectations: string[] = [];

  constructor(
    readonly clinic: Deployment,
    readonly balancer: LoadBalancer,
    readonly traffic: Traffic,
    readonly people: People,
    readonly random: Random,
    private readonly isShort: boolean,
  ) {}

  /** The first number in a full run, the second with `--short`. */
  fullOrShort(full: number, short: number): number {
    return this.isShort ? short : full;
  }

  waitSeconds(seconds: number): Promise<void> {
    return sleep(seconds * 1000);
  }

  /** Injects a fault, and records when it began and ended. */
  async injectFault(work: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    await work();
    this.faults.push({ began, ended: performance.now() });
  }

  /** Whether any answer since the last fault began took that long, which proves that the fault had an effect. */
  hasSlowAnswer(milliseconds: number): boolean {
    const since = this.faults.at(-1)?.began ?? Infinity;
    return this.balancer.journal.some(({ began, ended }) => ended > since && ended - began > milliseconds);
  }

  /** States what must hold besides what the oracle counts. */
  expect(what: string, holds: boolean): void {
    if (!holds) this.failedExpectations.push(what);
  }

  /** Waits without a time limit, because machines may be busy; prints from time to time what it waits for. */
  async waitUntil(holds: () => boolean | Promise<boolean>): Promise<void> {
    let saidAt = performance.now();
    while (!(await holds())) {
      await sleep(2);
      if (performance.now() - saidAt < REMIND_EVERY_MS) continue;
      saidAt = performance.now();
      console.error(`  still waiting for ${holds.toString()}`);
    }
  }
}

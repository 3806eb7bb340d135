import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadBalancer } from './load-balancer.js';
import type { People, Person } from './people.js';
import type { Random } from './random.js';
import { type TrafficRecord, Visit } from './visit.js';

/** A step uses at most one new `Idempotency-Key`, and an account may use 1,000 in 24 hours. */
const STEPS_PER_ACCOUNT = 900;

/** A booking in the state that the service last acknowledged to its patient. */
export interface Acknowledged {
  readonly id: number;
  readonly userId: number;
  readonly doctorId: number;
  date: string;
  time: string;
  duration: number;
  status: 'booked' | 'cancelled';
}

/** Patients who book, reschedule, cancel and list until stopped; each sends one request at a time. */
export class Traffic implements TrafficRecord {
  /** The acknowledged bookings by id. */
  readonly acknowledged = new Map<number, Acknowledged>();
  unknown = 0;
  gaveUp = 0;
  private stopping = false;
  private loops: Promise<void>[] = [];
  private readonly requested = new Set<string>();

  /**
   * @param pauseMs the shortest and the longest pause of a patient between two requests
   * @param isSticky whether each patient prefers one server
   */
  constructor(
    private readonly balancer: LoadBalancer,
    private readonly people: People,
    private readonly random: Random,
    private readonly pauseMs: readonly [number, number],
    private readonly isSticky = false,
  ) {}

  start(): void {
    this.loops = this.people.accounts.map((accounts, index) =>
      this.runPatient(accounts, index, this.random.fork()),
    );
  }

  /** Waits until every patient has a final answer to the last request, or has given up. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  isNew(patient: Person, booking: object): boolean {
    const key = [patient.id, ...Object.values<unknown>(booking as Record<string, unknown>)].join(' ');
    if (this.requested.has(key)) return false;
    this.requested.add(key);
    return true;
  }

  private async runPatient(accounts: readonly Person[], index: number, random: Random): Promise<void> {
    const server = this.isSticky ? index : undefined;
    for (const account of accounts) {
      const visit = new Visit(this.balancer, this.people.doctors, account, random, this, server);
      for (let steps = 0; steps < STEPS_PER_ACCOUNT; steps += 1) {
        if (this.stopping) return;
        await visit.step();
        await sleep(random.between(...this.pauseMs));
      }
    }
    throw new Error(`A patient needs more than ${accounts.length} accounts: give them more.`);
  }
}

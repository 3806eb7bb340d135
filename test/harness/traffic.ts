import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledged } from './acknowledged.js';
import { DeskVisit } from './desk-visit.js';
import type { LoadBalancer } from './load-balancer.js';
import type { Patient, People, Person } from './people.js';
import type { Random } from './random.js';
import { Visit } from './visit.js';

/** An account may use 1,000 new keys in 24 hours, and a step uses at most as many as this leaves. */
const KEYS_PER_ACCOUNT = 900;
/** The desk works on what was booked lately. */
const RECENT = 200;

/** What the service has acknowledged so far, and how often the outcome is unknown. */
export interface TrafficRecord {
  readonly acknowledged: ReadonlyMap<number, Acknowledged>;
  /** Requests for bookings with an unknown outcome. */
  unknown: number;
  /** Whether exactly this was not requested for this patient before, so that no two keys are for the same booking. */
  isNew(patient: Patient, booking: object): boolean;
  add(booking: Acknowledged): void;
  /** Stops judging a booking, because it is unknown whether a change was made. */
  giveUp(booking: Acknowledged): void;
  /** Bookings that were made lately. */
  recent(): Acknowledged[];
}

/** A client, and how many keys it has used. */
interface Client {
  readonly keys: number;
  step(): Promise<void>;
}

/** Patients and a front desk, who work until stopped; each sends one request at a time. */
export class Traffic implements TrafficRecord {
  readonly acknowledged = new Map<number, Acknowledged>();
  unknown = 0;
  /** Bookings in an unknown state, because a client stopped repeating a change. */
  gaveUp = 0;
  private stopping = false;
  private loops: Promise<void>[] = [];
  private readonly requested = new Set<string>();
  private readonly latest: Acknowledged[] = [];

  /**
   * @param pauseMs the shortest and the longest pause of a client between two steps
   * @param isSticky whether each client prefers one server
   */
  constructor(
    private readonly balancer: LoadBalancer,
    private readonly people: People,
    private readonly random: Random,
    private readonly pauseMs: readonly [number, number],
    private readonly isSticky = false,
  ) {}

  start(): void {
    const { accounts, desks, doctors, deskPatients } = this.people;
    const patients = accounts.map((each, index) => {
      const [random, server] = [this.random.fork(), this.isSticky ? index : undefined];
      return this.run(
        each,
        random,
        (account) => new Visit(this.balancer, doctors, account, random, this, server),
      );
    });
    const desk = desks.map((each, index) => {
      const [random, server] = [this.random.fork(), this.isSticky ? index : undefined];
      const clinic = { doctors, patients: deskPatients };
      return this.run(
        each,
        random,
        (account) => new DeskVisit(this.balancer, clinic, account, random, this, server),
      );
    });
    this.loops = [...patients, ...desk];
  }

  /** Waits until every client has a final answer to the last request, or has given up. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  isNew({ patientId }: Patient, booking: object): boolean {
    const key = [patientId, ...Object.values<unknown>(booking as Record<string, unknown>)].join(' ');
    if (this.requested.has(key)) return false;
    this.requested.add(key);
    return true;
  }

  add(booking: Acknowledged): void {
    this.acknowledged.set(booking.id, booking);
    this.latest.push(booking);
    if (this.latest.length > RECENT) this.latest.shift();
  }

  giveUp(booking: Acknowledged): void {
    if (this.acknowledged.delete(booking.id)) this.gaveUp += 1;
  }

  recent(): Acknowledged[] {
    return this.latest.filter(({ id }) => this.acknowledged.has(id));
  }

  private async run<P extends Person>(
    accounts: readonly P[],
    random: Random,
    clientOf: (account: P) => Client,
  ): Promise<void> {
    for (const account of accounts) {
      const client = clientOf(account);
      while (client.keys < KEYS_PER_ACCOUNT) {
        if (this.stopping) return;
        await client.step();
        await sleep(random.between(...this.pauseMs));
      }
    }
    throw new Error(`A client needs more than ${accounts.length} accounts: give it more.`);
  }
}

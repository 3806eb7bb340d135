import { setTimeout as sleep } from 'node:timers/promises';
import type { Front } from './front.js';
import type { People, Person } from './people.js';
import type { Random } from './random.js';
import { type Memory, Visit } from './visit.js';

/** At most one new `Idempotency-Key` a step, of the 1,000 that an account may make in 24 hours. */
const STEPS_OF_AN_ACCOUNT = 900;

/** A booking as its patient was last told of it. */
export interface Acknowledged {
  readonly id: number;
  readonly userId: number;
  readonly doctorId: number;
  date: string;
  time: string;
  duration: number;
  status: 'booked' | 'cancelled';
}

/** Patients who book, reschedule, cancel and look, each one thing after another, until they are told to stop. */
export class Traffic implements Memory {
  /** Everything that was acknowledged, by its id. */
  readonly acknowledged = new Map<number, Acknowledged>();
  unknown = 0;
  gaveUp = 0;
  private stopping = false;
  private loops: Promise<void>[] = [];
  private readonly asked = new Set<string>();

  /**
   * @param pauseMs the least and the most that a patient waits between two requests
   * @param sticky whether a patient always asks the same server
   */
  constructor(
    private readonly front: Front,
    private readonly people: People,
    private readonly random: Random,
    private readonly pauseMs: readonly [number, number],
    private readonly sticky = false,
  ) {}

  start(): void {
    this.loops = this.people.accounts.map((accounts, index) =>
      this.patient(accounts, index, this.random.fork()),
    );
  }

  /** Waits until everybody knows what became of their last request, or has given up. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  isNew(patient: Person, wish: object): boolean {
    const name = [patient.id, ...Object.values<unknown>(wish as Record<string, unknown>)].join(' ');
    if (this.asked.has(name)) return false;
    this.asked.add(name);
    return true;
  }

  private async patient(accounts: readonly Person[], index: number, random: Random): Promise<void> {
    const stick = this.sticky ? index : undefined;
    for (const account of accounts) {
      const visit = new Visit(this.front, this.people.doctors, account, random, this, stick);
      for (let steps = 0; steps < STEPS_OF_AN_ACCOUNT; steps += 1) {
        if (this.stopping) return;
        await visit.step();
        await sleep(random.between(...this.pauseMs));
      }
    }
    throw new Error(`A patient needs more than ${accounts.length} accounts: give them more.`);
  }
}

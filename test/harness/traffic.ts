import { setTimeout as sleep } from 'node:timers/promises';
import type { Front, Reply } from './front.js';
import type { DoctorPerson, People, Person } from './people.js';
import type { Random } from './random.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A booking that the clinic has acknowledged, as its patient has it in mind. */
export interface Acknowledged {
  readonly id: number;
  readonly userId: number;
  readonly doctorId: number;
  date: string;
  time: string;
  duration: number;
  status: 'booked' | 'cancelled';
}

type Wish = Pick<Acknowledged, 'date' | 'time' | 'duration'> & { doctor_id: number };

/** Patients who book, move, cancel and look, each one thing after another, until they are told to stop. */
export class Traffic {
  /** Everything that was acknowledged, by its id. */
  readonly acknowledged = new Map<number, Acknowledged>();
  /** Bookings asked for without a key of which nobody knows whether they were made. */
  unknown = 0;
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
    this.loops = this.people.patients.map((patient, index) =>
      this.patient(patient, index, this.random.fork()),
    );
  }

  /** Waits until everybody knows what became of their last request. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  private async patient(patient: Person, index: number, random: Random): Promise<void> {
    const mine: Acknowledged[] = [];
    const stick = this.sticky ? index : undefined;
    while (!this.stopping) {
      await new Visit(this.front, this.people.doctors, patient, random, mine, this, stick).step();
      await sleep(random.between(...this.pauseMs));
    }
  }

  /** False if the patient has asked for this before: no two keys are for the same. */
  isNew(patient: Person, wish: Wish): boolean {
    const name = [patient.id, ...Object.values(wish)].join(' ');
    if (this.asked.has(name)) return false;
    this.asked.add(name);
    return true;
  }
}

/** One thing that a patient does. */
class Visit {
  constructor(
    private readonly front: Front,
    private readonly doctors: readonly DoctorPerson[],
    private readonly patient: Person,
    private readonly random: Random,
    private readonly mine: Acknowledged[],
    private readonly traffic: Traffic,
    private readonly stick: number | undefined,
  ) {}

  async step(): Promise<void> {
    const dice = this.random.next();
    const live = this.mine.filter(({ status }) => status === 'booked');
    if (dice < 0.15) await this.look();
    else if (dice < 0.25 && live.length > 0) await this.move(this.random.one(live));
    else if (dice < 0.45 && live.length > 0) await this.cancel(this.random.one(live));
    else await this.book(dice < 0.9 ? this.random.key() : undefined);
  }

  private async look(): Promise<void> {
    const { date, doctor_id } = this.wish();
    const path = this.random.one([
      `/api/bookings/available-slots?doctor_id=${doctor_id}&date=${date}`,
      '/api/bookings/me',
      '/api/doctors/public',
    ]);
    await this.send('GET', path);
  }

  private async book(key: string | undefined): Promise<void> {
    const wish = this.wish();
    if (!this.traffic.isNew(this.patient, wish)) return;
    const send = (): Promise<Reply> => this.send('POST', '/api/bookings', wish, key);
    // Without a key nobody can ask again: it may have been booked.
    const { end, body } = key === undefined ? await send() : await untilKnown(send);
    if (end !== 201) {
      if (!isDecided(end)) this.traffic.unknown += 1;
      return;
    }
    const booking: Acknowledged = {
      id: body.id as number,
      userId: this.patient.id,
      doctorId: wish.doctor_id,
      date: body.date as string,
      time: body.time as string,
      duration: body.duration as number,
      status: 'booked',
    };
    this.mine.push(booking);
    this.traffic.acknowledged.set(booking.id, booking);
  }

  private async move(booking: Acknowledged): Promise<void> {
    const { date, time } = this.wish();
    const change = this.random.next() < 0.5 ? { time } : { date, time };
    // To move it to where it is changes nothing, so asking again does no harm.
    const { end, body } = await untilKnown(() => this.send('PATCH', `/api/bookings/${booking.id}`, change));
    if (end === 200) Object.assign(booking, { date: body.date, time: body.time });
  }

  private async cancel(booking: Acknowledged): Promise<void> {
    let again = false;
    const { end } = await untilKnown(async () => {
      const reply = await this.send('DELETE', `/api/bookings/${booking.id}`);
      again ||= !isDecided(reply.end);
      return reply;
    });
    // Refused after an attempt whose end was unknown: that one had done it.
    if (end === 200 || (again && end === 400)) booking.status = 'cancelled';
  }

  /** Some of the times are so near that their reminders are due within the next minute or two. */
  private wish(): Wish {
    const dice = this.random.next();
    const near = dice < 0.25 ? this.random.one([60, 24 * 60]) : 0;
    const doctor = this.random.one(
      near > 0 ? this.doctors.filter(({ timezone }) => timezone === 'UTC') : this.doctors,
    );
    const start =
      near > 0
        ? Math.ceil(Date.now() / MINUTE_MS + near + this.random.next() * 0.7) * MINUTE_MS
        : Date.now() + DAY_MS * this.random.between(2, 12) + MINUTE_MS * 5 * this.random.between(0, 287);
    const iso = new Date(start).toISOString();
    return {
      doctor_id: doctor.doctorId,
      date: iso.slice(0, 10),
      time: iso.slice(11, 16),
      duration: near > 0 ? 1 : this.random.between(1, 9) * 5,
    };
  }

  private send(method: string, path: string, body?: unknown, key?: string): Promise<Reply> {
    const { token } = this.patient;
    return this.front.send(method, path, {
      token,
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
      ...(this.stick !== undefined && { stick: this.stick }),
    });
  }
}

/** Whether the answer says what became of the request. */
export function isDecided(end: Reply['end']): boolean {
  return typeof end === 'number' && end < 500 && end !== 409;
}

/** Longer than any fault lasts. Who has no answer by then is left with what the last one was, and that is counted. */
const LONGEST_ASKING_MS = 90_000;

/** Asks again, as a good client does, until there is an answer. */
export async function untilKnown(send: () => Promise<Reply>): Promise<Reply> {
  const deadline = performance.now() + LONGEST_ASKING_MS;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const reply = await send();
    if (isDecided(reply.end) || performance.now() > deadline) return reply;
    await sleep(pauseMs);
  }
}

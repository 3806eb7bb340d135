import { isDecision, untilDecided } from './answers.js';
import type { Front, Reply } from './front.js';
import type { DoctorPerson, Person } from './people.js';
import type { Random } from './random.js';
import type { Acknowledged } from './traffic.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type Wish = Pick<Acknowledged, 'date' | 'time' | 'duration'> & { doctor_id: number };

/** What patients have been told so far, and what nobody can know. */
export interface Memory {
  readonly acknowledged: Map<number, Acknowledged>;
  /** Bookings asked for of which nobody knows whether they were made. */
  unknown: number;
  /** Bookings of which nobody knows what became, since their patient stopped asking. */
  gaveUp: number;
  /** Whether this patient has not asked for exactly this before: no two keys are for the same wish. */
  isNew(patient: Person, wish: object): boolean;
}

/** A patient who does one thing at a time: looks, books, reschedules or cancels. */
export class Visit {
  private readonly mine: Acknowledged[] = [];

  /** @param stick the server that is asked every time; undefined for any */
  constructor(
    private readonly front: Front,
    private readonly doctors: readonly DoctorPerson[],
    private readonly patient: Person,
    private readonly random: Random,
    private readonly memory: Memory,
    private readonly stick: number | undefined,
  ) {}

  async step(): Promise<void> {
    const dice = this.random.next();
    const live = this.mine.filter(({ status }) => status === 'booked');
    if (dice < 0.15) await this.look();
    else if (dice < 0.25 && live.length > 0) await this.reschedule(this.random.one(live));
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
    if (!this.memory.isNew(this.patient, wish)) return;
    const send = (): Promise<Reply> => this.send('POST', '/api/bookings', wish, key);
    // Without a key a second request could book twice, so nobody can ask again.
    const reply = key === undefined ? await send() : await untilDecided(send);
    if (!isDecision(reply)) this.memory.unknown += 1;
    if (reply.end !== 201) return;
    const { id, date, time, duration } = reply.body as unknown as Acknowledged;
    const owner = { userId: this.patient.id, doctorId: wish.doctor_id };
    const booking: Acknowledged = { id, ...owner, date, time, duration, status: 'booked' };
    this.mine.push(booking);
    this.memory.acknowledged.set(id, booking);
  }

  private async reschedule(booking: Acknowledged): Promise<void> {
    const { date, time } = this.wish();
    const change = this.random.next() < 0.5 ? { time } : { date, time };
    const key = this.maybeKey();
    // Nobody else changes this booking, so the same change may be sent again without a key.
    const reply = await untilDecided(() => this.send('PATCH', pathOf(booking), change, key));
    if (!isDecision(reply)) this.giveUp(booking);
    else if (reply.end === 200) Object.assign(booking, { date: reply.body.date, time: reply.body.time });
  }

  private async cancel(booking: Acknowledged): Promise<void> {
    const key = this.maybeKey();
    let wasUndecided = false;
    const reply = await untilDecided(async () => {
      const answer = await this.send('DELETE', pathOf(booking), undefined, key);
      wasUndecided ||= !isDecision(answer);
      return answer;
    });
    if (!isDecision(reply)) return this.giveUp(booking);
    // Without a key the first request may have cancelled it, so the second one does not find it. Any other refusal, such as
    // that it has started, says that it is still booked.
    const hasGone = key === undefined && wasUndecided && reply.body.code === 'BOOKING_NOT_FOUND';
    if (reply.end === 200 || hasGone) booking.status = 'cancelled';
  }

  /** The patient stops asking: the booking may be as it was, or changed. */
  private giveUp(booking: Acknowledged): void {
    this.mine.splice(this.mine.indexOf(booking), 1);
    this.memory.acknowledged.delete(booking.id);
    this.memory.gaveUp += 1;
  }

  private maybeKey(): string | undefined {
    return this.random.next() < 0.5 ? this.random.key() : undefined;
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
    return this.front.send(method, path, {
      by: this.patient,
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
      ...(this.stick !== undefined && { stick: this.stick }),
    });
  }
}

function pathOf({ id }: Acknowledged): string {
  return `/api/bookings/${id}`;
}

import { isFinal, sendUntilFinal } from './answers.js';
import type { LoadBalancer, Reply } from './load-balancer.js';
import type { DoctorPerson, Person } from './people.js';
import type { Random } from './random.js';
import type { Acknowledged } from './traffic.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type BookingRequest = Pick<Acknowledged, 'date' | 'time' | 'duration'> & { doctor_id: number };

/** What the service has acknowledged so far, and how often the outcome is unknown. */
export interface TrafficRecord {
  readonly acknowledged: Map<number, Acknowledged>;
  /** Requests for bookings with an unknown outcome. */
  unknown: number;
  /** Bookings in an unknown state, because their patient stopped repeating a change. */
  gaveUp: number;
  /** Whether this patient has not requested exactly this booking before, so that no two keys are for the same one. */
  isNew(patient: Person, booking: object): boolean;
}

/** A patient who lists, books, reschedules or cancels, one request at a time. */
export class Visit {
  private readonly mine: Acknowledged[] = [];

  /** @param server the preferred server; undefined for any */
  constructor(
    private readonly balancer: LoadBalancer,
    private readonly doctors: readonly DoctorPerson[],
    private readonly patient: Person,
    private readonly random: Random,
    private readonly record: TrafficRecord,
    private readonly server: number | undefined,
  ) {}

  async step(): Promise<void> {
    const dice = this.random.next();
    const live = this.mine.filter(({ status }) => status === 'booked');
    if (dice < 0.15) await this.list();
    else if (dice < 0.25 && live.length > 0) await this.reschedule(this.random.one(live));
    else if (dice < 0.45 && live.length > 0) await this.cancel(this.random.one(live));
    else await this.book(dice < 0.9 ? this.random.key() : undefined);
  }

  private async list(): Promise<void> {
    const { date, doctor_id } = this.randomRequest();
    const path = this.random.one([
      `/api/bookings/available-slots?doctor_id=${doctor_id}&date=${date}`,
      '/api/bookings/me',
      '/api/doctors/public',
    ]);
    await this.send('GET', path);
  }

  private async book(key: string | undefined): Promise<void> {
    const wanted = this.randomRequest();
    if (!this.record.isNew(this.patient, wanted)) return;
    const send = (): Promise<Reply> => this.send('POST', '/api/bookings', wanted, key);
    // Without a key, a second request could book twice, so the patient cannot repeat it.
    const reply = key === undefined ? await send() : await sendUntilFinal(send);
    if (!isFinal(reply)) this.record.unknown += 1;
    if (reply.outcome !== 201) return;
    const { id, date, time, duration } = reply.body as unknown as Acknowledged;
    const owner = { userId: this.patient.id, doctorId: wanted.doctor_id };
    const booking: Acknowledged = { id, ...owner, date, time, duration, status: 'booked' };
    this.mine.push(booking);
    this.record.acknowledged.set(id, booking);
  }

  private async reschedule(booking: Acknowledged): Promise<void> {
    const { date, time } = this.randomRequest();
    const change = this.random.next() < 0.5 ? { time } : { date, time };
    const key = this.maybeKey();
    // No one else changes this booking, so the patient may repeat the change even without a key.
    const reply = await sendUntilFinal(() => this.send('PATCH', pathOf(booking), change, key));
    if (!isFinal(reply)) this.giveUp(booking);
    else if (reply.outcome === 200) Object.assign(booking, { date: reply.body.date, time: reply.body.time });
  }

  private async cancel(booking: Acknowledged): Promise<void> {
    const key = this.maybeKey();
    let wasInconclusive = false;
    const reply = await sendUntilFinal(async () => {
      const answer = await this.send('DELETE', pathOf(booking), undefined, key);
      wasInconclusive ||= !isFinal(answer);
      return answer;
    });
    if (!isFinal(reply)) return this.giveUp(booking);
    // Without a key, an earlier request may have cancelled the booking, and the repeated one does not find it. After
    // any other refusal, such as BOOKING_STARTED, it is still booked.
    const isGone = key === undefined && wasInconclusive && reply.body.code === 'BOOKING_NOT_FOUND';
    if (reply.outcome === 200 || isGone) booking.status = 'cancelled';
  }

  /** Stops judging a booking, because it is unknown whether the change was made. */
  private giveUp(booking: Acknowledged): void {
    this.mine.splice(this.mine.indexOf(booking), 1);
    this.record.acknowledged.delete(booking.id);
    this.record.gaveUp += 1;
  }

  private maybeKey(): string | undefined {
    return this.random.next() < 0.5 ? this.random.key() : undefined;
  }

  /** Some of the times are so near that their reminders fall due within two minutes. */
  private randomRequest(): BookingRequest {
    const dice = this.random.next();
    const minutesAhead = dice < 0.25 ? this.random.one([60, 24 * 60]) : 0;
    const doctor = this.random.one(
      minutesAhead > 0 ? this.doctors.filter(({ timezone }) => timezone === 'UTC') : this.doctors,
    );
    const start =
      minutesAhead > 0
        ? Math.ceil(Date.now() / MINUTE_MS + minutesAhead + this.random.next() * 0.7) * MINUTE_MS
        : Date.now() + DAY_MS * this.random.between(2, 12) + MINUTE_MS * 5 * this.random.between(0, 287);
    const iso = new Date(start).toISOString();
    return {
      doctor_id: doctor.doctorId,
      date: iso.slice(0, 10),
      time: iso.slice(11, 16),
      duration: minutesAhead > 0 ? 1 : this.random.between(1, 9) * 5,
    };
  }

  private send(method: string, path: string, body?: unknown, key?: string): Promise<Reply> {
    return this.balancer.send(method, path, {
      actor: this.patient,
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
      ...(this.server !== undefined && { server: this.server }),
    });
  }
}

function pathOf({ id }: Acknowledged): string {
  return `/api/bookings/${id}`;
}

import { Acknowledged, type BookingAnswer } from './acknowledged.js';
import { isFinal, lookUp, sendUntilFinal } from './answers.js';
import { randomAppointment } from './appointments.js';
import type { LoadBalancer, Reply } from './load-balancer.js';
import type { DoctorPerson, PatientPerson } from './people.js';
import type { Random } from './random.js';
import type { TrafficRecord } from './traffic.js';

/** A patient who lists, books, reschedules or cancels, one request at a time. */
export class Visit {
  /** How many keys the account has used. */
  keys = 0;
  private readonly mine: Acknowledged[] = [];

  /** @param server the preferred server; undefined for any */
  constructor(
    private readonly balancer: LoadBalancer,
    private readonly doctors: readonly DoctorPerson[],
    private readonly patient: PatientPerson,
    private readonly random: Random,
    private readonly record: TrafficRecord,
    private readonly server: number | undefined,
  ) {}

  async step(): Promise<void> {
    const dice = this.random.next();
    const live = this.mine.filter(
      ({ id, status }) => status === 'booked' && this.record.acknowledged.has(id),
    );
    if (dice < 0.15) await this.list();
    else if (dice < 0.25 && live.length > 0) await this.reschedule(this.random.one(live));
    else if (dice < 0.45 && live.length > 0) await this.cancel(this.random.one(live));
    else await this.book(dice < 0.9 ? this.newKey() : undefined);
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
    const booking = new Acknowledged(reply.body as unknown as BookingAnswer);
    this.mine.push(booking);
    this.record.add(booking);
  }

  private async reschedule(booking: Acknowledged): Promise<void> {
    const { date, time } = this.randomRequest();
    const change = this.random.next() < 0.5 ? { time } : { date, time };
    const key = this.maybeKey();
    let wasInconclusive = false;
    // A repeated change to the same time changes nothing, so the patient may repeat it even without a key.
    const reply = await sendUntilFinal(async () => {
      const answer = await this.send('PATCH', pathOf(booking), change, key);
      wasInconclusive ||= !isFinal(answer);
      return answer;
    });
    if (!isFinal(reply)) this.record.giveUp(booking);
    else if (reply.outcome === 200) booking.learn(reply.body as unknown as BookingAnswer, {});
    // Without a key, an earlier request may have made the change, and the desk another one since.
    else if (key === undefined && wasInconclusive)
      await lookUp(booking, this.record, () => this.send('GET', pathOf(booking)));
  }

  private async cancel(booking: Acknowledged): Promise<void> {
    const key = this.maybeKey();
    let wasInconclusive = false;
    const reply = await sendUntilFinal(async () => {
      const answer = await this.send('DELETE', pathOf(booking), undefined, key);
      wasInconclusive ||= !isFinal(answer);
      return answer;
    });
    if (!isFinal(reply)) return this.record.giveUp(booking);
    // Without a key, an earlier request may have cancelled the booking, and the repeated one does not find it. After
    // any other refusal, such as BOOKING_STARTED, it is still booked.
    const isGone = key === undefined && wasInconclusive && reply.body.code === 'BOOKING_NOT_FOUND';
    if (reply.outcome === 200 || isGone) booking.learnCancelled();
  }

  private maybeKey(): string | undefined {
    return this.random.next() < 0.5 ? this.newKey() : undefined;
  }

  private newKey(): string {
    this.keys += 1;
    return this.random.key();
  }

  private randomRequest() {
    return randomAppointment(this.random, this.doctors);
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

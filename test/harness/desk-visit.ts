import { OVERRIDABLE_RULES } from '../../src/errors/rules.js';
import type { BookingStatus } from '../../src/bookings/booking.js';
import { Acknowledged, type Asked, type BookingAnswer } from './acknowledged.js';
import { isFinal, lookUp, sendUntilFinal } from './answers.js';
import { dateOf, randomAppointment, type RequestedAppointment, walkIn, whenAway } from './appointments.js';
import type { LoadBalancer, Reply, SendOptions } from './load-balancer.js';
import type { DoctorPerson, Patient, Person } from './people.js';
import type { Random } from './random.js';
import type { TrafficRecord } from './traffic.js';

/** Statuses that the desk would set next. */
const USUALLY_NEXT: Readonly<Record<BookingStatus, readonly BookingStatus[]>> = {
  booked: ['arrived', 'arrived', 'arrived', 'fulfilled', 'noshow'],
  arrived: ['fulfilled', 'booked', 'booked'],
  noshow: ['arrived', 'booked'],
  fulfilled: ['arrived'],
  cancelled: ['booked'],
};
const ALL_STATUSES = Object.keys(USUALLY_NEXT) as BookingStatus[];
const REASON = 'As agreed on the phone';

/** Whom the desk works for. */
interface ClinicPeople {
  readonly doctors: readonly DoctorPerson[];
  readonly patients: readonly Patient[];
}

interface Change {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Somebody at the front desk, who books, moves, cancels and sets statuses of whatever was booked lately. */
export class DeskVisit {
  /** How many keys the account has used. */
  keys = 0;

  /** @param server the preferred server; undefined for any */
  constructor(
    private readonly balancer: LoadBalancer,
    private readonly clinic: ClinicPeople,
    private readonly account: Person,
    private readonly random: Random,
    private readonly record: TrafficRecord,
    private readonly server: number | undefined,
  ) {}

  async step(): Promise<void> {
    const dice = this.random.next();
    const open = this.record.recent().filter(({ status }) => status === 'booked' || status === 'arrived');
    if (dice < 0.1) await this.read();
    else if (dice < 0.25 && open.length > 0) await this.move(this.random.one(open));
    else if (dice < 0.35 && open.length > 0) await this.cancel(this.random.one(open));
    else if (dice < 0.65) await this.setStatus();
    else await this.book(this.random.next() < 0.9 ? this.newKey() : undefined);
  }

  private async read(): Promise<void> {
    const { doctor_id, date } = this.randomPlace();
    const booking = this.record.recent().at(-1);
    const paths = [
      `/api/desk/day?date=${date}&doctor_id=${doctor_id}`,
      `/api/bookings?date=${date}`,
      '/api/patients?q=patient',
    ];
    const about = booking ? [pathOf(booking), `${pathOf(booking)}/events`] : [];
    await this.send('GET', this.random.one([...paths, ...about]));
  }

  /** Books; if the desk may override what stands against the time, it usually does. */
  private async book(key: string | undefined): Promise<void> {
    const patient = this.random.one(this.clinic.patients);
    const wanted = this.randomPlace();
    if (!this.record.isNew(patient, wanted)) return;
    const body = { patient_id: patient.patientId, ...wanted, ...this.maybeQuiet() };
    const first = this.maybeOverride();
    const reply = await this.sendBooking({ ...body, ...first }, key);
    const override = this.overrideOf(reply);
    if (override) await this.sendBooking({ ...body, override }, this.newKey());
  }

  private async sendBooking(
    body: { readonly notify?: boolean; readonly override?: Override },
    key: string | undefined,
  ): Promise<Reply> {
    const send = (): Promise<Reply> => this.send('POST', '/api/bookings', { body, key });
    // Without a key, a second request could book twice, so the desk cannot repeat it.
    const reply = key === undefined ? await send() : await sendUntilFinal(send);
    if (!isFinal(reply)) this.record.unknown += 1;
    if (reply.outcome === 201)
      this.record.add(new Acknowledged(reply.body as unknown as BookingAnswer, askedOf(body)));
    return reply;
  }

  private async move(booking: Acknowledged): Promise<void> {
    const { doctor_id, date, time } = this.randomPlace();
    const target = this.random.one([{ doctor_id, date, time }, { date, time }, { time }]);
    const change = { method: 'PATCH', path: pathOf(booking) };
    const body = { ...target, ...this.maybeQuiet() };
    const override = this.overrideOf(
      await this.change(booking, { ...change, body: { ...body, ...this.maybeOverride() } }),
    );
    if (override) await this.change(booking, { ...change, body: { ...body, override } });
  }

  private async cancel(booking: Acknowledged): Promise<void> {
    const body = { reason: REASON, ...this.maybeQuiet() };
    await this.change(booking, { method: 'POST', path: `${pathOf(booking)}/cancel`, body });
  }

  /** Sets the status of a booking of today, if there is one. Some statuses are not possible, and must be refused. */
  private async setStatus(): Promise<void> {
    const recent = this.record
      .recent()
      .filter(({ status }) => status !== 'cancelled' || this.random.next() < 0.05);
    const today = recent.filter(({ latest: { date } }) => date === dateOf(Date.now()));
    if (recent.length === 0) return;
    const booking = this.random.one(today.length > 0 && this.random.next() < 0.9 ? today : recent);
    const status = this.random.one(this.random.next() < 0.9 ? USUALLY_NEXT[booking.status] : ALL_STATUSES);
    await this.change(booking, {
      method: 'POST',
      path: `${pathOf(booking)}/status`,
      body: { status, reason: REASON },
    });
  }

  /** Sends a change of a booking until the answer is final, and records what the service says. */
  private async change(booking: Acknowledged, { method, path, body }: Change): Promise<Reply> {
    const key = this.random.next() < 0.5 ? this.newKey() : undefined;
    const ifMatch = this.maybeIfMatch(booking);
    let wasInconclusive = false;
    const reply = await sendUntilFinal(async () => {
      const answer = await this.send(method, path, { body, key, ifMatch });
      wasInconclusive ||= !isFinal(answer);
      return answer;
    });
    if (!isFinal(reply)) this.record.giveUp(booking);
    else if (reply.outcome === 200) booking.learn(reply.body as unknown as BookingAnswer, askedOf(body));
    // An earlier request without an answer may have made the change.
    else if (wasInconclusive && key === undefined)
      await lookUp(booking, this.record, () => this.send('GET', pathOf(booking)));
    return reply;
  }

  /** A time that is free, taken by somebody, now, or one at which the doctor is away. */
  private randomPlace(): RequestedAppointment {
    const dice = this.random.next();
    const recent = this.record.recent();
    if (dice < 0.3 && recent.length > 0) {
      const { doctorId, date, time, duration } = this.random.one(recent).latest;
      return { doctor_id: doctorId, date, time, duration };
    }
    if (dice < 0.5) return walkIn(this.random, this.clinic.doctors);
    if (dice < 0.65) return whenAway(this.random, this.clinic.doctors);
    return randomAppointment(this.random, this.clinic.doctors);
  }

  /** What the desk overrides of a refusal; undefined if there was none, or if the desk leaves it at that. */
  private overrideOf({ outcome, body }: Reply): Override | undefined {
    const violations = (body.violations ?? []) as { rule: string; overridable: boolean }[];
    if (outcome !== 400 || violations.length === 0 || this.random.next() < 0.2) return undefined;
    if (!violations.every(({ overridable }) => overridable)) return undefined;
    return { rules: violations.map(({ rule }) => rule), reason: REASON };
  }

  /** Sometimes the desk names all rules before it knows whether any stands. */
  private maybeOverride(): { override?: Override } {
    return this.random.next() < 0.1 ? { override: { rules: OVERRIDABLE_RULES, reason: REASON } } : {};
  }

  private maybeQuiet(): { notify?: boolean } {
    return this.random.one([{}, {}, { notify: true }, { notify: false }]);
  }

  /** The version that the desk knows, and sometimes an older one, which must be refused. */
  private maybeIfMatch({ version }: Acknowledged): number | undefined {
    const dice = this.random.next();
    if (dice < 0.1 && version > 1) return version - 1;
    return dice < 0.4 ? version : undefined;
  }

  private newKey(): string {
    this.keys += 1;
    return this.random.key();
  }

  private send(
    method: string,
    path: string,
    { body, key, ifMatch }: { [Name in 'body' | 'key' | 'ifMatch']?: SendOptions[Name] | undefined } = {},
  ): Promise<Reply> {
    return this.balancer.send(method, path, {
      actor: this.account,
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
      ...(ifMatch !== undefined && { ifMatch }),
      ...(this.server !== undefined && { server: this.server }),
    });
  }
}

interface Override {
  readonly rules: readonly string[];
  readonly reason: string;
}

function askedOf({ notify, override }: { notify?: unknown; override?: unknown }): Asked {
  return { isQuiet: notify === false, rules: (override as Override | undefined)?.rules ?? [] };
}

function pathOf({ id }: Acknowledged): string {
  return `/api/bookings/${id}`;
}

import { isDeepStrictEqual } from 'node:util';
import { buildClinic, anchorOf } from './build-clinic.js';
import { clock, dateAfter, instantOf, MINUTE_MS, wallAt } from './calendar.js';
import type { Cast } from './cast.js';
import type { Counts } from './counts.js';
import type { Change, ClinicPlan, Minutes, PlannedBooking, Wish } from './plan.js';
import type { RawAct, RawScenario, RawWish } from './raw-scenario.js';
import {
  expectedOf,
  expectedOfCancel,
  expectedOfMove,
  type ExpectedMove,
  isOverridable,
  isRefused,
} from './reference-answers.js';
import { endOf, type Judged, ReferenceClinic, type RuleName } from './reference-clinic.js';
import type { Override, Reply, Service, ShownBooking } from './service.js';

/** The service and the reference model do not agree. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

export interface Examination {
  readonly service: Service;
  readonly cast: Cast;
  readonly counts: Counts;
  /** How many times of each wish are tried as bookings; spread evenly over the grid and the edges. */
  readonly timesPerWish: number;
}

/** An id that no patient, type or doctor has. */
const NOBODY = 999_999;
const DAY = 24 * 60;

/**
 * Holds the service against the reference model in one random clinic: lists, refusals at each time, and then some
 * bookings, reschedules and cancellations that are really committed, each followed by the list again.
 *
 * @throws Disagreement
 */
export async function examine(raw: RawScenario, examination: Examination): Promise<void> {
  const plan = buildClinic(raw, examination.cast);
  await examination.service.open(plan);
  examination.counts.clinics += 1;
  await new Visit(raw, plan, examination).run();
}

class Visit {
  private clinic: ReferenceClinic;
  private readonly anchor: string;

  constructor(
    private readonly raw: RawScenario,
    plan: ClinicPlan,
    private readonly examination: Examination,
  ) {
    this.clinic = new ReferenceClinic(plan);
    this.anchor = anchorOf(raw);
  }

  async run(): Promise<void> {
    for (const rawWish of this.raw.wishes) {
      const wish = this.wishOf(rawWish);
      await this.compareList(wish);
      await this.compareRefusals(wish, rawWish.times);
    }
    for (const act of this.raw.acts) {
      const rawWish = this.wishFor(act);
      const wish = this.wishOf(rawWish);
      await this.perform(act, wish, rawWish.times);
      await this.compareList(wish);
    }
  }

  /** One for which something is free, if there is one. */
  private wishFor({ wish, prefersFree }: RawAct): RawWish {
    const { wishes } = this.raw;
    const inTurn = wishes.map((_, index) => wishes[(index + wish) % wishes.length]!);
    const hasFree = (raw: RawWish): boolean => {
      const expected = expectedOf(this.clinic, this.wishOf(raw), 'book');
      return expected.judged !== undefined && this.clinic.slots(expected.judged).length > 0;
    };
    return (prefersFree ? inTurn.find(hasFree) : undefined) ?? inTurn[0]!;
  }

  private wishOf(raw: RawWish): Wish {
    const { plan } = this.clinic;
    const { cast } = this.examination;
    const pick = <T>(from: readonly T[], index: number): T => from[index % from.length]!;
    const typeId =
      raw.type === null ? undefined : raw.type > 2 ? NOBODY : plan.types[raw.type % plan.types.length]?.id;
    const durationMinutes = raw.duration ?? undefined;
    return {
      accountId: cast.accounts[raw.account]?.id ?? null,
      doctorId: pick(plan.doctors, raw.doctor).id,
      date: dateAfter(this.anchor, raw.day),
      // Without types there is nothing to name.
      typeId: plan.types.length === 0 ? undefined : typeId,
      durationMinutes: plan.types.length > 0 && typeId !== undefined ? undefined : durationMinutes,
      patientId: this.patientOf(raw),
    };
  }

  private patientOf({ account, patient }: RawWish): number | undefined {
    if (patient === null) return undefined;
    if (patient === 'nobody') return NOBODY;
    const { accounts, patients } = this.examination.cast;
    const id = accounts[account]?.id ?? null;
    const own = patients.filter((each) => this.clinic.isOwn(id, each.id));
    const others = patients.filter((each) => !this.clinic.isOwn(id, each.id));
    return (patient === 'own' ? own.at(-1) : others[account % others.length])?.id;
  }

  private async compareList(wish: Wish): Promise<void> {
    const { service, counts } = this.examination;
    const reply = await service.slots(wish);
    const expected = expectedOf(this.clinic, wish, 'list');
    const about = `the slots for ${shown(wish)}`;
    counts.lists += 1;
    if (expected.refusals) return this.expectRefusal(reply, expected.refusals, about);
    const slots = this.clinic.slots(expected.judged);
    counts.gridPoints += this.clinic.grid(expected.judged).length;
    if (!isDeepStrictEqual(reply.value, slots)) {
      throw this.disagreement(about, reply.value?.map(clock) ?? reply, slots.map(clock));
    }
  }

  /** Tries to book each time that the model refuses, so that nothing is booked. */
  private async compareRefusals(wish: Wish, times: readonly Minutes[]): Promise<void> {
    const expected = expectedOf(this.clinic, wish, 'book');
    if (expected.refusals) {
      const reply = await this.examination.service.book(wish, times[0] ?? 600);
      return this.expectRefusal(reply, expected.refusals, `booking ${shown(wish)}`);
    }
    const { judged } = expected;
    for (const time of spread(this.timesToTry(judged, times), this.examination.timesPerWish)) {
      const violations = this.clinic.violations(judged, time);
      if (violations.length === 0) continue;
      const reply = await this.examination.service.book(wish, time);
      this.expectViolations(reply, violations, `booking ${clock(time)}, ${shown(wish)}`);
    }
  }

  /** The grid, and the times at which something begins, ends or just fits. */
  private timesToTry(judged: Judged, times: readonly Minutes[]): Minutes[] {
    const { doctor, date, values } = judged;
    const { durationMinutes, bufferBefore, bufferAfter, notice } = values;
    const edges: number[] = [];
    for (const { start, end } of doctor.windows) edges.push(start, end, end - durationMinutes);
    for (const { date: of, time } of doctor.exceptions)
      if (of === date && time) edges.push(time.start - durationMinutes, time.end);
    const instants = [this.clinic.now, this.clinic.now - 60 * MINUTE_MS];
    if (notice !== null) instants.push(this.clinic.now + notice * MINUTE_MS);
    for (const booking of this.clinic.plan.bookings.filter(({ doctorId }) => doctorId === doctor.id)) {
      const before = booking.startsAt - durationMinutes * MINUTE_MS;
      instants.push(before, endOf(booking));
      instants.push(before - Math.max(bufferAfter, booking.bufferBefore) * MINUTE_MS);
      instants.push(endOf(booking) + Math.max(bufferBefore, booking.bufferAfter) * MINUTE_MS);
    }
    for (const instant of instants) {
      const wall = wallAt(doctor.timezone, instant);
      if (wall.date === date) edges.push(wall.minutes);
    }
    const around = edges.flatMap((edge) => [edge - 1, edge, edge + 1]);
    const all = new Set([...this.clinic.grid(judged), ...around, ...times]);
    return [...all].filter((time) => time >= 0 && time < DAY).sort((a, b) => a - b);
  }

  private async perform(act: RawAct, wish: Wish, times: readonly Minutes[]): Promise<void> {
    if (act.kind === 'book') return this.book(act, wish, times);
    const booking = this.bookingToChange(act);
    if (!booking) return;
    const accountId = this.examination.cast.accounts[act.account ?? 7]?.id ?? this.accountOf(booking);
    if (act.kind === 'cancel') return this.cancel(act, booking, accountId);
    return this.reschedule(act, booking, accountId, times);
  }

  /** One that can be changed, if there is one. */
  private bookingToChange({ pick, prefersFree }: RawAct): PlannedBooking | undefined {
    const { bookings } = this.clinic.plan;
    const changeable = bookings.filter(
      ({ status, startsAt }) => status === 'booked' && startsAt > this.clinic.now,
    );
    const from = prefersFree && changeable.length > 0 ? changeable : bookings;
    return from[pick % Math.max(from.length, 1)];
  }

  /** An account that may change the booking. */
  private accountOf({ patientId }: PlannedBooking): number {
    const { accountId, guardianIds } = this.clinic.plan.patients.find(({ id }) => id === patientId)!;
    return accountId ?? guardianIds[0]!;
  }

  private async book(act: RawAct, wish: Wish, times: readonly Minutes[]): Promise<void> {
    const { service, counts } = this.examination;
    const expected = expectedOf(this.clinic, wish, 'book');
    if (expected.refusals) return;
    const { judged } = expected;
    const all = this.timesToTry(judged, times);
    const free = act.prefersFree
      ? all.filter((time) => this.clinic.violations(judged, time).length === 0)
      : all;
    const from = free.length > 0 ? free : all;
    const time = from[act.pick % from.length];
    if (time === undefined) return;
    const violations = this.clinic.violations(judged, time);
    const override = judged.isForDesk ? overrideOf(act, violations) : undefined;
    const reply = await service.book(wish, time, override);
    const about = `booking ${clock(time)}, ${shown(wish)}${override ? `, overriding ${override.rules.join(' ')}` : ''}`;
    if (isRefused(violations, override)) return this.expectViolations(reply, violations, about);
    const made = this.bookingOf(judged, time, reply.value?.id ?? 0, violations);
    this.expectBooking(reply, made, about);
    counts.bookings += 1;
    if (violations.length > 0) counts.overrides += 1;
    this.change([...this.clinic.plan.bookings, made]);
  }

  private async reschedule(
    act: RawAct,
    booking: PlannedBooking,
    accountId: number,
    times: readonly Minutes[],
  ): Promise<void> {
    const { service, counts } = this.examination;
    const change = this.changeOf(act, booking, accountId, times);
    const expected = expectedOfMove(this.clinic, change);
    const about = `account ${accountId} rescheduling ${JSON.stringify(booking)} to ${JSON.stringify(change)}`;
    if (expected.refusals) {
      const reply = await service.reschedule(change);
      return this.expectRefusal(reply, expected.refusals, about);
    }
    const { move } = expected;
    if (isUnchanged(booking, move)) return;
    const override = move.judged.isForDesk ? overrideOf(act, move.violations) : undefined;
    const reply = await service.reschedule(change, override);
    if (isRefused(move.violations, override)) return this.expectViolations(reply, move.violations, about);
    const moved = {
      ...this.bookingOf(move.judged, move.time, booking.id, move.violations),
      status: booking.status,
      onePlace: move.onePlace,
    };
    this.expectBooking(reply, moved, about);
    counts.reschedules += 1;
    this.change(this.clinic.plan.bookings.map((each) => (each.id === booking.id ? moved : each)));
  }

  private changeOf(
    act: RawAct,
    booking: PlannedBooking,
    accountId: number,
    times: readonly Minutes[],
  ): Change {
    const { plan } = this.clinic;
    const { day, duration, type, doctor, minute } = act.changes;
    const isForDesk = this.clinic.isDesk(accountId);
    const typeId = type === null ? undefined : plan.types[type]?.id;
    const date = day === null ? undefined : dateAfter(this.anchor, day);
    const changed = {
      accountId,
      bookingId: booking.id,
      date,
      typeId,
      durationMinutes: typeId === undefined && booking.typeId === null ? (duration ?? undefined) : undefined,
      doctorId: isForDesk && doctor !== null ? plan.doctors[doctor % plan.doctors.length]!.id : undefined,
    };
    return { ...changed, time: minute ?? this.newTimeOf(changed, act, times) ?? booking.time };
  }

  /** A time that is free, if there is one. */
  private newTimeOf(change: Change, act: RawAct, times: readonly Minutes[]): Minutes | undefined {
    const expected = expectedOfMove(this.clinic, change);
    if (expected.refusals) return undefined;
    const { judged } = expected.move;
    const all = this.timesToTry(judged, times);
    const free = all.filter((time) => this.clinic.violations(judged, time).length === 0);
    const from = act.prefersFree && free.length > 0 ? free : all;
    return from[act.pick % from.length];
  }

  private async cancel(act: RawAct, { id: bookingId }: PlannedBooking, accountId: number): Promise<void> {
    const { service, counts } = this.examination;
    const by = act.pick % 2 === 0 || act.account === null ? 'delete' : 'post';
    const expected = expectedOfCancel(this.clinic, { accountId, bookingId, by });
    const reply = await service.cancel({ accountId, bookingId, by });
    counts.cancellations += 1;
    const about = `account ${accountId} cancelling ${bookingId} by ${by}`;
    if (expected === 'TOO_LATE') return this.expectViolations(reply, [expected], about);
    if (expected !== undefined) return this.expectRefusal(reply, [expected], about);
    if (reply.code !== undefined) throw this.disagreement(about, reply, 'cancelled');
    this.change(
      this.clinic.plan.bookings.map((each) =>
        each.id === bookingId ? { ...each, status: 'cancelled' as const } : each,
      ),
    );
  }

  private bookingOf(
    { doctor, date, values, typeId, patientId, isOnePlace }: Judged,
    time: Minutes,
    id: number,
    violations: readonly RuleName[],
  ): PlannedBooking {
    const { durationMinutes, bufferBefore, bufferAfter } = values;
    return {
      id,
      doctorId: doctor.id,
      patientId: patientId!,
      date,
      time,
      durationMinutes,
      startsAt: instantOf(doctor.timezone, date, time)!,
      status: 'booked',
      isOverbooked: violations.includes('TAKEN'),
      typeId,
      bufferBefore,
      bufferAfter,
      onePlace: isOnePlace,
    };
  }

  private change(bookings: readonly PlannedBooking[]): void {
    this.clinic = new ReferenceClinic({ ...this.clinic.plan, bookings });
  }

  private expectRefusal(reply: Reply<unknown>, codes: readonly string[], about: string): void {
    if (reply.code === undefined || !codes.includes(reply.code)) throw this.disagreement(about, reply, codes);
    this.examination.counts.turnedAway(reply.code);
  }

  private expectViolations(reply: Reply<unknown>, violations: readonly RuleName[], about: string): void {
    this.examination.counts.gridPoints += 1;
    const expected = violations.map((rule) => ({ rule, overridable: isOverridable(rule) }));
    if (reply.code === undefined) throw this.disagreement(about, reply, violations);
    if (reply.code !== violations[0] || !isDeepStrictEqual(reply.violations, expected)) {
      const found = reply.violations.length > 0 ? reply.violations.map(({ rule }) => rule) : reply.code;
      throw this.disagreement(about, found, violations);
    }
    this.examination.counts.refused(violations);
  }

  private expectBooking(reply: Reply<ShownBooking>, made: PlannedBooking, about: string): void {
    const { id, doctorId, patientId, date, time, durationMinutes, status, isOverbooked, typeId } = made;
    const expected = { id, doctorId, patientId, date, time, durationMinutes, status, isOverbooked, typeId };
    if (!isDeepStrictEqual(reply.value, expected)) throw this.disagreement(about, reply, expected);
  }

  private disagreement(about: string, found: unknown, expected: unknown): Disagreement {
    return new Disagreement(
      `${about}\n  service: ${JSON.stringify(found)}\n  model:   ${JSON.stringify(expected)}\n  clinic:  ${JSON.stringify(this.clinic.plan)}`,
    );
  }
}

/** Times out of all of them, evenly spread. */
function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]!);
}

function overrideOf({ override, pick }: RawAct, violations: readonly RuleName[]): Override | undefined {
  if (override === 'none') return undefined;
  const possible = violations.filter(isOverridable);
  if (override === 'all') return { rules: possible };
  return { rules: possible.filter((_, index) => index !== pick % Math.max(possible.length, 1)) };
}

/** Such a change is answered with the booking as it is, whatever stands against its time. */
function isUnchanged(booking: PlannedBooking, { judged, time, typeId }: ExpectedMove): boolean {
  return (
    booking.date === judged.date &&
    booking.time === time &&
    booking.doctorId === judged.doctor.id &&
    booking.durationMinutes === judged.values.durationMinutes &&
    booking.typeId === typeId
  );
}

function shown({ accountId, doctorId, date, typeId, durationMinutes, patientId }: Wish): string {
  const what = typeId === undefined ? `${durationMinutes ?? 'default'} minutes` : `type ${typeId}`;
  return `account ${accountId}, doctor ${doctorId}, ${date}, ${what}, patient ${patientId ?? 'by default'}`;
}

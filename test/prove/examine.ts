import { isDeepStrictEqual } from 'node:util';
import { buildClinic, anchorOf } from './build-clinic.js';
import { clock, dateAfter, MINUTE_MS, wallAt } from './calendar.js';
import { bookingOf, Comparison, type Examination, shown } from './comparison.js';
import type { Change, ClinicPlan, Minutes, PlannedBooking, Wish } from './plan.js';
import type { RawAct, RawScenario, RawSearch, RawWish } from './raw-scenario.js';
import { anyDoctor, type AnyWish } from './reference-any.js';
import {
  expectedOf,
  expectedOfCancel,
  expectedOfMove,
  type ExpectedMove,
  isOverridable,
  isRefused,
  OVERRIDABLE,
  refusalsOf,
} from './reference-answers.js';
import { endOf, type Judged, type ReferenceClinic, type RuleName } from './reference-clinic.js';
import { explained } from './reference-search.js';
import { SearchVisit } from './search-visit.js';
import type { Override } from './service.js';

/** An id that no patient, type or doctor has. */
const NOBODY = 999_999;
const DAY = 24 * 60;
/** Of each wish; each looks for later starts too. */
const EXPLAINED_TIMES = 4;

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
  private readonly comparison: Comparison;
  private readonly anchor: string;

  constructor(
    private readonly raw: RawScenario,
    plan: ClinicPlan,
    private readonly examination: Examination,
  ) {
    this.comparison = new Comparison(plan, examination.counts);
    this.anchor = anchorOf(raw);
  }

  private get clinic(): ReferenceClinic {
    return this.comparison.clinic;
  }

  async run(): Promise<void> {
    for (const rawWish of this.raw.wishes) {
      const wish = this.wishOf(rawWish);
      await this.compareList(wish);
      await this.compareRefusals(wish, rawWish.times);
      await this.compareExplanations(wish, rawWish.times);
    }
    const searches = new SearchVisit(this.comparison, this.examination, this.anchor);
    for (const search of this.raw.searches) {
      await searches.run(search, this.wishToSearch(search));
    }
    for (const act of this.raw.acts) {
      const rawWish = this.wishFor(act);
      const wish = this.wishOf(rawWish);
      await this.perform(act, wish, rawWish.times);
      await this.compareList(wish);
    }
  }

  /** One for which something is free, if there is one. */
  private wishFor({ wish, kind, prefersFree }: RawAct): RawWish {
    const hasFree = (raw: RawWish): boolean => {
      const expected = expectedOf(this.clinic, this.wishOf(raw), 'book');
      if (kind === 'any') return expected.judged !== undefined;
      return expected.judged !== undefined && this.clinic.slots(expected.judged).length > 0;
    };
    const inTurn = this.wishesFrom(wish);
    return (prefersFree ? inTurn.find(hasFree) : undefined) ?? inTurn[0]!;
  }

  /** One that is not refused, if there is one, but for every eighth. */
  private wishToSearch({ wish }: RawSearch): Wish {
    const inTurn = this.wishesFrom(wish).map((raw) => this.wishOf(raw));
    const isKnown = (each: Wish): boolean => refusalsOf(this.clinic, each, 'list').length === 0;
    return (wish === 7 ? undefined : inTurn.find(isKnown)) ?? inTurn[0]!;
  }

  private wishesFrom(first: number): RawWish[] {
    const { wishes } = this.raw;
    return wishes.map((_, index) => wishes[(index + first) % wishes.length]!);
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
    if (expected.refusals) return this.comparison.expectRefusal(reply, expected.refusals, about);
    const slots = this.clinic.slots(expected.judged);
    counts.gridPoints += this.clinic.grid(expected.judged).length;
    if (!isDeepStrictEqual(reply.value, slots)) {
      throw this.comparison.disagreement(about, reply.value?.map(clock) ?? reply, slots.map(clock));
    }
  }

  /** Tries to book each time that the model refuses, so that nothing is booked. */
  private async compareRefusals(wish: Wish, times: readonly Minutes[]): Promise<void> {
    const expected = expectedOf(this.clinic, wish, 'book');
    if (expected.refusals) {
      const reply = await this.examination.service.book(wish, times[0] ?? 600);
      return this.comparison.expectRefusal(reply, expected.refusals, `booking ${shown(wish)}`);
    }
    const { judged } = expected;
    for (const time of spread(this.timesToTry(judged, times), this.examination.timesPerWish)) {
      const violations = this.clinic.violations(judged, time);
      if (violations.length === 0) continue;
      const reply = await this.examination.service.book(wish, time);
      this.comparison.expectViolations(reply, violations, `booking ${clock(time)}, ${shown(wish)}`);
    }
  }

  private async compareExplanations(wish: Wish, times: readonly Minutes[]): Promise<void> {
    const { service, counts } = this.examination;
    const expected = expectedOf(this.clinic, wish, 'book');
    const all = expected.refusals ? [times[0] ?? 600] : this.timesToTry(expected.judged, times);
    for (const time of spread(all, EXPLAINED_TIMES)) {
      const reply = await service.explain(wish, time);
      const about = `explaining ${clock(time)}, ${shown(wish)}`;
      counts.explanations += 1;
      if (expected.refusals) this.comparison.expectRefusal(reply, expected.refusals, about);
      else this.comparison.expectEqual(reply, explained(this.clinic, wish, time), about);
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
    if (act.kind === 'any') return this.bookAny(act, wish, times);
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
    if (isRefused(violations, override)) return this.comparison.expectViolations(reply, violations, about);
    const made = bookingOf(judged, time, reply.value?.id ?? 0, violations);
    this.comparison.expectBooking(reply, made, about);
    counts.bookings += 1;
    if (violations.length > 0) counts.overrides += 1;
    this.comparison.change([...this.clinic.plan.bookings, made]);
  }

  private async bookAny(act: RawAct, wish: Wish, times: readonly Minutes[]): Promise<void> {
    const { service, counts } = this.examination;
    const { typeId = this.clinic.plan.types[act.pick % Math.max(this.clinic.plan.types.length, 1)]?.id } =
      wish;
    if (typeId === undefined) return;
    const specialty = act.pick % 4 === 3 ? this.clinic.doctor(wish.doctorId).specialty : undefined;
    const anyWish = { ...wish, typeId, durationMinutes: undefined, specialty };
    const refusals = refusalsOf(this.clinic, anyWish, 'book');
    const time = this.timeForAny(act, anyWish, times);
    const about = `booking ${clock(time)} with any doctor of ${specialty ?? 'all'}, ${shown(anyWish)}`;
    if (refusals.length > 0) {
      return this.comparison.expectRefusal(await service.bookAny(anyWish, time), refusals, about);
    }
    const isForDesk = this.clinic.isDesk(wish.accountId);
    const override = isForDesk && act.override === 'all' ? { rules: OVERRIDABLE } : undefined;
    const chosen = anyDoctor(this.clinic, anyWish, time, override);
    const reply = await service.bookAny(anyWish, time, override);
    if (chosen.refused === 'NO_DOCTOR_FREE')
      return this.comparison.expectRefusal(reply, [chosen.refused], about);
    if (chosen.refused) return this.comparison.expectViolations(reply, chosen.refused, about);
    const made = bookingOf(chosen.judged, time, reply.value?.id ?? 0, chosen.violations);
    this.comparison.expectBooking(reply, made, about);
    counts.bookings += 1;
    counts.bookingsWithAny += 1;
    if (chosen.violations.length > 0) counts.overrides += 1;
    this.comparison.change([...this.clinic.plan.bookings, made]);
  }

  /** A time at which somebody is free, if there is one. */
  private timeForAny(act: RawAct, wish: AnyWish & Wish, times: readonly Minutes[]): Minutes {
    if (refusalsOf(this.clinic, wish, 'book').length > 0) return times[0] ?? 600;
    const all = this.timesToTry(this.clinic.judged(wish), times);
    const free = all.filter((time) => anyDoctor(this.clinic, wish, time).judged !== undefined);
    const from = act.prefersFree && free.length > 0 ? free : all;
    return from[act.pick % from.length] ?? 600;
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
      return this.comparison.expectRefusal(reply, expected.refusals, about);
    }
    const { move } = expected;
    if (isUnchanged(booking, move)) return;
    const override = move.judged.isForDesk ? overrideOf(act, move.violations) : undefined;
    const reply = await service.reschedule(change, override);
    if (isRefused(move.violations, override))
      return this.comparison.expectViolations(reply, move.violations, about);
    const moved = {
      ...bookingOf(move.judged, move.time, booking.id, move.violations),
      status: booking.status,
      onePlace: move.onePlace,
    };
    this.comparison.expectBooking(reply, moved, about);
    counts.reschedules += 1;
    this.comparison.change(this.clinic.plan.bookings.map((each) => (each.id === booking.id ? moved : each)));
  }

  private changeOf(
    act: RawAct,
    booking: PlannedBooking,
    accountId: number,
    times: readonly Minutes[],
  ): Change {
    const { plan } = this.clinic;
    const { day, duration, type, doctor, minute, keepsTime } = act.changes;
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
    // What changes nothing at all is none.
    if (keepsTime && (typeId ?? changed.durationMinutes ?? changed.doctorId) !== undefined) return changed;
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
    if (expected === 'TOO_LATE') return this.comparison.expectViolations(reply, [expected], about);
    if (expected !== undefined) return this.comparison.expectRefusal(reply, [expected], about);
    if (reply.code !== undefined) throw this.comparison.disagreement(about, reply, 'cancelled');
    this.comparison.change(
      this.clinic.plan.bookings.map((each) =>
        each.id === bookingId ? { ...each, status: 'cancelled' as const } : each,
      ),
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

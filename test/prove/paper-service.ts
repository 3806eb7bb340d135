import { instantOf } from './calendar.js';
import type { Change, ClinicPlan, Minutes, PlannedBooking, Wish } from './plan.js';
import { type AnyWish, anyDoctor } from './reference-any.js';
import {
  expectedOf,
  expectedOfCancel,
  expectedOfMove,
  isOverridable,
  isRefused,
  refusalsOf,
} from './reference-answers.js';
import { type Judged, ReferenceClinic, type RuleName } from './reference-clinic.js';
import {
  byRank,
  explained,
  type Explained,
  type FoundStart,
  next,
  type NextStarts,
  type RankedStart,
  refusalsOfSearch,
  searched,
  type SearchWish,
} from './reference-search.js';
import type { Cancel, FoundPage, Override, Reply, Search, Service, ShownBooking } from './service.js';

/** What is wrong with a service. */
export interface Fault {
  /** It takes the clinic for another. */
  readonly plan?: (plan: ClinicPlan) => ClinicPlan;
  readonly slots?: (times: readonly Minutes[]) => readonly Minutes[];
  readonly found?: (starts: readonly FoundStart[]) => readonly FoundStart[];
  /** A page begins after so many starts, not after the last one of the page before. */
  readonly isPagedByNumber?: boolean;
  /** Which search it takes for the one that was asked for. */
  readonly search?: (search: Search) => Search;
  readonly next?: (next: NextStarts) => NextStarts;
  readonly explained?: (explained: Explained) => Explained;
  /** For which wish it looks for any doctor, and in which clinic. */
  readonly wishForAny?: (wish: AnyWish) => AnyWish;
  readonly planForAny?: (plan: ClinicPlan) => ClinicPlan;
  readonly violations?: (rules: readonly RuleName[]) => readonly RuleName[];
  /** It stores a booking otherwise than it was made. */
  readonly stored?: (booking: PlannedBooking) => PlannedBooking;
}

/** A service without a database that answers as the reference model expects, but for its fault. */
export class PaperService implements Service {
  private plan: ClinicPlan | undefined;
  private seen = 0;

  constructor(private readonly fault: Fault = {}) {}

  open(plan: ClinicPlan): Promise<void> {
    this.plan = plan;
    return Promise.resolve();
  }

  slots(wish: Wish): Promise<Reply<readonly Minutes[]>> {
    const expected = expectedOf(this.clinic, wish, 'list');
    if (expected.refusals) return refusal(expected.refusals[0]!);
    const times = this.clinic.slots(expected.judged);
    return Promise.resolve({ value: this.fault.slots?.(times) ?? times });
  }

  search(asked: Search, page?: string): Promise<Reply<FoundPage>> {
    const search = this.fault.search?.(asked) ?? asked;
    const refusals = refusalsOfSearch(this.clinic, search.wish);
    if (refusals.length > 0) return refusal(refusals[0]!);
    const all = searched(this.clinic, search.wish, search.isCompact);
    const last = page === undefined ? undefined : (JSON.parse(page) as RankedStart);
    const left = last && !this.fault.isPagedByNumber ? all.filter((each) => byRank(each, last) > 0) : all;
    const from = this.fault.isPagedByNumber ? this.seen : 0;
    const items = left.slice(from, from + search.limit);
    this.seen = last ? this.seen + items.length : items.length;
    const next = left.length > from + search.limit ? JSON.stringify(items.at(-1)) : undefined;
    const starts = items.map(({ start }) => start);
    return Promise.resolve({ value: { items: this.fault.found?.(starts) ?? starts, next } });
  }

  next(wish: SearchWish, count: number): Promise<Reply<NextStarts>> {
    const refusals = refusalsOfSearch(this.clinic, wish);
    if (refusals.length > 0) return refusal(refusals[0]!);
    const found = next(this.clinic, wish, count);
    return Promise.resolve({ value: this.fault.next?.(found) ?? found });
  }

  explain(wish: Wish, time: Minutes): Promise<Reply<Explained>> {
    const { refusals } = expectedOf(this.clinic, wish, 'book');
    if (refusals) return refusal(refusals[0]!);
    const found = explained(this.clinic, wish, time);
    return Promise.resolve({ value: this.fault.explained?.(found) ?? found });
  }

  bookAny(wish: AnyWish, time: Minutes, override?: Override): Promise<Reply<ShownBooking>> {
    const refusals = refusalsOf(this.clinic, { ...wish, durationMinutes: undefined }, 'book');
    if (refusals.length > 0) return refusal(refusals[0]!);
    const clinic = new ReferenceClinic(this.fault.planForAny?.(this.clinic.plan) ?? this.clinic.plan);
    const chosen = anyDoctor(clinic, this.fault.wishForAny?.(wish) ?? wish, time, override);
    if (chosen.refused === 'NO_DOCTOR_FREE') return refusal(chosen.refused);
    if (chosen.refused) return refusal(chosen.refused[0]!, chosen.refused);
    return this.store(chosen.judged, time, chosen.violations);
  }

  book(wish: Wish, time: Minutes, override?: Override): Promise<Reply<ShownBooking>> {
    const expected = expectedOf(this.clinic, wish, 'book');
    if (expected.refusals) return refusal(expected.refusals[0]!);
    const { judged } = expected;
    const violations = this.violationsOf(this.clinic.violations(judged, time));
    if (isRefused(violations, override)) return refusal(violations[0]!, violations);
    return this.store(judged, time, violations);
  }

  private store(
    judged: Judged,
    time: Minutes,
    violations: readonly RuleName[],
  ): Promise<Reply<ShownBooking>> {
    const id = Math.max(0, ...this.plan!.bookings.map((booking) => booking.id)) + 1;
    const booking = {
      id,
      patientId: judged.patientId!,
      status: 'booked' as const,
      onePlace: judged.isOnePlace,
      ...placeOf(judged, time, violations),
    };
    this.plan = {
      ...this.plan!,
      bookings: [...this.plan!.bookings, this.fault.stored?.(booking) ?? booking],
    };
    return Promise.resolve({ value: shown(booking) });
  }

  reschedule(change: Change, override?: Override): Promise<Reply<ShownBooking>> {
    const expected = expectedOfMove(this.clinic, change);
    if (expected.refusals) return refusal(expected.refusals[0]!);
    const { judged, time, onePlace } = expected.move;
    const violations = this.violationsOf(expected.move.violations);
    if (isRefused(violations, override)) return refusal(violations[0]!, violations);
    const kept = this.plan!.bookings.find(({ id }) => id === change.bookingId)!;
    const moved = { ...kept, ...placeOf(judged, time, violations), onePlace };
    this.replace(this.fault.stored?.(moved) ?? moved);
    return Promise.resolve({ value: shown(moved) });
  }

  cancel(cancel: Cancel): Promise<Reply<null>> {
    const code = expectedOfCancel(this.clinic, cancel);
    if (code !== undefined) return refusal(code, code === 'TOO_LATE' ? [code] : []);
    this.replace({
      ...this.plan!.bookings.find(({ id }) => id === cancel.bookingId)!,
      status: 'cancelled',
    });
    return Promise.resolve({ value: null });
  }

  private get clinic(): ReferenceClinic {
    return new ReferenceClinic(this.fault.plan?.(this.plan!) ?? this.plan!);
  }

  private violationsOf(rules: readonly RuleName[]): readonly RuleName[] {
    return this.fault.violations?.(rules) ?? rules;
  }

  private replace(booking: PlannedBooking): void {
    const bookings = this.plan!.bookings.map((each) => (each.id === booking.id ? booking : each));
    this.plan = { ...this.plan!, bookings };
  }
}

function placeOf({ doctor, date, values, typeId }: Judged, time: Minutes, violations: readonly RuleName[]) {
  const { durationMinutes, bufferBefore, bufferAfter } = values;
  const startsAt = instantOf(doctor.timezone, date, time)!;
  const isOverbooked = violations.includes('TAKEN');
  const when = { doctorId: doctor.id, date, time, startsAt, durationMinutes };
  return { ...when, isOverbooked, typeId, bufferBefore, bufferAfter };
}

function shown(booking: PlannedBooking): ShownBooking {
  const { id, doctorId, patientId, date, time, durationMinutes, status, isOverbooked, typeId } = booking;
  return { id, doctorId, patientId, date, time, durationMinutes, status, isOverbooked, typeId };
}

function refusal(code: string, rules: readonly RuleName[] = []): Promise<Reply<never>> {
  const violations = rules.map((rule) => ({ rule, overridable: isOverridable(rule) }));
  return Promise.resolve({ code, violations });
}

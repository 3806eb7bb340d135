import { instantOf } from './calendar.js';
import type { Change, ClinicPlan, Minutes, PlannedBooking, Wish } from './plan.js';
import {
  expectedOf,
  expectedOfCancel,
  expectedOfMove,
  isOverridable,
  isRefused,
} from './reference-answers.js';
import { type Judged, ReferenceClinic, type RuleName } from './reference-clinic.js';
import type { Cancel, Override, Reply, Service, ShownBooking } from './service.js';

/** What is wrong with a service. */
export interface Fault {
  /** It takes the clinic for another. */
  readonly plan?: (plan: ClinicPlan) => ClinicPlan;
  readonly slots?: (times: readonly Minutes[]) => readonly Minutes[];
  readonly violations?: (rules: readonly RuleName[]) => readonly RuleName[];
  /** It stores a booking otherwise than it was made. */
  readonly stored?: (booking: PlannedBooking) => PlannedBooking;
}

/** A service without a database that answers as the reference model expects, but for its fault. */
export class PaperService implements Service {
  private plan: ClinicPlan | undefined;

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

  book(wish: Wish, time: Minutes, override?: Override): Promise<Reply<ShownBooking>> {
    const expected = expectedOf(this.clinic, wish, 'book');
    if (expected.refusals) return refusal(expected.refusals[0]!);
    const { judged } = expected;
    const violations = this.violationsOf(this.clinic.violations(judged, time));
    if (isRefused(violations, override)) return refusal(violations[0]!, violations);
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

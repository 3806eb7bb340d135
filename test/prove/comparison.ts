import { isDeepStrictEqual } from 'node:util';
import { instantOf } from './calendar.js';
import type { Cast } from './cast.js';
import type { Counts } from './counts.js';
import type { ClinicPlan, Minutes, PlannedBooking, Wish } from './plan.js';
import { isOverridable } from './reference-answers.js';
import { type Judged, ReferenceClinic, type RuleName } from './reference-clinic.js';
import type { Reply, Service, ShownBooking } from './service.js';

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

/** The clinic as it should be by now, and what is said where the service answers otherwise. */
export class Comparison {
  clinic: ReferenceClinic;

  constructor(
    plan: ClinicPlan,
    private readonly counts: Counts,
  ) {
    this.clinic = new ReferenceClinic(plan);
  }

  change(bookings: readonly PlannedBooking[]): void {
    this.clinic = new ReferenceClinic({ ...this.clinic.plan, bookings });
  }

  expectEqual<T>(reply: Reply<T>, expected: T, about: string): void {
    if (!isDeepStrictEqual(reply.value, expected)) {
      throw this.disagreement(about, reply.value ?? reply, expected);
    }
  }

  expectRefusal(reply: Reply<unknown>, codes: readonly string[], about: string): void {
    if (reply.code === undefined || !codes.includes(reply.code)) throw this.disagreement(about, reply, codes);
    this.counts.turnedAway(reply.code);
  }

  expectViolations(reply: Reply<unknown>, violations: readonly RuleName[], about: string): void {
    this.counts.gridPoints += 1;
    const expected = violations.map((rule) => ({ rule, overridable: isOverridable(rule) }));
    if (reply.code === undefined) throw this.disagreement(about, reply, violations);
    if (reply.code !== violations[0] || !isDeepStrictEqual(reply.violations, expected)) {
      const found = reply.violations.length > 0 ? reply.violations.map(({ rule }) => rule) : reply.code;
      throw this.disagreement(about, found, violations);
    }
    this.counts.refused(violations);
  }

  expectBooking(reply: Reply<ShownBooking>, made: PlannedBooking, about: string): void {
    const { id, doctorId, patientId, date, time, durationMinutes, status, isOverbooked, typeId } = made;
    const expected = { id, doctorId, patientId, date, time, durationMinutes, status, isOverbooked, typeId };
    if (!isDeepStrictEqual(reply.value, expected)) throw this.disagreement(about, reply, expected);
  }

  disagreement(about: string, found: unknown, expected: unknown): Disagreement {
    return new Disagreement(
      `${about}\n  service: ${JSON.stringify(found)}\n  model:   ${JSON.stringify(expected)}\n  clinic:  ${JSON.stringify(this.clinic.plan)}`,
    );
  }
}

/** The booking of a time. */
export function bookingOf(
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

export function shown({ accountId, doctorId, date, typeId, durationMinutes, patientId }: Wish): string {
  const what = typeId === undefined ? `${durationMinutes ?? 'default'} minutes` : `type ${typeId}`;
  return `account ${accountId}, doctor ${doctorId}, ${date}, ${what}, patient ${patientId ?? 'by default'}`;
}

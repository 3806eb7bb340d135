import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { availableSlots } from '../availability/evaluate.js';
import { isDesk } from '../auth/role.js';
import type { Source } from '../database/statement.js';
import type { Refusal } from '../errors/domain-error.js';
import type { AccountActor, AccountContext, Actor } from '../http/context.js';
import { findManaged } from '../patients/patient-account.repository.js';
import { Clock } from '../time/clock.js';
import { formatWallTime } from '../time/wall-time.js';
import { mayBookFor, type SeenBooking } from './booking.policy.js';
import { tooLateRefusal, unknownDoctor, unknownPatient } from './booking.refusals.js';
import { bookableOf, type BookableAppointment, evaluatedFor, isTooLate } from './booking-evaluation.js';
import {
  assertMaySee,
  durationOf,
  type RequestedAppointment,
  type RequestedSlots,
} from './requested-type.js';
import { type BookedPatient, readLimits, readSchedule, type ScheduleRange } from './schedule.reader.js';

/** A time with a doctor, for a patient. */
export interface RequestedBooking extends RequestedAppointment {
  /** By default the actor's own patient. */
  readonly patientId?: number | undefined;
}

/** A time that may be booked, and for whom. */
export interface BookableBooking extends BookableAppointment {
  readonly patient: BookedPatient;
}

/** Evaluates requested times by the doctor's schedule. */
@Injectable()
export class BookableTimes {
  constructor(private readonly clock: Clock) {}

  /**
   * The starts that a doctor offers on a date, as the doctor's local HH:MM, in ascending order.
   *
   * @throws Refusal UNKNOWN_PATIENT, UNKNOWN_DOCTOR, UNKNOWN_TYPE, TYPE_REQUIRED
   */
  async slots(source: Source, actor: Actor, requested: RequestedSlots): Promise<string[]> {
    const { doctorId, date, typeId, patientId } = requested;
    const now = this.clock.now();
    const range = { doctorId, from: date, to: date, now, typeId };
    const booker = actor.id === null ? undefined : { accountId: actor.id, patientId };
    const read = await readSchedule(source, range, booker);
    const { patient, schedule } = read;
    if (patientId !== undefined && !(patient && mayBookFor(actor, patient))) throw unknownPatient(patientId);
    assertMaySee(actor, read, typeId);
    if (!schedule) throw unknownDoctor(doctorId);
    const who = evaluatedFor(read, { now, isForDesk: isDesk(actor.role), isNamed: isNamed(requested) });
    return availableSlots(schedule, date, durationOf(requested, who), who).map(formatWallTime);
  }

  /**
   * Under the locks of the patient and the days, this is the decision.
   *
   * @throws Refusal UNKNOWN_PATIENT, also for one that the actor may not book for; UNKNOWN_DOCTOR, UNKNOWN_TYPE,
   *   TYPE_REQUIRED, or the rules that the time violates
   */
  async assertBookableFor(
    { actor }: AccountContext,
    tx: EntityManager,
    requested: RequestedBooking,
  ): Promise<BookableBooking> {
    const { doctorId, patientId, typeId } = requested;
    const now = this.clock.now();
    const booker = { accountId: actor.id, patientId };
    const read = await readSchedule(tx, rangeOf(requested, now), booker);
    const { patient, schedule } = read;
    if (!patient || !mayBookFor(actor, patient)) throw await this.unknownPatient(actor, tx, patientId);
    if (!schedule) throw unknownDoctor(doctorId);
    assertMaySee(actor, read, typeId);
    const who = evaluatedFor(read, { now, isForDesk: isDesk(actor.role), isNamed: isNamed(requested) });
    return { ...bookableOf(schedule, requested, who, read.type), patient };
  }

  /**
   * The same for a booking that is rescheduled, which itself counts nowhere. With the doctor and the type that it has, it
   * keeps its duration and buffers.
   *
   * @throws Refusal as `assertBookableFor` does, but TYPE_REQUIRED; also TOO_LATE
   */
  async assertReschedulable(
    { actor }: AccountContext,
    tx: EntityManager,
    requested: RequestedAppointment,
    seen: SeenBooking,
  ): Promise<BookableAppointment> {
    const { doctorId, typeId } = requested;
    const now = this.clock.now();
    const isForDesk = isDesk(actor.role);
    const range = { ...rangeOf(requested, now), rescheduledId: seen.id };
    const read = await readSchedule(tx, range, { bookedPatientId: seen.patientId });
    if (!read.schedule) throw unknownDoctor(doctorId);
    const hasNewType = typeId !== (seen.typeId ?? undefined);
    if (hasNewType) assertMaySee(actor, read, typeId, { isBooked: true });
    const kept = hasNewType || doctorId !== seen.doctorId ? undefined : seen;
    const isOnePlace = seen.isOnePlace || typeId !== undefined;
    const who = evaluatedFor(read, { now, isForDesk, isNamed: isOnePlace, kept });
    const limits = kept ? read : isForDesk ? undefined : await readLimits(tx, seen.doctorId, seen.typeId);
    const isLate = !isForDesk && limits !== undefined && isTooLate(seen, limits, now);
    return bookableOf(read.schedule, requested, who, read.type, isLate);
  }

  /** @throws Refusal TOO_LATE for a patient who cancels after the cutoff */
  async assertInTime(tx: EntityManager, booking: SeenBooking): Promise<void> {
    const limits = await readLimits(tx, booking.doctorId, booking.typeId);
    if (isTooLate(booking, limits, this.clock.now())) throw tooLateRefusal(booking);
  }

  private async unknownPatient(
    actor: AccountActor,
    source: Source,
    patientId: number | undefined,
  ): Promise<Refusal> {
    const [merged] = isDesk(actor.role) && patientId ? await findManaged(source, [patientId]) : [];
    return unknownPatient(patientId, merged?.mergedInto);
  }
}

function rangeOf({ doctorId, date, time, typeId }: RequestedAppointment, now: number): ScheduleRange {
  return { doctorId, from: date, to: date, now, typeId, time };
}

/** Whether the request names what Part I of the contract does not know: PATIENT_BUSY judges it. */
function isNamed({ patientId, typeId }: Pick<RequestedBooking, 'patientId' | 'typeId'>): boolean {
  return patientId !== undefined || typeId !== undefined;
}

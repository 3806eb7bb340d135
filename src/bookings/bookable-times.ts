import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TypeOfSchedule } from '../appointment-types/appointment-type.sql.js';
import { availableSlots } from '../availability/evaluate.js';
import type { EvaluatedFor } from '../availability/rules/rule.js';
import type { Schedule } from '../availability/schedule.js';
import { isDesk } from '../auth/role.js';
import type { Source } from '../database/statement.js';
import type { AccountContext, Actor } from '../http/context.js';
import { Clock } from '../time/clock.js';
import { formatWallTime } from '../time/wall-time.js';
import { mayBookFor, type SeenBooking } from './booking.policy.js';
import { tooLateRefusal, unknownDoctor, unknownPatient } from './booking.refusals.js';
import { bookableOf, type BookableAppointment, evaluatedFor, isTooLate } from './booking-evaluation.js';
import { patientToBookFor } from './requested-patient.js';
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

/** A time that may be booked, with whom and for whom. */
export interface BookableBooking extends BookableAppointment {
  readonly doctorId: number;
  readonly patient: BookedPatient;
}

/** All that decides whether a booking can be made. */
export interface ReadBooking {
  readonly schedule: Schedule;
  readonly who: EvaluatedFor;
  readonly type: TypeOfSchedule | undefined;
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
   * @throws Refusal as `read` does, or the rules that the time violates
   */
  async assertBookableFor(
    context: AccountContext,
    tx: EntityManager,
    requested: RequestedBooking,
  ): Promise<BookableBooking> {
    const { schedule, who, type, patient } = await this.read(context, tx, requested);
    return { ...bookableOf(schedule, requested, who, type), doctorId: requested.doctorId, patient };
  }

  /**
   * Reads all that decides whether a booking can be made.
   *
   * @throws Refusal UNKNOWN_PATIENT, also for one that the actor may not book for; UNKNOWN_DOCTOR, UNKNOWN_TYPE,
   *   TYPE_REQUIRED
   */
  async read({ actor }: AccountContext, source: Source, requested: RequestedBooking): Promise<ReadBooking> {
    const { doctorId, patientId, typeId } = requested;
    const now = this.clock.now();
    const read = await readSchedule(source, rangeOf(requested, now), { accountId: actor.id, patientId });
    const patient = await patientToBookFor(actor, source, patientId, read.patient);
    if (!read.schedule) throw unknownDoctor(doctorId);
    assertMaySee(actor, read, typeId);
    const who = evaluatedFor(read, { now, isForDesk: isDesk(actor.role), isNamed: isNamed(requested) });
    return { schedule: read.schedule, who, type: read.type, patient };
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
}

function rangeOf({ doctorId, date, time, typeId }: RequestedAppointment, now: number): ScheduleRange {
  return { doctorId, from: date, to: date, now, typeId, time };
}

/** Whether the request names what Part I of the contract does not know: PATIENT_BUSY judges it. */
export function isNamed({ patientId, typeId }: Pick<RequestedBooking, 'patientId' | 'typeId'>): boolean {
  return patientId !== undefined || typeId !== undefined;
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isDesk } from '../auth/role.js';
import type { Refusal } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { findManaged } from '../patients/patient-account.repository.js';
import { Clock } from '../time/clock.js';
import type { Override } from './booking.js';
import { mayBookFor } from './booking.policy.js';
import {
  assertBookable,
  type BookableTime,
  type RequestedTime,
  unknownDoctor,
  unknownPatient,
} from './booking.refusals.js';
import { type BookedPatient, readSchedule, readScheduleAndPatient } from './schedule.reader.js';

/** A time with a doctor. */
export interface RequestedAppointment extends RequestedTime {
  readonly doctorId: number;
  /** What the desk overrides, and why. */
  readonly override?: Override | undefined;
}

/** A time with a doctor, for a patient. */
export interface RequestedBooking extends RequestedAppointment {
  /** By default the actor's own patient. */
  readonly patientId?: number | undefined;
}

/** A time that may be booked, and for whom. */
export interface BookableBooking extends BookableTime {
  readonly patient: BookedPatient;
}

/** Evaluates requested times by the doctor's schedule, within transactions. */
@Injectable()
export class BookableTimes {
  constructor(private readonly clock: Clock) {}

  /**
   * Under the lock of the day, this is the decision.
   *
   * @throws Refusal UNKNOWN_PATIENT, also for one that the actor may not book for; UNKNOWN_DOCTOR, or the rules that the
   *   time violates
   */
  async assertBookableFor(
    context: AccountContext,
    tx: EntityManager,
    requested: RequestedBooking,
  ): Promise<BookableBooking> {
    const { doctorId, date, patientId } = requested;
    const { actor } = context;
    const range = { doctorId, from: date, to: date };
    const booker = { accountId: actor.id, patientId };
    const { schedule, patient } = await readScheduleAndPatient(tx, range, booker);
    if (!patient || !mayBookFor(actor, patient)) throw await this.unknownPatient(context, tx, patientId);
    if (!schedule) throw unknownDoctor(doctorId);
    return { ...assertBookable(schedule, requested, this.evaluationFor(context, requested)), patient };
  }

  /**
   * The same for a booking that is rescheduled, whose own time counts as free.
   *
   * @throws Refusal as `assertBookableFor` does
   */
  async assertBookable(
    context: AccountContext,
    tx: EntityManager,
    requested: RequestedAppointment,
    rescheduledId: number,
  ): Promise<BookableTime> {
    const { doctorId, date } = requested;
    const schedule = await readSchedule(tx, { doctorId, from: date, to: date, rescheduledId });
    if (!schedule) throw unknownDoctor(doctorId);
    return assertBookable(schedule, requested, this.evaluationFor(context, requested));
  }

  private async unknownPatient(
    { actor }: AccountContext,
    tx: EntityManager,
    patientId: number | undefined,
  ): Promise<Refusal> {
    const [merged] = isDesk(actor.role) && patientId ? await findManaged(tx, [patientId]) : [];
    return unknownPatient(patientId, merged?.mergedInto);
  }

  private evaluationFor({ actor }: AccountContext, { override }: RequestedAppointment) {
    return { now: this.clock.now(), isForDesk: isDesk(actor.role), override };
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isDesk } from '../../auth/role.js';
import type { AccountContext } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import type { BookableBooking } from '../bookable-times.js';
import { type BookableAppointment, evaluatedFor, judgeAppointment } from '../booking-evaluation.js';
import { isStanding } from '../booking.refusals.js';
import type { NewBooking } from '../bookings.service.js';
import { patientToBookFor } from '../requested-patient.js';
import { assertMaySee } from '../requested-type.js';
import { readSchedules, type SchedulesRange, type SchedulesRead } from '../schedules.reader.js';
import { nobodyFree, offeredByNobody } from './any-doctor.refusals.js';
import { type FreeDoctor, freeDoctorOf, standingWithAll } from './free-doctor.js';
import { findSearchedDoctors, type SearchedDoctors } from './searched-doctors.reader.js';

/** A booking to make with any active doctor who offers its type. */
export interface NewBookingWithAny extends Omit<NewBooking, 'doctorId' | 'durationMinutes'> {
  readonly typeId: number;
  readonly doctors: {
    /** By default all. */
    readonly specialty: string | undefined;
  };
}

interface JudgedDoctor extends Omit<FreeDoctor, 'isOverridden'> {
  readonly bookable: BookableAppointment | undefined;
  readonly violations: ReturnType<typeof judgeAppointment>['violations'];
}

/** Chooses the doctor of a booking that is made with any. */
@Injectable()
export class AnyDoctor {
  constructor(private readonly clock: Clock) {}

  /** Who may be chosen. */
  candidates(tx: EntityManager, { typeId, doctors }: NewBookingWithAny): Promise<SearchedDoctors> {
    return findSearchedDoctors(tx, { ...doctors, typeId });
  }

  /**
   * The time with the doctor to book, and for whom: of the doctors who are free, the one with the least to do that day.
   * Date and time are those of each doctor's own clock. Under the locks of the patient and of that doctor's days, this is
   * the decision.
   *
   * @throws Refusal UNKNOWN_PATIENT, UNKNOWN_TYPE, TOO_MANY_DOCTORS, NO_DOCTOR_FREE, NOT_OFFERED if nobody offers the
   *   type, or the rules that the time violates with every doctor
   */
  async assertBookableFor(
    { actor }: AccountContext,
    tx: EntityManager,
    requested: NewBookingWithAny,
    { doctors, refusal }: SearchedDoctors,
  ): Promise<BookableBooking> {
    const { date, time, patientId, typeId } = requested;
    const now = this.clock.now();
    const doctorIds = doctors.map(({ id }) => id);
    const range: SchedulesRange = { doctorIds, from: date, to: date, now, typeId, time };
    const read = await readSchedules(tx, range, { accountId: actor.id, patientId });
    const patient = await patientToBookFor(actor, tx, patientId, read.patient);
    assertMaySee(actor, read, typeId);
    if (refusal) throw refusal;
    const judged = judgeDoctors(read, requested, { now, isForDesk: isDesk(actor.role) });
    const chosen = freeDoctorOf(judged.flatMap(freeOf));
    if (!chosen) throw refusalOf(requested, read, judged);
    return { ...chosen.bookable, doctorId: chosen.doctorId, patient };
  }
}

function judgeDoctors(
  read: SchedulesRead,
  requested: NewBookingWithAny,
  asked: { readonly now: number; readonly isForDesk: boolean },
): JudgedDoctor[] {
  return read.doctors.map(({ doctorId, schedule, type }) => {
    const who = evaluatedFor({ ...read, type }, { ...asked, isNamed: true });
    const { bookedMinutes } = schedule.on(requested.date);
    return { doctorId, bookedMinutes, ...judgeAppointment(schedule, { ...requested, doctorId }, who, type) };
  });
}

function freeOf({ doctorId, bookedMinutes, bookable }: JudgedDoctor) {
  if (!bookable) return [];
  return [{ doctorId, bookedMinutes, isOverridden: bookable.override !== undefined, bookable }];
}

function refusalOf(requested: NewBookingWithAny, { type }: SchedulesRead, judged: readonly JudgedDoctor[]) {
  const time = { ...requested, durationMinutes: type!.type.durationMinutes };
  if (judged.length === 0) return offeredByNobody(time);
  const standing = judged.map(({ violations }) => violations.filter(isStanding(requested.override)));
  return nobodyFree(time, standingWithAll(standing));
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../time/clock.js';
import { assertBookable, type BookableTime, type RequestedTime, unknownDoctor } from './booking.refusals.js';
import { readSchedule } from './schedule.reader.js';

/** Evaluates requested times by the doctor's schedule, within transactions. */
@Injectable()
export class BookableTimes {
  constructor(private readonly clock: Clock) {}

  /**
   * Under the lock of the day, this is the decision.
   *
   * @param rescheduledId a booking whose own time counts as free
   * @throws Refusal UNKNOWN_DOCTOR, or the first rule that the time violates
   */
  async assertBookable(
    tx: EntityManager,
    doctorId: number,
    requested: RequestedTime,
    rescheduledId?: number,
  ): Promise<BookableTime> {
    const range = { from: requested.date, to: requested.date };
    const schedule = await readSchedule(tx, doctorId, range, rescheduledId);
    if (!schedule) throw unknownDoctor(doctorId);
    return assertBookable(schedule, requested, this.clock.now());
  }

  /**
   * Refuses a retry before it locks. Otherwise many requests that will be refused, on a date without a row, would each
   * insert the row, roll back, and deadlock each other.
   *
   * @throws Refusal as `assertBookable` does
   */
  async refuseEarly(
    tx: EntityManager,
    doctorId: number,
    requested: RequestedTime,
    rescheduledId?: number,
  ): Promise<void> {
    await this.assertBookable(tx, doctorId, requested, rescheduledId);
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { assertBookable, type Bookable, type RequestedTime, unknownDoctor } from './booking.rules.js';
import { readSchedule } from './schedule.reader.js';

/** A time that may be booked, and when it was evaluated. */
export interface BookableTime extends Bookable {
  /** The doctor's time zone, IANA. */
  readonly timezone: string;
  readonly now: EpochMs;
}

/** Reads a doctor's schedule within a transaction and evaluates a requested time. */
@Injectable()
export class BookableTimeReader {
  constructor(private readonly clock: Clock) {}

  /**
   * Under the lock of the day, this is the decision. A second attempt also evaluates before it locks: many requests
   * that will be refused, on a date that has no row yet, would all insert that row, roll back, and deadlock each other.
   *
   * @param rescheduledId a booking whose own time counts as free
   * @throws Refusal UNKNOWN_DOCTOR, or the first rule that the time violates
   */
  async read(
    tx: EntityManager,
    doctorId: number,
    requested: RequestedTime,
    rescheduledId?: number,
  ): Promise<BookableTime> {
    const range = { from: requested.date, to: requested.date };
    const schedule = await readSchedule(tx, doctorId, range, rescheduledId);
    if (!schedule) throw unknownDoctor(doctorId);
    const now = this.clock.now();
    return { ...assertBookable(schedule, requested, now), timezone: schedule.timezone, now };
  }
}

import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDay } from '../availability/day-lock.repository.js';
import { availableSlots } from '../availability/evaluate.js';
import { isDesk } from '../auth/role.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { dayKey } from '../database/bulkhead.js';
import { ChangedMeanwhile } from '../database/in-transaction.js';
import { tokenRevoked } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { Changes } from '../outbox/changes.js';
import { Clock } from '../time/clock.js';
import { formatWallTime } from '../time/wall-time.js';
import { BookableTimes, type RequestedBooking } from './bookable-times.js';
import { booked } from './booking.changes.js';
import type { Booking } from './booking.js';
import { newBookingOf } from './booking-placement.js';
import { BookingTransaction } from './booking-transaction.js';
import { duplicateAsTaken } from './booking-changes.repository.js';
import { findBookingByUid, insertBooking } from './booking.repository.js';
import { assertForActor } from './booking.policy.js';
import { unknownDoctor } from './booking.refusals.js';
import { readSchedule } from './schedule.reader.js';

/** A booking to make. */
export interface NewBooking extends RequestedBooking {
  readonly note?: string | null | undefined;
  /** False if the desk wants no email about this act; reminders follow all the same. */
  readonly isNotifying?: boolean | undefined;
}

/**
 * Lists slots, and books: one transaction that also records the change. It first locks the doctor's day (see `lockDay`),
 * so a doctor cannot be double-booked.
 */
@Injectable()
export class BookingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly transaction: BookingTransaction,
    private readonly times: BookableTimes,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * The starts that a doctor offers on a date, as the doctor's local HH:MM, in ascending order.
   *
   * @throws Refusal UNKNOWN_DOCTOR
   */
  async availableSlots(
    { actor }: AccountContext,
    doctorId: number,
    date: string,
    durationMinutes: number,
  ): Promise<string[]> {
    const schedule = await readSchedule(this.dataSource, { doctorId, from: date, to: date });
    if (!schedule) throw unknownDoctor(doctorId);
    const who = { now: this.clock.now(), isForDesk: isDesk(actor.role) };
    return availableSlots(schedule, date, durationMinutes, who).map(formatWallTime);
  }

  /**
   * Books a time with a doctor for a patient.
   *
   * @throws Refusal VALIDATION_FAILED for a field that is only for the desk, UNKNOWN_PATIENT, UNKNOWN_DOCTOR, or the
   *   first rule that the time violates
   * @throws Unauthenticated TOKEN_REVOKED if the account was disabled or erased, or its session ended, meanwhile
   * @throws Unavailable if the database is too busy, or the outcome stays unknown
   */
  async book(context: AccountContext, command: NewBooking): Promise<Booking> {
    const { doctorId, date, override, isNotifying } = command;
    assertForActor(context, { override, notify: isNotifying });
    // One uid for all attempts: `findOutcome` looks for it.
    const uid = randomUUID();
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      // Refuses before it locks. Otherwise many requests that will be refused, on a date without a row, would each
      // insert the row, roll back, and deadlock each other.
      if (attempt > 1) await this.times.assertBookableFor(context, tx, command);
      return this.bookIn(context, tx, uid, command);
    };
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      await lockDay(tx, doctorId, date);
      return findBookingByUid(tx, uid);
    };
    return this.transaction.run(context, [dayKey(doctorId, date)], work, findOutcome);
  }

  private async bookIn(
    context: AccountContext,
    tx: EntityManager,
    uid: string,
    command: NewBooking,
  ): Promise<Booking> {
    const { doctorId, date, isNotifying = true } = command;
    const { actor } = context;
    const dayVersion = await lockDay(tx, doctorId, date);
    const bookable = await this.times.assertBookableFor(context, tx, command);
    const { availability, override, timezone, now } = bookable;
    const newBooking = newBookingOf(actor, uid, command, bookable);
    const inserted = insertBooking(tx, newBooking, { dayVersion, availability, override }, actor);
    const booking = await duplicateAsTaken(command, inserted);
    if (!booking) {
      // The session may have ended, or the doctor or the patient be gone, since they were read: then these refuse.
      await this.sessions.lock(context, tx);
      const now = await this.times.assertBookableFor(context, tx, command);
      throw now.timezone === timezone ? tokenRevoked() : new ChangedMeanwhile();
    }
    await this.changes.record(context, tx, booked(booking, now, { override, isNotifying }));
    return booking;
  }
}

import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDay } from '../availability/day-lock.repository.js';
import { availableSlots } from '../availability/evaluate.js';
import { dayKey } from '../database/bulkhead.js';
import { Forbidden, tokenRevoked } from '../errors/domain-error.js';
import type { AccountContext, Context } from '../http/context.js';
import { Changes } from '../outbox/changes.js';
import {
  cancelNotificationsOfAccount,
  cancelOutdatedNotifications,
} from '../outbox/cancellation.repository.js';
import { BOOKING_CANCELLED } from '../outbox/skip-reasons.js';
import { Clock } from '../time/clock.js';
import { formatWallTime } from '../time/wall-time.js';
import { BookableTimes } from './bookable-times.js';
import { allCancelled, booked, cancelled } from './booking.changes.js';
import type { Booking } from './booking.js';
import { assertMayChange, mayBookFor } from './booking.policy.js';
import { BookingTransaction } from './booking-transaction.js';
import {
  cancelUpcoming,
  cancelLockedBooking,
  duplicateAsTaken,
  findBookingByUid,
  insertBooking,
  lockBooking,
  lockLiveBookings,
} from './booking.repository.js';
import { assertNotStarted, type RequestedTime, unknownDoctor } from './booking.refusals.js';
import { readSchedule } from './schedule.reader.js';

/** A time with a doctor, for a patient. */
interface NewBooking extends RequestedTime {
  /** The patient's account. */
  readonly patientId: number;
  readonly doctorId: number;
}

/**
 * Books and cancels. Each is one transaction that also records the change. Booking first locks the doctor's day (see
 * `lockDay`), so a doctor cannot be double-booked.
 */
@Injectable()
export class BookingsService {
  constructor(
    private readonly dataSource: DataSource,
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
  async availableSlots(doctorId: number, date: string, durationMinutes: number): Promise<string[]> {
    const schedule = await readSchedule(this.dataSource, doctorId, { from: date, to: date });
    if (!schedule) throw unknownDoctor(doctorId);
    return availableSlots(schedule, date, durationMinutes, this.clock.now()).map(formatWallTime);
  }

  /**
   * Books a time with a doctor for a patient.
   *
   * @throws Forbidden if the actor may not book for the patient
   * @throws Refusal UNKNOWN_DOCTOR, or the first rule that the time violates
   * @throws Unauthenticated TOKEN_REVOKED if the account was disabled or erased, or its session ended, meanwhile
   * @throws Unavailable if the database is too busy, or the outcome stays unknown
   */
  async book(context: AccountContext, command: NewBooking): Promise<Booking> {
    const { patientId, doctorId, date } = command;
    if (!mayBookFor(context.actor, patientId)) throw new Forbidden('FORBIDDEN', 'Forbidden');
    // One uid for all attempts: `findOutcome` looks for it.
    const uid = randomUUID();
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      if (attempt > 1) await this.times.refuseEarly(tx, doctorId, command);
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
    const { doctorId, patientId, date, time, durationMinutes } = command;
    const dayVersion = await lockDay(tx, doctorId, date);
    const bookable = await this.times.assertBookable(tx, doctorId, command);
    const { appointment, availability, timezone, now } = bookable;
    const newBooking = {
      uid,
      doctorId,
      patientId,
      date,
      time,
      durationMinutes,
      startsAt: appointment.start,
      endsAt: appointment.end,
      status: 'booked' as const,
      version: 1,
      createdAt: now,
      timezone,
    };
    const inserted = insertBooking(tx, newBooking, { dayVersion, availability }, context.actor);
    const booking = await duplicateAsTaken(command, inserted);
    if (!booking) throw tokenRevoked();
    await this.changes.record(context, tx, booked(booking, now));
    return booking;
  }

  /**
   * Cancels a live booking; its time is free again at once. Not checked against the session (see
   * `ReschedulingService`).
   *
   * @throws Refusal BOOKING_NOT_FOUND, BOOKING_STARTED
   * @throws Unavailable as `book` does
   */
  async cancel(context: AccountContext, id: number): Promise<void> {
    const findOutcome = async (tx: EntityManager): Promise<Booking> => {
      const found = await lockBooking(tx, id);
      // Cancels in this transaction: on a cluster, an outcome found without a write would not stop the earlier attempt.
      return found?.status === 'cancelled' ? found : this.cancelIn(context, tx, id);
    };
    await this.transaction.run(context, [], (tx) => this.cancelIn(context, tx, id), findOutcome);
  }

  private async cancelIn(context: AccountContext, tx: EntityManager, id: number): Promise<Booking> {
    const found = await lockBooking(tx, id);
    // After the lock: the appointment may have begun while this waited.
    const now = this.clock.now();
    assertMayChange(context.actor, found);
    assertNotStarted(found, now);
    await cancelLockedBooking(tx, id, now);
    const booking = { ...found, status: 'cancelled' as const, version: found.version + 1 };
    await cancelOutdatedNotifications(tx, id, BOOKING_CANCELLED, now);
    await this.changes.record(context, tx, cancelled(booking, now));
    return booking;
  }

  /**
   * Cancels all live bookings of a patient that have not started, and all unsent notifications of the account, within
   * the transaction that erases the account. That transaction holds the account's lock, so no booking can be added. The
   * number of statements does not depend on the bookings, and one moment decides which bookings have started.
   */
  async cancelAllIn(context: Context, tx: EntityManager, patientId: number, reason: string): Promise<void> {
    const now = this.clock.now();
    // First: a reschedule in progress appends its notifications before all of them are cancelled.
    await lockLiveBookings(tx, patientId);
    await cancelNotificationsOfAccount(tx, patientId, reason, now);
    await this.changes.recordEach(context, tx, allCancelled(patientId, now, reason));
    await cancelUpcoming(tx, patientId, now);
  }
}

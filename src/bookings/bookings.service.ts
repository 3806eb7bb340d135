import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { lockDay } from '../availability/day-lock.repository.js';
import { availableSlots } from '../availability/evaluate.js';
import { accountKey, Bulkhead, dayKey, dayKeys } from '../database/bulkhead.js';
import { ChangedMeanwhile } from '../database/in-transaction.js';
import { Forbidden, tokenEnded } from '../errors/domain-error.js';
import type { AccountContext, Context } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { hasNotification, nextRescheduleDue } from '../outbox/booking-notification.repository.js';
import { type NewNotification, Outbox } from '../outbox/outbox.repository.js';
import { Clock } from '../time/clock.js';
import type { EpochMs, Interval } from '../time/interval.js';
import { formatWallTime } from '../time/wall-time.js';
import { type Booking, fromKept, toKept } from './booking.js';
import { cancellationNotification, notificationsForNewTime } from './booking.notifications.js';
import { assertMayChange, mayBookFor, mayChange } from './booking.policy.js';
import {
  assertBookable,
  assertNotStarted,
  type Bookable,
  isAt,
  type RequestedTime,
  unknownDoctor,
} from './booking.rules.js';
import {
  cancelComing,
  cancelLocked,
  changeTime,
  findBooking,
  findByUid,
  insertBooking,
  lockBooking,
  lockLive,
  duplicateAsTaken,
} from './booking.repository.js';
import { cancellations } from './booking.sql.js';
import { readSchedule } from './schedule.reader.js';

/** A time with a doctor, for a patient. */
interface NewBooking extends RequestedTime {
  /** The patient's account. */
  readonly patientId: number;
  readonly doctorId: number;
}

/**
 * Booking, moving and cancelling. Each is one transaction that also writes what the patient is to be told.
 * Those that take time begin by taking the doctor's days concerned (see `lockDay`), so that no doctor is ever
 * double-booked.
 */
@Injectable()
export class BookingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly bulkhead: Bulkhead,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * The starts that a doctor has open on a date, HH:MM at the doctor's, in ascending order.
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
   * @throws Refusal UNKNOWN_DOCTOR, or the obstacle that stands against the time
   * @throws Unauthenticated TOKEN_REVOKED if the account was disabled or erased meanwhile
   * @throws Unavailable when the database is too busy, or the outcome cannot be found out
   */
  async book(context: AccountContext, command: NewBooking): Promise<Booking> {
    const { patientId, doctorId, ...requested } = command;
    if (!mayBookFor(context.actor, patientId)) throw new Forbidden('FORBIDDEN', 'Forbidden');
    const uid = randomUUID();
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      if (attempt > 1) await this.bookableTime(tx, doctorId, requested);
      return toKept(await this.bookIn(context, tx, uid, command));
    };
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      await lockDay(tx, doctorId, requested.date);
      return findByUid(tx, uid);
    };
    const keys = [accountKey(context.actor.id), dayKey(doctorId, requested.date)];
    const run = (): Promise<Booking> => this.requests.once(context, work, findOutcome);
    return fromKept(await this.bulkhead.runUnder(keys, run));
  }

  /**
   * Moves a live booking to another time, or changes its length, in one step; what is not given stays. A change to what
   * it already is changes nothing and mails nothing.
   *
   * @throws Refusal BOOKING_NOT_FOUND, BOOKING_STARTED, or the obstacle that stands against the new time
   * @throws Unavailable as `book` does
   */
  async reschedule(context: AccountContext, id: number, change: Partial<RequestedTime>): Promise<Booking> {
    // It tells which days to queue for, and is read again if it was changed by then.
    const found = await findBooking(this.dataSource, id);
    const seen = mayChange(context.actor, found) ? found : undefined;
    let attempted: Booking | undefined;
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      return (attempted = toKept(await this.rescheduleIn(context, tx, id, change, attempt, seen)));
    };
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      await lockDay(tx, attempted!.doctorId, attempted!.date);
      return (await this.hasHappened(tx, attempted!)) ? attempted : undefined;
    };
    const keys = [accountKey(context.actor.id), ...dayKeys(seen?.doctorId, [seen?.date, change.date])];
    const run = (): Promise<Booking> => this.requests.once(context, work, findOutcome);
    return fromKept(await this.bulkhead.runUnder(keys, run));
  }

  /**
   * Cancels a live booking; its time is open again at once.
   *
   * @throws Refusal BOOKING_NOT_FOUND, BOOKING_STARTED
   * @throws Unavailable as `book` does
   */
  async cancel(context: AccountContext, id: number): Promise<void> {
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      const found = await lockBooking(tx, id);
      return found?.status === 'cancelled' ? found : undefined;
    };
    await this.bulkhead.run(accountKey(context.actor.id), () =>
      this.requests.once(context, (tx) => this.cancelIn(context, tx, id), findOutcome),
    );
  }

  /**
   * Cancels all that a patient has still to come, and all their mails, within the erasure of their account and under its
   * lock, so that no booking is added. It takes a few statements, however many there are, and one moment decides which
   * have started.
   */
  async cancelAllIn(context: Context, tx: EntityManager, patientId: number, reason: string): Promise<void> {
    const now = this.clock.now();
    await lockLive(tx, patientId);
    await this.outbox.withdrawAll(tx, patientId, reason);
    const { notifications, events } = cancellations(patientId, now);
    await this.outbox.appendWithdrawn(tx, patientId, 'cancelled', reason, notifications);
    await this.audit.recordEach(context, tx, 'booking.cancelled', events);
    await cancelComing(tx, patientId, now);
  }

  private async bookIn(
    context: AccountContext,
    tx: EntityManager,
    uid: string,
    { patientId, doctorId, ...requested }: NewBooking,
  ): Promise<Booking> {
    // Sent together, in this order: the database reads only once it has granted the lock.
    const [dayVersion, { appointment, open, timezone, now }] = await Promise.all([
      lockDay(tx, doctorId, requested.date),
      this.bookableTime(tx, doctorId, requested),
    ]);
    const wanted = {
      uid,
      doctorId,
      patientId,
      ...requested,
      ...instants(appointment),
      status: 'booked' as const,
      version: 1,
      createdAt: now,
      timezone,
    };
    const basis = { dayVersion, open };
    const booking = await duplicateAsTaken(requested, insertBooking(tx, wanted, basis, context.actor));
    if (!booking) throw tokenEnded();
    await this.tell(context, tx, 'booked', booking, notificationsForNewTime('booked', booking, now));
    return booking;
  }

  /** @throws ChangedMeanwhile if another change came between reading the booking and locking its days */
  private async rescheduleIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    change: Partial<RequestedTime>,
    attempt: number,
    before: Booking | undefined,
  ): Promise<Booking> {
    const seen = (attempt === 1 && before) || (await findBooking(tx, id));
    assertMayChange(context.actor, seen);
    assertNotStarted(seen, this.clock.now());
    const { date, time, durationMinutes } = { ...seen, ...change };
    const requested = { date, time, durationMinutes };
    if (isAt(seen, requested)) return seen;
    if (attempt > 1) await this.bookableTime(tx, seen.doctorId, requested, id);
    const dayVersion = await lockDays(tx, seen, requested);
    const { appointment, open, now } = await this.bookableTime(tx, seen.doctorId, requested, id);
    // Again: it may have begun while this waited for the days.
    assertNotStarted(seen, now);
    const moved = { ...seen, ...requested, ...instants(appointment), version: seen.version + 1 };
    const changed = await duplicateAsTaken(requested, changeTime(tx, moved, { dayVersion, open }, now));
    if (!changed) throw new ChangedMeanwhile();
    const newsDueAt = await nextRescheduleDue(tx, id, now);
    await this.outbox.withdrawOutdated(tx, id, 'the booking was moved', now);
    await this.tell(context, tx, 'moved', moved, notificationsForNewTime('moved', moved, now, newsDueAt));
    return moved;
  }

  /**
   * Whether a reschedule took effect, even if the booking was changed again since: it must not be applied over that later
   * change. A version that an equal reschedule made counts too; after that one, ours would have changed nothing.
   */
  private async hasHappened(tx: EntityManager, moved: Booking): Promise<boolean> {
    const found = await findBooking(tx, moved.id);
    if (!found || found.version < moved.version) return false;
    if (found.version === moved.version) return isAt(found, moved);
    return hasNotification(tx, notificationsForNewTime('moved', moved, moved.createdAt)[0]!);
  }

  /**
   * The real time of an appointment that may be booked, as things stand. Asked once the days are taken, that is the
   * decision. Asked before, on a second attempt, it spares the days a request that will be refused: many of those
   * at once, on a date that has no row yet, would insert it and roll back in circles of deadlocks.
   */
  private async bookableTime(
    tx: EntityManager,
    doctorId: number,
    requested: RequestedTime,
    movingId?: number,
  ): Promise<Bookable & { timezone: string; now: EpochMs }> {
    const range = { from: requested.date, to: requested.date };
    const schedule = await readSchedule(tx, doctorId, range, movingId);
    if (!schedule) throw unknownDoctor(doctorId);
    const now = this.clock.now();
    return { ...assertBookable(schedule, requested, now), timezone: schedule.timezone, now };
  }

  /** Writes the mails and the event of a change. */
  private async tell(
    context: Context,
    tx: EntityManager,
    kind: 'booked' | 'moved' | 'cancelled',
    booking: Booking,
    notifications: readonly NewNotification[],
  ): Promise<void> {
    const { id, doctorId, date, time, durationMinutes } = booking;
    const particulars = { doctor_id: doctorId, date, time, duration: durationMinutes };
    await this.outbox.append(tx, booking.patientId, notifications);
    await this.audit.record(context, tx, `booking.${kind}`, id, particulars);
  }

  private async cancelIn(context: AccountContext, tx: EntityManager, id: number): Promise<Booking> {
    const now = this.clock.now();
    const booking = await lockBooking(tx, id);
    assertMayChange(context.actor, booking);
    assertNotStarted(booking, now);
    await cancelLocked(tx, id, now);
    const cancelled = { ...booking, status: 'cancelled' as const, version: booking.version + 1 };
    await this.outbox.withdrawOutdated(tx, id, 'the booking was cancelled', now);
    await this.tell(context, tx, 'cancelled', cancelled, [cancellationNotification(cancelled, now)]);
    return cancelled;
  }
}

function instants({ start, end }: Interval): Pick<Booking, 'startsAt' | 'endsAt'> {
  return { startsAt: start, endsAt: end };
}

/**
 * Takes the day it leaves and the day it goes to, in ascending order: two moves in opposite directions must not
 * wait for each other. Answers with the version of the day it goes to.
 */
async function lockDays(tx: EntityManager, from: Booking, to: RequestedTime): Promise<number> {
  let version = 0;
  for (const date of [...new Set([from.date, to.date])].sort()) {
    const taken = await lockDay(tx, from.doctorId, date);
    if (date === to.date) version = taken;
  }
  return version;
}

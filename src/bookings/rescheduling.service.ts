import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDay } from '../availability/day-lock.repository.js';
import { dayKeys } from '../database/bulkhead.js';
import { ChangedMeanwhile } from '../database/in-transaction.js';
import type { AccountContext } from '../http/context.js';
import { hasNotification, nextRescheduleDue } from '../outbox/booking-notification.repository.js';
import { Changes } from '../outbox/changes.js';
import { cancelOutdatedNotifications } from '../outbox/cancellation.repository.js';
import { BOOKING_RESCHEDULED } from '../outbox/skip-reasons.js';
import { Clock } from '../time/clock.js';
import { BookableTimeReader } from './bookable-time.reader.js';
import { rescheduled } from './booking.changes.js';
import type { Booking } from './booking.js';
import { notificationsForNewTime } from './booking.notifications.js';
import { assertMayChange, mayChange } from './booking.policy.js';
import { BookingTransaction } from './booking-transaction.js';
import { updateTime, duplicateAsTaken, findBooking } from './booking.repository.js';
import { assertNotStarted, hasTime, type RequestedTime } from './booking.rules.js';

/** Reschedules live bookings, each in one transaction, under the locks of the old and the new day. */
@Injectable()
export class ReschedulingService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: BookingTransaction,
    private readonly times: BookableTimeReader,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives a live booking another time or length in one step; fields that `change` leaves out stay. If the booking
   * already has that time and length, nothing changes and no email is sent.
   *
   * @throws Refusal BOOKING_NOT_FOUND, BOOKING_STARTED, or the first rule that the new time violates
   * @throws Unavailable as `BookingsService.book` does
   */
  async reschedule(context: AccountContext, id: number, change: Partial<RequestedTime>): Promise<Booking> {
    // This first read only decides which days to queue for.
    const found = await findBooking(this.dataSource, id);
    const seen = mayChange(context.actor, found) ? found : undefined;
    let attempted: Booking | undefined;
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      return (attempted = await this.rescheduleIn(context, tx, id, change, attempt, seen));
    };
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      await lockDay(tx, attempted!.doctorId, attempted!.date);
      return (await hasTakenEffect(tx, attempted!)) ? attempted : undefined;
    };
    const days = dayKeys(seen?.doctorId, [seen?.date, change.date]);
    return this.transaction.run(context, days, work, findOutcome);
  }

  /** @throws ChangedMeanwhile if the booking was changed between the first read and the locks */
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
    if (hasTime(seen, requested)) return seen;
    if (attempt > 1) await this.times.read(tx, seen.doctorId, requested, id);
    const dayVersion = await lockDays(tx, seen, requested);
    const { appointment, availability, now } = await this.times.read(tx, seen.doctorId, requested, id);
    // Again: the old appointment may have begun while this waited for the locks.
    assertNotStarted(seen, now);
    const instants = { startsAt: appointment.start, endsAt: appointment.end };
    const booking = { ...seen, ...requested, ...instants, version: seen.version + 1 };
    const update = updateTime(tx, booking, { dayVersion, availability }, now);
    const isChanged = await duplicateAsTaken(requested, update);
    if (!isChanged) throw new ChangedMeanwhile();
    const confirmationDueAt = await nextRescheduleDue(tx, id, now);
    await cancelOutdatedNotifications(tx, id, BOOKING_RESCHEDULED, now);
    await this.changes.record(context, tx, rescheduled(booking, now, confirmationDueAt));
    return booking;
  }
}

/**
 * Whether a reschedule took effect. It counts even if the booking was changed again since: applying it now would undo
 * that later change. A version that an equal reschedule made counts too: after it, this one would change nothing.
 */
async function hasTakenEffect(tx: EntityManager, attempted: Booking): Promise<boolean> {
  const found = await findBooking(tx, attempted.id);
  if (!found || found.version < attempted.version) return false;
  if (found.version === attempted.version) return hasTime(found, attempted);
  return hasNotification(tx, notificationsForNewTime('moved', attempted, attempted.createdAt)[0]!);
}

/**
 * Locks the booking's old day and its new day in ascending order: otherwise two reschedules in opposite directions
 * would wait for each other.
 *
 * @returns the version of the new day
 */
async function lockDays(tx: EntityManager, from: Booking, to: RequestedTime): Promise<number> {
  let version = 0;
  for (const date of [...new Set([from.date, to.date])].sort()) {
    const locked = await lockDay(tx, from.doctorId, date);
    if (date === to.date) version = locked;
  }
  return version;
}

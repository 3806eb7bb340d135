import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDay, lockDays } from '../availability/day-lock.repository.js';
import { dayKeys } from '../database/bulkhead.js';
import { ChangedMeanwhile } from '../database/in-transaction.js';
import type { AccountContext } from '../http/context.js';
import { hasNotification, nextRescheduleDue } from '../outbox/booking-notification.repository.js';
import { Changes } from '../outbox/changes.js';
import { cancelOutdatedNotifications } from '../outbox/cancellation.repository.js';
import { BOOKING_RESCHEDULED } from '../outbox/skip-reasons.js';
import { Clock } from '../time/clock.js';
import { BookableTimes } from './bookable-times.js';
import { rescheduled } from './booking.changes.js';
import type { Booking } from './booking.js';
import { assertMayChange, mayChange } from './booking.policy.js';
import { BookingTransaction } from './booking-transaction.js';
import { updateTime, duplicateAsTaken, findBooking } from './booking.repository.js';
import { assertNotStarted, isAt, type RequestedTime } from './booking.refusals.js';

/**
 * Reschedules live bookings, each in one transaction, under the locks of the old and the new day.
 *
 * Not checked against the session: a token revoked up to five seconds ago may still reschedule or cancel
 * (docs/security.md). An erasure locks the account's live bookings, so neither outlives it.
 */
@Injectable()
export class ReschedulingService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: BookingTransaction,
    private readonly times: BookableTimes,
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
    // Read before queueing, to know the days to queue for. The first attempt also works on this row: if it changed
    // since, the version check in `updateTime` runs everything again.
    const found = await findBooking(this.dataSource, id);
    const firstRead = mayChange(context.actor, found) ? found : undefined;
    let attempted: Booking | undefined;
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      return (attempted = await this.rescheduleIn(context, tx, id, change, attempt, firstRead));
    };
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      await lockDay(tx, attempted!.doctorId, attempted!.date);
      return (await hasTakenEffect(tx, attempted!)) ? attempted : undefined;
    };
    const days = dayKeys(firstRead?.doctorId, [firstRead?.date, change.date]);
    return this.transaction.run(context, days, work, findOutcome);
  }

  /** @throws ChangedMeanwhile if the booking was changed between its read and the locks */
  private async rescheduleIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    change: Partial<RequestedTime>,
    attempt: number,
    firstRead: Booking | undefined,
  ): Promise<Booking> {
    const seen = attempt === 1 && firstRead ? firstRead : await findBooking(tx, id);
    assertMayChange(context.actor, seen);
    assertNotStarted(seen, this.clock.now());
    const { date, time, durationMinutes } = { ...seen, ...change };
    const requested = { date, time, durationMinutes };
    if (isAt(seen, requested)) return seen;
    if (attempt > 1) await this.times.refuseEarly(tx, seen.doctorId, requested, id);
    const dayVersions = await lockDays(tx, seen.doctorId, [seen.date, date]);
    const bookable = await this.times.assertBookable(tx, seen.doctorId, requested, id);
    const { appointment, availability, now } = bookable;
    // Again: the old appointment may have begun while this waited for the locks.
    assertNotStarted(seen, now);
    const instants = { startsAt: appointment.start, endsAt: appointment.end };
    const booking = { ...seen, ...requested, ...instants, version: seen.version + 1 };
    // The days are locked before the booking, and which days is known only from the booking: so the booking is not
    // locked first; its version is checked when it is updated.
    const update = updateTime(tx, booking, { dayVersion: dayVersions.get(date)!, availability }, now);
    const isChanged = await duplicateAsTaken(requested, update);
    if (!isChanged) throw new ChangedMeanwhile();
    const confirmationDueAt = await nextRescheduleDue(tx, id, now);
    await cancelOutdatedNotifications(tx, id, BOOKING_RESCHEDULED, now);
    await this.changes.record(context, tx, rescheduled(booking, now, confirmationDueAt));
    return booking;
  }
}

/**
 * Whether our reschedule was committed. A later change of the booking does not matter: repeating ours would undo it. An
 * equal reschedule by somebody else counts as ours, because ours would change nothing.
 */
async function hasTakenEffect(tx: EntityManager, attempted: Booking): Promise<boolean> {
  const found = await findBooking(tx, attempted.id);
  if (!found || found.version < attempted.version) return false;
  if (found.version === attempted.version) return isAt(found, attempted);
  const { id: bookingId, version: bookingVersion, startsAt, durationMinutes } = attempted;
  return hasNotification(tx, { bookingId, bookingVersion, kind: 'moved', startsAt, durationMinutes });
}

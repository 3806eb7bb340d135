import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isDesk } from '../auth/role.js';
import type { AccountContext, Context } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { Changes } from '../outbox/changes.js';
import {
  cancelNotificationsOfAccount,
  cancelOutdatedNotifications,
} from '../outbox/cancellation.repository.js';
import { BOOKING_CANCELLED } from '../outbox/skip-reasons.js';
import { Clock } from '../time/clock.js';
import { BookableTimes } from './bookable-times.js';
import { allCancelled, cancelled } from './booking.changes.js';
import { type Booking, revisionOf } from './booking.js';
import { assertMay, type Party, partiesOf } from './booking.policy.js';
import { BookingTransaction } from './booking-transaction.js';
import { cancelLockedBooking, cancelUpcoming, lockLiveBookings } from './booking-changes.repository.js';
import { lockBooking } from './booking.repository.js';
import { assertNotStarted, notifyOnlyForClinic, reasonRequired } from './booking.refusals.js';

/** How to cancel. */
export interface Cancellation {
  /** Required from the desk and the doctor: the email names it. */
  readonly reason?: string | undefined;
  /** Only from the desk and the doctor: false for no email. */
  readonly isNotifying?: boolean | undefined;
  /** Only in these capacities. */
  readonly parties?: readonly Party[];
}

/**
 * Cancels bookings, each in one transaction that also records the change. Not checked against the session (see
 * `ReschedulingService`).
 */
@Injectable()
export class CancellationService {
  constructor(
    private readonly transaction: BookingTransaction,
    private readonly times: BookableTimes,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Cancels a live booking; its time is free again at once. Patients cancel before it starts, the desk and the doctor
   * until it took place; one that has not started took no place, even if it is `fulfilled`.
   *
   * @throws Refusal BOOKING_NOT_FOUND, BOOKING_STARTED, TOO_LATE, STATUS_NOT_POSSIBLE; VALIDATION_FAILED without a reason,
   *   or if a patient sends `notify`
   * @throws VersionMismatch
   * @throws Unavailable as `BookingsService.book` does
   */
  async cancel(context: AccountContext, id: number, cancellation: Cancellation = {}): Promise<Booking> {
    const cancelIn = (tx: EntityManager): Promise<Booking> => this.cancelIn(context, tx, id, cancellation);
    const findOutcome = async (tx: EntityManager): Promise<Booking> => {
      const found = await lockBooking(tx, id, context.actor.id);
      // Cancels in this transaction: on a cluster, an outcome found without a write would not stop the earlier attempt.
      return found?.status === 'cancelled' ? found : cancelIn(tx);
    };
    return this.transaction.run(context, [], cancelIn, findOutcome);
  }

  private async cancelIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    { reason, isNotifying, parties }: Cancellation,
  ): Promise<Booking> {
    const { actor } = context;
    const found = await lockBooking(tx, id, actor.id);
    // After the lock: the appointment may have begun while this waited.
    const now = this.clock.now();
    const action = found && found.startsAt > now ? 'cancel before it starts' : 'cancel';
    assertMay(actor, action, found, parties);
    const isByPatient = (parties ?? partiesOf(actor, found)).every((party) => party === 'patient');
    if (isByPatient) {
      assertNotStarted(found, now);
      if (!isDesk(actor.role)) await this.times.assertInTime(tx, found);
    } else if (reason === undefined) throw reasonRequired();
    if (isByPatient && isNotifying !== undefined) throw notifyOnlyForClinic();
    assertCurrent(context, revisionOf(found));
    const booking = {
      ...found,
      status: 'cancelled' as const,
      version: found.version + 1,
      cancelledByRole: isByPatient ? 'user' : actor.role,
      cancelReason: reason ?? null,
    };
    await cancelLockedBooking(tx, booking, now);
    await cancelOutdatedNotifications(tx, id, BOOKING_CANCELLED, now);
    await this.changes.record(context, tx, cancelled(booking, now, isNotifying));
    return booking;
  }

  /**
   * Cancels all bookings of an account's patients that have not started, and all unsent notifications of the account,
   * within the transaction that erases the account. That transaction holds the account's lock, so no booking can be
   * added. The number of statements does not depend on the bookings, and one moment decides which bookings have started.
   */
  async cancelAllIn(context: Context, tx: EntityManager, accountId: number, reason: string): Promise<void> {
    const now = this.clock.now();
    // First: a reschedule in progress appends its notifications before all of them are cancelled.
    await lockLiveBookings(tx, accountId);
    await cancelNotificationsOfAccount(tx, accountId, reason, now);
    await this.changes.recordEach(context, tx, allCancelled(accountId, now, reason));
    await cancelUpcoming(tx, accountId, context.actor.role, now);
  }
}

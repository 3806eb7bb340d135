import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { dateAt } from '../doctors/doctor-time-zone.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { Changes } from '../outbox/changes.js';
import { Clock } from '../time/clock.js';
import { statusSet } from './booking.changes.js';
import { type Booking, type BookingStatus, revisionOf } from './booking.js';
import { assertMay } from './booking.policy.js';
import { BookingTransaction } from './booking-transaction.js';
import { updateLockedBooking } from './booking-changes.repository.js';
import { lockBooking } from './booking.repository.js';
import { reasonRequired, statusNotPossible } from './booking.refusals.js';
import { isStepBack, possibleStatuses, whenNotPossible } from './status.rules.js';

/** A status to record, and why if it takes another one back. */
export interface NewStatus {
  readonly status: BookingStatus;
  readonly reason?: string | undefined;
}

/** Records what became of an appointment. A cancellation at the same time waits for the lock of the booking. */
@Injectable()
export class StatusService {
  constructor(
    private readonly transaction: BookingTransaction,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Refusal BOOKING_NOT_FOUND; STATUS_NOT_POSSIBLE with the possible ones; VALIDATION_FAILED for a step back
   *   without a reason
   * @throws VersionMismatch
   * @throws Unavailable as `BookingsService.book` does
   */
  async set(context: AccountContext, id: number, { status, reason }: NewStatus): Promise<Booking> {
    let attempted: Booking | undefined;
    const work = async (tx: EntityManager): Promise<Booking> =>
      (attempted = await this.setIn(context, tx, id, { status, reason }));
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      const found = await lockBooking(tx, id, context.actor.id);
      return found?.status === status && found.edits === attempted!.edits ? found : undefined;
    };
    return this.transaction.run(context, [], work, findOutcome);
  }

  private async setIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    { status, reason }: NewStatus,
  ): Promise<Booking> {
    const found = await lockBooking(tx, id, context.actor.id);
    assertMay(context.actor, 'set status', found);
    assertCurrent(context, revisionOf(found));
    const now = this.clock.now();
    const today = dateAt({ id: found.doctorId, timezone: found.timezone }, now);
    const allowed = possibleStatuses(found, today, now);
    if (!allowed.includes(status))
      throw statusNotPossible(found.status, {
        wanted: status,
        when: whenNotPossible(found, status),
        allowed,
      });
    if (isStepBack(found.status, status) && reason === undefined) throw reasonRequired();
    const booking = { ...found, status, edits: found.edits + 1 };
    await updateLockedBooking(tx, booking);
    await this.changes.record(context, tx, statusSet(booking, found.status, reason));
    return booking;
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { eraseReasons } from '../audit/audit-event.repository.js';
import type { Context } from '../http/context.js';
import { cancelNotificationsOfBookings } from '../outbox/cancellation.repository.js';
import { Changes } from '../outbox/changes.js';
import { Clock } from '../time/clock.js';
import { bookingsOfPatients } from './booking.sql.js';
import {
  cancellationsOf,
  cancelUpcomingOf,
  eraseTextsOf,
  lockBookingsOf,
} from './patient-bookings.repository.js';

/** Takes what names a person out of their bookings, within the transaction that erases the person. */
@Injectable()
export class PatientBookingsErasure {
  constructor(
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Cancels the bookings of a locked patient that have not started, and all unsent notifications about any. The number
   * of statements does not depend on the bookings.
   *
   * @param reason why no email is sent; for operators
   */
  async cancelIn(
    context: Context,
    tx: EntityManager,
    patient: { readonly id: number; readonly accountId: number | null },
    reason: string,
  ): Promise<void> {
    const now = this.clock.now();
    const { id, accountId } = patient;
    // First: a reschedule in progress appends its notifications before all of them are cancelled.
    await lockBookingsOf(tx, [id]);
    await cancelNotificationsOfBookings(tx, bookingsOfPatients([id]), reason, now);
    await this.changes.recordEach(context, tx, {
      action: 'booking.cancelled',
      kind: 'cancelled',
      accountId,
      reason,
      ...cancellationsOf(id, now),
    });
    await cancelUpcomingOf(tx, id, context.actor.role, now);
  }

  /** Clears notes and reasons, of the bookings and of the events about them. */
  async forgetIn(tx: EntityManager, patientIds: readonly number[]): Promise<void> {
    await eraseTextsOf(tx, patientIds);
    await eraseReasons(tx, 'booking', bookingsOfPatients(patientIds));
  }
}

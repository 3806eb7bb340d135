import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDay, lockDays } from '../availability/day-lock.repository.js';
import { ChangedMeanwhile, inTransaction } from '../database/in-transaction.js';
import { SYSTEM_CONTEXT } from '../http/context.js';
import { findKinds, renewStart } from '../outbox/booking-notification.repository.js';
import { Changes } from '../outbox/changes.js';
import { dateIn } from '../time/clinic-time.js';
import { Clock } from '../time/clock.js';
import type { EpochMs, Interval } from '../time/interval.js';
import { ZONE_DATA_VERSION } from '../time/zone-data.js';
import type { Booking } from './booking.js';
import { inRenewalOrder, instantsMeantBy, hasInstants, type WrongBooking } from './booking-instants.js';
import { remindersOf } from './booking.notifications.js';
import {
  changeInstants,
  findLiveAfter,
  findLiveById,
  findOverlapping,
  type TimedBooking,
} from './instant-renewal.repository.js';

/** More than any change of time zone data shifts a booking. */
const MARGIN_MS = 26 * 3_600_000;

/** The outcome for a booking whose instants were wrong. */
export type Renewal =
  | { readonly booking: Booking; readonly is: 'renewed'; readonly startsAt: EpochMs }
  | { readonly booking: Booking; readonly is: 'overlapping'; readonly other: number }
  | { readonly booking: Booking; readonly is: 'without instant' };

/**
 * Gives upcoming bookings the instants that their wall time means by the present time zone data: if a country changes
 * its rules, "Tuesday at ten" stays what was agreed. Until then a booking takes both its stored time and its wall time
 * (see `timesTakenBy`). Each booking is renewed in its own transaction, under the lock of its doctor's day, so the
 * command may be killed at any time and continues when it is run again.
 */
@Injectable()
export class InstantRenewal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** Yields the outcome for each booking whose instants were wrong, as soon as it is known. */
  async *renewAll(): AsyncGenerator<Renewal> {
    for (const { id } of inRenewalOrder(await this.findWrong())) {
      const renewal = await this.renew(id);
      if (renewal) yield renewal;
    }
  }

  private async findWrong(): Promise<WrongBooking[]> {
    const now = this.clock.now();
    const wrong: WrongBooking[] = [];
    let page: Booking[];
    for (let after = 0; ; after = page.at(-1)!.id) {
      page = await findLiveAfter(this.dataSource, now - MARGIN_MS, after);
      if (page.length === 0) return wrong;
      for (const booking of page) {
        const meant = instantsMeantBy(booking);
        if (needsRenewal(booking, meant, now)) {
          wrong.push({ id: booking.id, startsAt: booking.startsAt, meantStart: meant?.start });
        }
      }
    }
  }

  /** Undefined if there is nothing left to do. */
  private async renew(id: number): Promise<Renewal | undefined> {
    let attempted: Renewal | undefined;
    return inTransaction(
      this.dataSource,
      async (tx) => (attempted = await this.renewIn(tx, id)),
      async (tx) => {
        const { booking } = attempted!;
        await lockDay(tx, booking.doctorId, booking.date);
        const found = await findLiveById(tx, id);
        const isDone = attempted!.is === 'renewed' && found?.startsAt === attempted!.startsAt;
        return isDone ? attempted : undefined;
      },
    );
  }

  /** @throws ChangedMeanwhile if the booking was changed between the first read and the locks */
  private async renewIn(tx: EntityManager, id: number): Promise<Renewal | undefined> {
    const seen = await findLiveById(tx, id);
    const meant = seen && instantsMeantBy(seen);
    if (!seen || !needsRenewal(seen, meant, this.clock.now())) return undefined;
    if (!meant) return { booking: seen, is: 'without instant' };
    const { doctorId } = seen;
    await lockDays(
      tx,
      datesOf(seen, meant).map((date) => ({ doctorId, date })),
    );
    const booking = await findLiveById(tx, id);
    if (booking?.version !== seen.version || booking.startsAt !== seen.startsAt) throw new ChangedMeanwhile();
    const other = await findOverlapping(tx, booking, meant);
    if (other !== undefined) return { booking, is: 'overlapping', other };
    if (!(await changeInstants(tx, booking, meant))) throw new ChangedMeanwhile();
    await this.recordRenewal(tx, booking, meant);
    return { booking, is: 'renewed', startsAt: meant.start };
  }

  /** Adapts the notifications to a booking's new instants, and records the event. */
  private async recordRenewal(tx: EntityManager, booking: TimedBooking, { start }: Interval): Promise<void> {
    const now = this.clock.now();
    const reminders = remindersOf({ ...booking, startsAt: start });
    await renewStart(tx, reminders, now);
    // A later start can leave time for a reminder that was too late when the booking was made.
    const present = await findKinds(tx, booking.id, booking.version);
    const missing = reminders.filter(
      ({ kind, dueAt }) => dueAt > booking.tookTimeAt && !present.includes(kind),
    );
    await this.changes.record(SYSTEM_CONTEXT, tx, {
      action: 'booking.renewed',
      subjectId: booking.id,
      particulars: {
        doctor_id: booking.doctorId,
        date: booking.date,
        time: booking.time,
        duration: booking.durationMinutes,
        starts_at_before: new Date(booking.startsAt).toISOString(),
        starts_at: new Date(start).toISOString(),
        time_zone_data: ZONE_DATA_VERSION,
      },
      notifications: missing.map((reminder) => ({ ...reminder, dueAt: Math.max(reminder.dueAt, now) })),
    });
  }
}

/** Whether a booking has wrong instants, and its stored or its right start is still to come. */
function needsRenewal(booking: Booking, meant: Interval | undefined, now: EpochMs): boolean {
  if (meant && hasInstants(booking, meant)) return false;
  return Math.max(booking.startsAt, meant?.start ?? 0) > now;
}

/** The dates that a booking takes time on: a long one may now end on the next date. */
function datesOf({ date, timezone }: Booking, { end }: Interval): string[] {
  return [date, dateIn(timezone, end - 1)];
}

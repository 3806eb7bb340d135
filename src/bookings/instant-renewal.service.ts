import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDay } from '../availability/day-lock.repository.js';
import { ChangedMeanwhile, inTransaction } from '../database/in-transaction.js';
import { SYSTEM_CONTEXT } from '../http/context.js';
import { kindsOf, renewStart } from '../outbox/booking-notification.repository.js';
import { Changes } from '../outbox/changes.js';
import { dateIn } from '../time/clinic-time.js';
import { Clock } from '../time/clock.js';
import type { EpochMs, Interval } from '../time/interval.js';
import { ZONE_DATA_VERSION } from '../time/zone-data.js';
import type { Booking } from './booking.js';
import { inRenewalOrder, instantsMeantBy, isRight, type Wrong } from './booking-instants.js';
import { remindersOf } from './booking.notifications.js';
import {
  changeInstants,
  findLiveAfter,
  findLiveById,
  findOverlapping,
  type TimedBooking,
} from './instant-renewal.repository.js';

/** More than any change of rules moves a booking. */
const MARGIN_MS = 26 * 3_600_000;

/** What came of a booking whose instants were wrong. */
export type Renewal =
  | { readonly booking: Booking; readonly is: 'renewed'; readonly startsAt: EpochMs }
  | { readonly booking: Booking; readonly is: 'overlapping'; readonly other: number }
  | { readonly booking: Booking; readonly is: 'without instant' };

/**
 * Gives coming bookings the instants that their wall time means by the present time zone data: when a country changes its
 * rules, "Tuesday at ten" stays what was agreed. Until then a booking keeps both its stored time and its wall time from
 * others (see `timesTakenBy`). Each booking is a transaction of its own, under the lock of its doctor's day, so the command
 * may be killed at any time and continues when it is run again.
 */
@Injectable()
export class InstantRenewal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** What came of each booking whose instants were wrong, as soon as it is known. */
  async *renewAll(): AsyncGenerator<Renewal> {
    for (const { id } of inRenewalOrder(await this.findWrong())) {
      const renewal = await this.renew(id);
      if (renewal) yield renewal;
    }
  }

  private async findWrong(): Promise<Wrong[]> {
    const now = this.clock.now();
    const wrong: Wrong[] = [];
    let page: Booking[];
    for (let after = 0; ; after = page.at(-1)!.id) {
      page = await findLiveAfter(this.dataSource, now - MARGIN_MS, after);
      if (page.length === 0) return wrong;
      for (const booking of page) {
        const meant = instantsMeantBy(booking);
        if (isDue(booking, meant, now)) {
          wrong.push({ id: booking.id, startsAt: booking.startsAt, meantStart: meant?.start });
        }
      }
    }
  }

  /** Undefined if by then there is nothing to do. */
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

  /** @throws ChangedMeanwhile if another change came between reading the booking and locking its day */
  private async renewIn(tx: EntityManager, id: number): Promise<Renewal | undefined> {
    const seen = await findLiveById(tx, id);
    const meant = seen && instantsMeantBy(seen);
    if (!seen || !isDue(seen, meant, this.clock.now())) return undefined;
    if (!meant) return { booking: seen, is: 'without instant' };
    for (const date of datesOf(seen, meant)) await lockDay(tx, seen.doctorId, date);
    const booking = await findLiveById(tx, id);
    if (booking?.version !== seen.version || booking.startsAt !== seen.startsAt) throw new ChangedMeanwhile();
    const other = await findOverlapping(tx, booking, meant);
    if (other !== undefined) return { booking, is: 'overlapping', other };
    if (!(await changeInstants(tx, booking, meant))) throw new ChangedMeanwhile();
    await this.follow(tx, booking, meant);
    return { booking, is: 'renewed', startsAt: meant.start };
  }

  /** Has the mails and the audit trail follow a booking to its new instants. */
  private async follow(tx: EntityManager, booking: TimedBooking, { start }: Interval): Promise<void> {
    const now = this.clock.now();
    const reminders = remindersOf({ ...booking, startsAt: start });
    await renewStart(tx, reminders, now);
    // A later start can bring a reminder that came too late when the booking was made.
    const known = await kindsOf(tx, booking.id, booking.version);
    const missing = reminders.filter(
      ({ kind, dueAt }) => dueAt > booking.tookTimeAt && !known.includes(kind),
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

/** Whether a booking has other instants than it should, and has not begun by both of them. */
function isDue(booking: Booking, meant: Interval | undefined, now: EpochMs): boolean {
  if (meant && isRight(booking, meant)) return false;
  return Math.max(booking.startsAt, meant?.start ?? 0) > now;
}

/** The dates that it takes time on, in the order of their locks: a long one can come to end on the next. */
function datesOf({ date, timezone }: Booking, { end }: Interval): string[] {
  return [...new Set([date, dateIn(timezone, end - 1)])].sort();
}

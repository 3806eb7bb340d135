import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isDesk } from '../auth/role.js';
import { lockDay, lockDays } from '../availability/day-lock.repository.js';
import { ChangedMeanwhile } from '../database/in-transaction.js';
import { shareDoctor } from '../doctors/doctor.repository.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { nextRescheduleDue } from '../outbox/booking-notification.repository.js';
import { Changes } from '../outbox/changes.js';
import { cancelOutdatedNotifications } from '../outbox/cancellation.repository.js';
import { BOOKING_RESCHEDULED } from '../outbox/skip-reasons.js';
import { Clock } from '../time/clock.js';
import { BookableTimes } from './bookable-times.js';
import { assertLocked, type BookableAppointment, type Locks } from './booking-evaluation.js';
import { annotated, rescheduled } from './booking.changes.js';
import { type BookingChange, definedOf, keysOf } from './booking-change.js';
import { type Booking, revisionOf } from './booking.js';
import { assertForActor, assertMay, changeOf, partiesOf, type SeenBooking } from './booking.policy.js';
import { movedTo } from './booking-placement.js';
import { BookingTransaction } from './booking-transaction.js';
import { updateLockedBooking, updateTime, duplicateAs } from './booking-changes.repository.js';
import { findBooking, lockBooking } from './booking.repository.js';
import { assertNotStarted, isAt, takenRefusal } from './booking.refusals.js';
import { hasTakenEffect } from './reschedule-outcome.js';
import { lockPatientSchedule } from './patient-lock.repository.js';
import { durationBesideType, type RequestedAppointment } from './requested-type.js';

/** A new time, with what to lock for it. */
interface Move extends RequestedAppointment {
  /** That the appointment probably reaches, with its buffers. */
  readonly dates: BookableAppointment['dates'];
  readonly isNotifying: boolean;
}

/** Who may reschedule. */
const PARTIES = ['desk', 'patient'] as const;

/**
 * Reschedules live bookings, each in one transaction, under the locks of the patient's bookings, if a rule counts them,
 * and of the old and the new day.
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
   * Gives a live booking another time, length, doctor or note in one step; fields that `change` leaves out stay. If the
   * booking already has them, nothing changes and no email is sent.
   *
   * @throws Refusal VALIDATION_FAILED for a field that is only for the desk, BOOKING_NOT_FOUND, BOOKING_STARTED,
   *   STATUS_NOT_POSSIBLE, UNKNOWN_DOCTOR, UNKNOWN_TYPE, or the rules that the new time violates
   * @throws VersionMismatch
   * @throws Unavailable as `BookingsService.book` does
   */
  async reschedule(context: AccountContext, id: number, change: BookingChange): Promise<Booking> {
    const { doctorId, note, override, isNotifying } = change;
    assertForActor(context, { doctor_id: doctorId, note, override, notify: isNotifying });
    // Read before queueing, to know the days to queue for. The first attempt also works on this row: if it changed
    // since, the version check in `updateTime` runs everything again.
    const found = await findBooking(this.dataSource, id, context.actor.id);
    const firstRead = found && partiesOf(context.actor, found).length > 0 ? found : undefined;
    let attempted: Booking | undefined;
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      return (attempted = await this.rescheduleIn(
        context,
        tx,
        id,
        change,
        attempt === 1 ? firstRead : undefined,
      ));
    };
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      await lockDay(tx, attempted!.doctorId, attempted!.date);
      return (await hasTakenEffect(tx, attempted!, context.actor.id)) ? attempted : undefined;
    };
    return this.transaction.run(context, firstRead ? keysOf(firstRead, change) : [], work, findOutcome);
  }

  /** @throws ChangedMeanwhile if the booking was changed between its read and the locks */
  private async rescheduleIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    change: BookingChange,
    firstRead: SeenBooking | undefined,
  ): Promise<Booking> {
    const seen = firstRead ?? (await findBooking(tx, id, context.actor.id));
    assertMay(context.actor, changeOf(change, seen), seen, PARTIES);
    this.assertNotStarted(context, seen);
    assertCurrent(context, revisionOf(seen));
    const { date, time, durationMinutes, doctorId, note, typeId } = { ...seen, ...definedOf(change) };
    if (typeId !== null && change.durationMinutes !== undefined) throw durationBesideType();
    const requested = { doctorId, date, time, durationMinutes, override: change.override };
    if (isAt(seen, requested) && seen.doctorId === doctorId && seen.typeId === typeId) {
      return note === seen.note ? seen : this.annotateIn(context, tx, { ...seen, note });
    }
    const move = { ...requested, typeId: typeId ?? undefined };
    // A retry refuses before it locks, as in `BookingsService.book`.
    const { dates } = firstRead
      ? { dates: [date] }
      : await this.times.assertReschedulable(context, tx, move, seen);
    const { isNotifying = true } = change;
    return this.moveIn(context, tx, { ...seen, note }, { ...move, dates, isNotifying });
  }

  /** @throws ChangedMeanwhile if the booking was changed between its read and the locks, or they are not enough */
  private async moveIn(
    context: AccountContext,
    tx: EntityManager,
    seen: SeenBooking,
    { isNotifying, dates, ...requested }: Move,
  ): Promise<Booking> {
    const { id } = seen;
    const locks = await this.lock(context, tx, seen, { ...requested, dates });
    const { dayVersion } = locks;
    const bookable = await this.times.assertReschedulable(context, tx, requested, seen);
    assertLocked(bookable, locks);
    const { availability, override, now } = bookable;
    // Again: the old appointment may have begun while this waited for the locks.
    this.assertNotStarted(context, seen);
    const booking = movedTo(seen, requested, bookable);
    // The days are locked before the booking, and which days is known only from the booking: so the booking is not
    // locked first; its version is checked when it is updated.
    const update = updateTime(tx, booking, { dayVersion, availability, override }, now);
    const isChanged = await duplicateAs(() => takenRefusal(booking), update);
    if (!isChanged) throw new ChangedMeanwhile();
    const confirmationDueAt = await nextRescheduleDue(tx, id, now);
    await cancelOutdatedNotifications(tx, id, BOOKING_RESCHEDULED, now);
    const how = { dueAt: confirmationDueAt, override, isNotifying };
    await this.changes.record(context, tx, rescheduled(booking, now, how));
    return booking;
  }

  /** Patients may change their bookings until they begin; the desk also afterwards. */
  private assertNotStarted({ actor }: AccountContext, booking: Booking): void {
    if (!isDesk(actor.role)) assertNotStarted(booking, this.clock.now());
  }

  /** @returns also the version of the new day */
  private async lock(
    { actor }: AccountContext,
    tx: EntityManager,
    seen: Booking,
    { doctorId, date, dates, typeId }: Pick<Move, 'doctorId' | 'date' | 'dates' | 'typeId'>,
  ): Promise<Locks & { readonly dayVersion: number }> {
    const isPatientLocked = await lockPatientSchedule(
      tx,
      { accountId: actor.id, patientId: seen.patientId, isAny: true },
      { isOnePlace: seen.isOnePlace || typeId !== undefined, isBoundByLimits: !isDesk(actor.role) },
    );
    const versionOf = await lockDays(tx, [seen, ...dates.map((each) => ({ doctorId, date: each }))]);
    // Before the read that decides: a doctor who is made inactive meanwhile waits for this transaction.
    await shareDoctor(tx, doctorId);
    return { isPatientLocked, dates, dayVersion: versionOf({ doctorId, date }) };
  }

  private async annotateIn(
    context: AccountContext,
    tx: EntityManager,
    annotation: SeenBooking,
  ): Promise<Booking> {
    const found = await lockBooking(tx, annotation.id, context.actor.id);
    if (!found || revisionOf(found) !== revisionOf(annotation)) throw new ChangedMeanwhile();
    const booking = { ...found, note: annotation.note, edits: found.edits + 1 };
    await updateLockedBooking(tx, booking);
    await this.changes.record(context, tx, annotated(booking));
    return booking;
  }
}

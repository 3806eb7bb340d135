import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDay, lockDays } from '../availability/day-lock.repository.js';
import { isDesk } from '../auth/role.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { anyDayKey, dayKey } from '../database/bulkhead.js';
import { ChangedMeanwhile, LostRace } from '../database/in-transaction.js';
import { tokenRevoked } from '../errors/domain-error.js';
import type { AccountActor, AccountContext, Actor } from '../http/context.js';
import { Changes } from '../outbox/changes.js';
import { assertLocked, type Locks } from './booking-evaluation.js';
import { type BookableBooking, BookableTimes, type RequestedBooking } from './bookable-times.js';
import { booked } from './booking.changes.js';
import type { Booking } from './booking.js';
import { newBookingOf } from './booking-placement.js';
import { BookingTransaction } from './booking-transaction.js';
import { duplicateAs } from './booking-changes.repository.js';
import { findBookingByUid, insertBooking } from './booking.repository.js';
import { assertForActor } from './booking.policy.js';
import { takenRefusal } from './booking.refusals.js';
import { lockPatientSchedule } from './patient-lock.repository.js';
import type { RequestedSlots } from './requested-type.js';
import { AnyDoctor, type NewBookingWithAny } from './times/any-doctor.js';

/** A booking to make. */
export interface NewBooking extends RequestedBooking {
  readonly note?: string | null | undefined;
  /** False if the desk wants no email about this act; reminders follow all the same. */
  readonly isNotifying?: boolean | undefined;
}

/** With whom, and what to lock. */
type Place = Pick<BookableBooking, 'doctorId' | 'dates'>;

interface Decision {
  readonly isAny: boolean;
  /** Decides whether the booking can be made, and with whom; may be asked again. */
  readonly decide: () => Promise<BookableBooking>;
}

/**
 * Lists slots, and books: one transaction that also records the change. It first locks the patient's bookings, if a rule
 * counts them, and then the doctor's days (see `lockDay`), so neither can be double-booked.
 */
@Injectable()
export class BookingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly transaction: BookingTransaction,
    private readonly times: BookableTimes,
    private readonly anyDoctor: AnyDoctor,
    private readonly changes: Changes,
  ) {}

  /**
   * The starts that a doctor offers on a date, as the doctor's local HH:MM, in ascending order.
   *
   * @throws as `BookableTimes.slots` does
   */
  availableSlots({ actor }: { readonly actor: Actor }, requested: RequestedSlots): Promise<string[]> {
    return this.times.slots(this.dataSource, actor, requested);
  }

  /**
   * Books a time with a doctor for a patient, or with any doctor who is free.
   *
   * @throws Refusal VALIDATION_FAILED for a field that is only for the desk, UNKNOWN_PATIENT, UNKNOWN_DOCTOR,
   *   UNKNOWN_TYPE, TYPE_REQUIRED, the rules that the time violates, or what `AnyDoctor` throws
   * @throws Unauthenticated TOKEN_REVOKED if the account was disabled or erased, or its session ended, meanwhile
   * @throws Unavailable if the database is too busy, or the outcome stays unknown
   */
  async book(context: AccountContext, command: NewBooking | NewBookingWithAny): Promise<Booking> {
    const { date, override, isNotifying } = command;
    assertForActor(context, { override, notify: isNotifying });
    // One uid for all attempts: `findOutcome` looks for it.
    const uid = randomUUID();
    let attempted: Place;
    const work = async (tx: EntityManager, attempt: number): Promise<Booking> => {
      const decision = await this.decisionOf(context, tx, command);
      // A doctor is chosen before the lock, too, and retries refuse before they lock. Otherwise many requests that will
      // be refused, on a date without a row, would each insert the row, roll back, and deadlock each other. Also learns
      // whether it reaches into other dates.
      const isKnown = attempt === 1 && 'doctorId' in command;
      attempted = isKnown ? { doctorId: command.doctorId, dates: [date] } : await decision.decide();
      const { doctorId, dates } = attempted;
      return this.bookIn(context, tx, uid, { ...command, doctorId }, { ...decision, dates });
    };
    const findOutcome = async (tx: EntityManager): Promise<Booking | undefined> => {
      await lockDay(tx, attempted.doctorId, date);
      return findBookingByUid(tx, uid);
    };
    const crowd = 'doctorId' in command ? dayKey(command.doctorId, date) : anyDayKey(date);
    return this.transaction.run(context, [crowd], work, findOutcome);
  }

  private async decisionOf(
    context: AccountContext,
    tx: EntityManager,
    command: NewBooking | NewBookingWithAny,
  ): Promise<Decision> {
    if ('doctorId' in command)
      return { isAny: false, decide: () => this.times.assertBookableFor(context, tx, command) };
    const candidates = await this.anyDoctor.candidates(tx, command);
    return {
      isAny: true,
      decide: () => this.anyDoctor.assertBookableFor(context, tx, command, candidates),
    };
  }

  /**
   * @param dates that the appointment probably reaches, with its buffers
   * @throws LostRace if by now another doctor would be chosen
   * @throws ChangedMeanwhile if it reaches others, or if a rule counts the patient's bookings and they are not locked
   */
  private async bookIn(
    context: AccountContext,
    tx: EntityManager,
    uid: string,
    command: NewBooking,
    { dates, decide, isAny }: Decision & Pick<Place, 'dates'>,
  ): Promise<Booking> {
    const { isNotifying = true } = command;
    const { actor } = context;
    const locks = await this.lock(tx, actor, command, dates);
    const bookable = await decide();
    if (bookable.doctorId !== command.doctorId) throw new LostRace();
    assertLocked(bookable, locks);
    const { dayVersion } = locks;
    const { availability, override, timezone, now } = bookable;
    const newBooking = newBookingOf(actor, uid, command, bookable);
    const inserted = insertBooking(tx, newBooking, { dayVersion, availability, override }, actor);
    const booking = await duplicateAs(() => (isAny ? new LostRace() : takenRefusal(newBooking)), inserted);
    if (!booking) {
      // The session may have ended, or the doctor or the patient be gone, since they were read: then these refuse.
      await this.sessions.lock(context, tx);
      const now = await decide();
      const isSame = now.doctorId === command.doctorId && now.timezone === timezone;
      throw isSame ? tokenRevoked() : new ChangedMeanwhile();
    }
    await this.changes.record(context, tx, booked(booking, now, { override, isNotifying }));
    return booking;
  }

  private async lock(
    tx: EntityManager,
    { id, role }: AccountActor,
    { doctorId, date, patientId, typeId }: NewBooking,
    dates: readonly string[],
  ): Promise<Locks & { readonly dayVersion: number }> {
    const isPatientLocked = await lockPatientSchedule(
      tx,
      { accountId: id, patientId, isAny: isDesk(role) },
      { isOnePlace: patientId !== undefined || typeId !== undefined, isBoundByLimits: !isDesk(role) },
    );
    const days = dates.map((each) => ({ doctorId, date: each }));
    const versionOf = await lockDays(tx, days);
    return { isPatientLocked, dates, dayVersion: versionOf({ doctorId, date }) };
  }
}

import {
  type BookingKind,
  REMINDER_KINDS,
  type ReminderKind,
  REMINDERS,
} from '../outbox/notification-kind.js';
import type { BookingNotification } from '../outbox/outbox.repository.js';
import { NOT_WANTED } from '../outbox/skip-reasons.js';
import type { EpochMs } from '../time/interval.js';
import type { Booking } from './booking.js';

/** What a notification announces of a booking. */
type Announced = Pick<Booking, 'id' | 'accountId' | 'doctorId' | 'version' | 'startsAt' | 'durationMinutes'>;

/** How a new time is confirmed. */
export interface Confirmation {
  /** When the confirmation may leave; by default now. */
  readonly dueAt?: EpochMs | undefined;
  /** False if the desk wants no email about it. The row in the ledger shows that. */
  readonly isNotifying?: boolean | undefined;
}

/**
 * The notifications of a booking that was made or rescheduled: the confirmation, and the reminders whose time is still
 * to come.
 */
export function notificationsForNewTime(
  kind: 'booked' | 'moved',
  booking: Announced,
  now: EpochMs,
  { dueAt: confirmationDueAt = now, isNotifying = true }: Confirmation = {},
): BookingNotification[] {
  const reminders = remindersOf(booking).filter(({ dueAt }) => dueAt > now);
  return [
    { ...notificationOf(kind, booking, confirmationDueAt), ...skippedUnless(isNotifying) },
    ...reminders,
  ];
}

function skippedUnless(isNotifying: boolean): Pick<BookingNotification, 'skipped'> {
  return isNotifying ? {} : { skipped: NOT_WANTED };
}

/** The reminders of a booking, past ones too. */
export function remindersOf(booking: Announced): BookingNotification[] {
  return REMINDER_KINDS.map((kind) => notificationOf(kind, booking, booking.startsAt - REMINDERS[kind]));
}

/** The kinds of reminder of a start that were not yet due at a moment. */
export function reminderKindsAfter(startsAt: EpochMs, moment: EpochMs): ReminderKind[] {
  return REMINDER_KINDS.filter((kind) => startsAt - REMINDERS[kind] > moment);
}

/** The notification that a booking was cancelled. */
export function cancellationNotification(
  booking: Announced,
  now: EpochMs,
  isNotifying: boolean,
): BookingNotification {
  return { ...notificationOf('cancelled', booking, now), ...skippedUnless(isNotifying) };
}

function notificationOf(kind: BookingKind, booking: Announced, dueAt: EpochMs): BookingNotification {
  return {
    accountId: booking.accountId,
    bookingId: booking.id,
    bookingVersion: booking.version,
    kind,
    doctorId: booking.doctorId,
    startsAt: booking.startsAt,
    durationMinutes: booking.durationMinutes,
    dueAt,
  };
}

import {
  type BookingKind,
  REMINDER_KINDS,
  type ReminderKind,
  REMINDERS,
} from '../outbox/notification-kind.js';
import type { BookingNotification } from '../outbox/outbox.repository.js';
import type { EpochMs } from '../time/interval.js';
import type { Booking } from './booking.js';

/** What a notification announces of a booking. */
type Announced = Pick<Booking, 'id' | 'patientId' | 'version' | 'startsAt' | 'durationMinutes'>;

/**
 * The notifications of a booking that was made or rescheduled: the confirmation, due now unless `confirmationDueAt`
 * says otherwise, and the reminders whose time is still to come.
 */
export function notificationsForNewTime(
  kind: 'booked' | 'moved',
  booking: Announced,
  now: EpochMs,
  confirmationDueAt: EpochMs = now,
): BookingNotification[] {
  const reminders = remindersOf(booking).filter(({ dueAt }) => dueAt > now);
  return [notificationOf(kind, booking, confirmationDueAt), ...reminders];
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
export function cancellationNotification(booking: Announced, now: EpochMs): BookingNotification {
  return notificationOf('cancelled', booking, now);
}

function notificationOf(kind: BookingKind, booking: Announced, dueAt: EpochMs): BookingNotification {
  return {
    accountId: booking.patientId,
    bookingId: booking.id,
    bookingVersion: booking.version,
    kind,
    startsAt: booking.startsAt,
    durationMinutes: booking.durationMinutes,
    dueAt,
  };
}

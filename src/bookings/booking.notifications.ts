import type { NewNotification } from '../outbox/outbox.repository.js';
import type { BookingKind } from '../outbox/notification-kind.js';
import type { EpochMs } from '../time/interval.js';
import type { Booking } from './booking.js';

const HOUR_MS = 3_600_000;

const REMINDERS: readonly { kind: BookingKind; beforeMs: number }[] = [
  { kind: 'reminder_24h', beforeMs: 24 * HOUR_MS },
  { kind: 'reminder_1h', beforeMs: HOUR_MS },
];

type Told = Pick<Booking, 'id' | 'version' | 'startsAt' | 'durationMinutes'>;

/**
 * What the patient is told when a booking is made or moved: the news, at once unless `newsDueAt` is later, and the
 * reminders whose moment is still to come.
 */
export function notificationsForNewTime(
  kind: 'booked' | 'moved',
  booking: Told,
  now: EpochMs,
  newsDueAt: EpochMs = now,
): NewNotification[] {
  return [
    notificationOf(kind, booking, newsDueAt),
    ...remindersOf(booking).filter(({ dueAt }) => dueAt > now),
  ];
}

/** The reminders of a booking, whether or not their moment has passed. */
export function remindersOf(booking: Told): NewNotification[] {
  return REMINDERS.map(({ kind, beforeMs }) => notificationOf(kind, booking, booking.startsAt - beforeMs));
}

/** What the patient is told when a booking is cancelled. */
export function cancellationNotification(booking: Told, now: EpochMs): NewNotification {
  return notificationOf('cancelled', booking, now);
}

function notificationOf(kind: BookingKind, booking: Told, dueAt: EpochMs): NewNotification {
  return {
    bookingId: booking.id,
    bookingVersion: booking.version,
    kind,
    startsAt: booking.startsAt,
    durationMinutes: booking.durationMinutes,
    dueAt,
  };
}

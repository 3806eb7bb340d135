import type { Change, SilentChange } from '../outbox/changes.js';
import type { EpochMs } from '../time/interval.js';
import type { Booking, BookingStatus, Override } from './booking.js';
import {
  cancellationNotification,
  type Confirmation,
  notificationsForNewTime,
} from './booking.notifications.js';
import { cancellations } from './booking.sql.js';

/** The event and the notifications that are recorded with each change of a booking. Pure. */

/** How a booking got its time. */
export interface Placement extends Confirmation {
  /** What stood against the time, and why the desk overrode it. */
  readonly override?: Override | undefined;
}

export function booked(booking: Booking, now: EpochMs, placement: Placement = {}): Change {
  const notifications = notificationsForNewTime('booked', booking, now, placement);
  return { ...placementEvent('booked', booking, placement), notifications };
}

export function rescheduled(booking: Booking, now: EpochMs, placement: Placement = {}): Change {
  const notifications = notificationsForNewTime('moved', booking, now, placement);
  return { ...placementEvent('moved', booking, placement), notifications };
}

export function cancelled(booking: Booking, now: EpochMs, isNotifying = true): Change {
  const notifications = [cancellationNotification(booking, now, isNotifying)];
  return { ...eventOf('cancelled', booking), reason: booking.cancelReason, notifications };
}

/** @param reason required for a step back */
export function statusSet(booking: Booking, before: BookingStatus, reason: string | undefined): Change {
  const particulars = { doctor_id: booking.doctorId, before, status: booking.status };
  return { action: 'booking.status_set', subjectId: booking.id, particulars, reason };
}

/** Only the note changed. The event does not hold the note. */
export function annotated({ id, doctorId }: Booking): Change {
  return { action: 'booking.annotated', subjectId: id, particulars: { doctor_id: doctorId } };
}

/** The cancellation of all bookings of an account's patients that have not started, without emails. */
export function allCancelled(accountId: number, now: EpochMs, reason: string): SilentChange {
  const rows = cancellations(accountId, now);
  return { action: 'booking.cancelled', kind: 'cancelled', accountId, reason, ...rows };
}

function placementEvent(what: 'booked' | 'moved', booking: Booking, { override }: Placement): Change {
  const event = eventOf(what, booking);
  if (!override) return event;
  const particulars = { ...event.particulars, overridden: override.rules.join(' ') };
  return { ...event, particulars, reason: override.reason };
}

function eventOf(what: 'booked' | 'moved' | 'cancelled', booking: Booking): Change {
  const { id, doctorId, date, time, durationMinutes } = booking;
  return {
    action: `booking.${what}`,
    subjectId: id,
    particulars: { doctor_id: doctorId, date, time, duration: durationMinutes },
  };
}

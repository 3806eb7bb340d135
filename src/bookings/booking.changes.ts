import type { Change, SilentChange } from '../outbox/changes.js';
import type { EpochMs } from '../time/interval.js';
import type { Booking } from './booking.js';
import { cancellationNotification, notificationsForNewTime } from './booking.notifications.js';
import { cancellations } from './booking.sql.js';

/** The event and the notifications that are recorded with each change of a booking. Pure. */

export function booked(booking: Booking, now: EpochMs): Change {
  return { ...eventOf('booked', booking), notifications: notificationsForNewTime('booked', booking, now) };
}

/** @param confirmationDueAt when the email about the new time may leave */
export function rescheduled(booking: Booking, now: EpochMs, confirmationDueAt: EpochMs): Change {
  const notifications = notificationsForNewTime('moved', booking, now, confirmationDueAt);
  return { ...eventOf('moved', booking), notifications };
}

export function cancelled(booking: Booking, now: EpochMs): Change {
  return { ...eventOf('cancelled', booking), notifications: [cancellationNotification(booking, now)] };
}

/** The cancellation of all of a patient's live bookings that have not started, without emails. */
export function allCancelled(patientId: number, now: EpochMs, reason: string): SilentChange {
  const rows = cancellations(patientId, now);
  return { action: 'booking.cancelled', kind: 'cancelled', accountId: patientId, reason, ...rows };
}

function eventOf(
  what: 'booked' | 'moved' | 'cancelled',
  booking: Booking,
): Pick<Change, 'action' | 'subjectId' | 'particulars'> {
  const { id, doctorId, date, time, durationMinutes } = booking;
  return {
    action: `booking.${what}`,
    subjectId: id,
    particulars: { doctor_id: doctorId, date, time, duration: durationMinutes },
  };
}

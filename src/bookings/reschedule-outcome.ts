import type { EntityManager } from 'typeorm';
import { hasNotification } from '../outbox/booking-notification.repository.js';
import type { Booking } from './booking.js';
import { isAt } from './booking.refusals.js';
import { findBooking } from './booking.repository.js';

/**
 * Whether our reschedule was committed. A later change of the booking does not matter: repeating ours would undo it. An
 * equal reschedule by somebody else counts as ours, because ours would change nothing.
 */
export async function hasTakenEffect(
  tx: EntityManager,
  attempted: Booking,
  accountId: number,
): Promise<boolean> {
  const found = await findBooking(tx, attempted.id, accountId);
  if (!found || found.version < attempted.version) return false;
  if (found.version === attempted.version) return isSame(found, attempted);
  const { id: bookingId, version: bookingVersion, startsAt, durationMinutes } = attempted;
  return hasNotification(tx, { bookingId, bookingVersion, kind: 'moved', startsAt, durationMinutes });
}

function isSame(found: Booking, attempted: Booking): boolean {
  return (
    isAt(found, attempted) &&
    found.doctorId === attempted.doctorId &&
    found.typeId === attempted.typeId &&
    found.note === attempted.note
  );
}

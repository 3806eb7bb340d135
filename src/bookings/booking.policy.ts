import type { Actor } from '../http/context.js';
import type { Booking } from './booking.js';
import { bookingNotFound } from './booking.refusals.js';

/** Whether the actor may book for the patient: patients book for themselves. */
export function mayBookFor({ id }: Pick<Actor, 'id'>, patientId: number): boolean {
  return id === patientId;
}

/** Whether the actor may change the booking: its patient may, until it is cancelled. */
export function mayChange(
  actor: Pick<Actor, 'id'>,
  booking: Pick<Booking, 'patientId' | 'status'> | undefined,
): boolean {
  return booking?.status === 'booked' && mayBookFor(actor, booking.patientId);
}

/**
 * Asserts that the actor may change the booking. The refusal does not reveal whether another patient's booking exists.
 *
 * @throws Refusal BOOKING_NOT_FOUND
 */
export function assertMayChange(
  actor: Pick<Actor, 'id'>,
  booking: Booking | undefined,
): asserts booking is Booking {
  if (!mayChange(actor, booking)) throw bookingNotFound();
}

import type { AccountActor } from '../http/context.js';
import type { BookableBooking, RequestedAppointment } from './bookable-times.js';
import type { Booking } from './booking.js';
import type { BookableTime } from './booking.refusals.js';
import type { NewBooking } from './bookings.service.js';

/** A booking to insert. */
export function newBookingOf(
  { id: bookedBy, role }: AccountActor,
  uid: string,
  command: NewBooking,
  bookable: BookableBooking,
): Omit<Booking, 'id'> {
  const { id: patientId, accountId, givenName, familyName } = bookable.patient;
  return {
    uid,
    patientId,
    accountId,
    givenName,
    familyName,
    ...placeOf(command, bookable),
    status: 'booked',
    version: 1,
    edits: 0,
    note: command.note ?? null,
    bookedBy,
    bookedByRole: role!,
    cancelledByRole: null,
    cancelReason: null,
    createdAt: bookable.now,
  };
}

/** The booking with its new doctor and time. */
export function movedTo<B extends Booking>(
  booking: B,
  requested: RequestedAppointment,
  bookable: BookableTime,
): B {
  return { ...booking, ...placeOf(requested, bookable), version: booking.version + 1 };
}

function placeOf(
  { doctorId, date, time, durationMinutes }: RequestedAppointment,
  { appointment: { start: startsAt, end: endsAt }, isOverbooked, timezone }: BookableTime,
) {
  return { doctorId, date, time, durationMinutes, startsAt, endsAt, isOverbooked, timezone };
}

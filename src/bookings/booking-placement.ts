import type { AccountActor } from '../http/context.js';
import type { BookableBooking } from './bookable-times.js';
import type { BookableAppointment } from './booking-evaluation.js';
import type { Booking } from './booking.js';
import type { NewBooking } from './bookings.service.js';
import type { RequestedAppointment } from './requested-type.js';

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
    ...typeOf(bookable),
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

/** The booking with its new doctor, time and type. A type that stays is kept as it was. */
export function movedTo<B extends Booking>(
  booking: B,
  requested: RequestedAppointment,
  bookable: BookableAppointment,
): B {
  const hasNewType = booking.typeId !== (bookable.type?.id ?? null);
  return {
    ...booking,
    ...placeOf(requested, bookable),
    ...(hasNewType && typeOf(bookable)),
    version: booking.version + 1,
  };
}

function placeOf({ doctorId, date, time }: RequestedAppointment, bookable: BookableAppointment) {
  const { appointment, durationMinutes, bufferBefore, bufferAfter, isOnePlace } = bookable;
  const { isOverbooked, timezone } = bookable;
  return {
    ...{ doctorId, date, time, durationMinutes, bufferBefore, bufferAfter, isOnePlace },
    ...{ startsAt: appointment.start, endsAt: appointment.end, isOverbooked, timezone },
  };
}

function typeOf({ type }: BookableAppointment): Pick<Booking, 'typeId' | 'typeCode' | 'typeName'> {
  return { typeId: type?.id ?? null, typeCode: type?.code ?? null, typeName: type?.name ?? null };
}

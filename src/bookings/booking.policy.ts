import { isDesk } from '../auth/role.js';
import type { Actor } from '../http/context.js';
import { type Booking, BOOKING_STATUSES, type BookingStatus } from './booking.js';
import { actionNotPossible, bookingNotFound, onlyForDesk } from './booking.refusals.js';

/** A booking, with the relation of the actor's account to it. */
export interface SeenBooking extends Booking {
  /** Whether the account manages the booking's patient, or has accepted the patient. */
  readonly isOwn: boolean;
  /** Whether the booking is with the doctor of the account. */
  readonly isOwnDoctor: boolean;
}

/** In which capacity somebody acts on a booking. */
export type Party = 'patient' | 'doctor' | 'desk';

/** Cancelling before the start, and rescheduling to the same date, are possible in more statuses. */
export type BookingAction =
  | 'see'
  | 'see events'
  | 'reschedule'
  | 'reschedule within the day'
  | 'change the note'
  | 'cancel'
  | 'cancel before it starts'
  | 'set status';

const OPEN: readonly BookingStatus[] = ['booked', 'arrived'];
/** What has not started took no place: it was set to `fulfilled` by mistake. */
const NOT_STARTED: readonly BookingStatus[] = [...OPEN, 'fulfilled'];
const NOT_CANCELLED = BOOKING_STATUSES.filter((status) => status !== 'cancelled');

/** The statuses of a booking in which each party may do what. Anything not listed is refused. */
export const ALLOWED: Readonly<Record<Party, Partial<Record<BookingAction, readonly BookingStatus[]>>>> = {
  patient: {
    see: BOOKING_STATUSES,
    reschedule: ['booked'],
    'reschedule within the day': ['booked'],
    cancel: ['booked'],
    'cancel before it starts': ['booked'],
  },
  doctor: {
    see: BOOKING_STATUSES,
    'see events': BOOKING_STATUSES,
    cancel: OPEN,
    'cancel before it starts': NOT_STARTED,
    'set status': BOOKING_STATUSES,
  },
  desk: {
    see: BOOKING_STATUSES,
    'see events': BOOKING_STATUSES,
    reschedule: ['booked'],
    'reschedule within the day': OPEN,
    'change the note': NOT_CANCELLED,
    cancel: OPEN,
    'cancel before it starts': NOT_STARTED,
    'set status': BOOKING_STATUSES,
  },
};

type Related = Pick<SeenBooking, 'isOwn' | 'isOwnDoctor'>;

/** The capacities in which an actor may act on a booking; none for a booking that it must not know of. */
export function partiesOf({ role }: Pick<Actor, 'role'>, { isOwn, isOwnDoctor }: Related): Party[] {
  return [
    ...(isDesk(role) ? (['desk'] as const) : []),
    ...(isOwnDoctor && role === 'doctor' ? (['doctor'] as const) : []),
    ...(isOwn ? (['patient'] as const) : []),
  ];
}

/** What somebody who sends these fields does to a booking. */
export function changeOf(
  sent: Partial<Pick<Booking, 'date' | 'time' | 'durationMinutes' | 'doctorId' | 'typeId'>>,
  booking: Pick<Booking, 'date'> | undefined,
): BookingAction {
  const { date, time, durationMinutes, doctorId, typeId } = sent;
  const fields = [date, time, durationMinutes, doctorId, typeId];
  if (fields.every((field) => field === undefined)) return 'change the note';
  return date === undefined || date === booking?.date ? 'reschedule within the day' : 'reschedule';
}

/** Whether the actor may read this of the booking, whatever its status. */
export function maySee(actor: Pick<Actor, 'role'>, action: BookingAction, booking: Related): boolean {
  return partiesOf(actor, booking).some((party) => ALLOWED[party][action] !== undefined);
}

/** Whether the actor may book for a patient: their own, or any for the desk. */
export function mayBookFor({ role }: Pick<Actor, 'role'>, { isOwn }: { readonly isOwn: boolean }): boolean {
  return isOwn || isDesk(role);
}

/**
 * Asserts that the actor may send these fields: only the desk may.
 *
 * @throws Refusal VALIDATION_FAILED
 */
export function assertForActor(
  { actor }: { readonly actor: Pick<Actor, 'role'> },
  fields: Readonly<Record<string, unknown>>,
): void {
  const sent = Object.keys(fields).filter((field) => fields[field] !== undefined);
  if (sent.length > 0 && !isDesk(actor.role)) throw onlyForDesk(sent);
}

/**
 * Asserts that the actor may do this to the booking. The refusal does not reveal whether a booking exists that the actor
 * must not know of.
 *
 * @param parties only in these capacities
 * @throws Refusal BOOKING_NOT_FOUND, also for a cancelled booking; STATUS_NOT_POSSIBLE
 */
export function assertMay(
  actor: Pick<Actor, 'role'>,
  action: BookingAction,
  booking: SeenBooking | undefined,
  parties: readonly Party[] = ['desk', 'doctor', 'patient'],
): asserts booking is SeenBooking {
  if (!booking) throw bookingNotFound();
  const statuses = partiesOf(actor, booking)
    .filter((party) => parties.includes(party))
    .flatMap((party) => ALLOWED[party][action] ?? []);
  if (statuses.includes(booking.status)) return;
  if (statuses.length === 0 || booking.status === 'cancelled') throw bookingNotFound();
  const isByClinic = partiesOf(actor, booking).some(
    (party) => party !== 'patient' && parties.includes(party),
  );
  throw actionNotPossible(booking.status, action, isByClinic);
}

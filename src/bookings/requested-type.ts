import { unknownType } from '../appointment-types/appointment-type.refusals.js';
import type { EvaluatedFor } from '../availability/rules/rule.js';
import { isDesk } from '../auth/role.js';
import { Refusal } from '../errors/domain-error.js';
import type { Actor } from '../http/context.js';
import type { Override } from './booking.js';
import type { RequestedTime } from './booking.refusals.js';
import type { ScheduleRead } from './schedule.reader.js';

const DEFAULT_MINUTES = 30;

/** A length, or a type that has one. Without either 30 minutes. */
export interface RequestedLength {
  readonly durationMinutes?: number | undefined;
  readonly typeId?: number | undefined;
}

/** The starts of a doctor's date that somebody asks for. */
export interface RequestedSlots extends RequestedLength {
  readonly doctorId: number;
  readonly date: string;
  /** By default the actor's own patient. */
  readonly patientId?: number | undefined;
}

/** A time with a doctor. */
export interface RequestedAppointment extends RequestedLength, Omit<RequestedTime, 'durationMinutes'> {
  readonly doctorId: number;
  /** What the desk overrides, and why. */
  readonly override?: Override | undefined;
}

/** The length of a requested appointment. */
export function durationOf(
  { durationMinutes = DEFAULT_MINUTES }: RequestedLength,
  { parameters }: EvaluatedFor,
): number {
  return parameters.durationMinutes ?? durationMinutes;
}

/**
 * Asserts that the requested type exists for the actor, and that there is one if the clinic requires that. To patients a
 * type of the desk does not exist.
 *
 * @param isBooked whether it is about a booking that there is already, which may stay without a type
 * @throws Refusal UNKNOWN_TYPE, TYPE_REQUIRED
 */
export function assertMaySee(
  { role }: Actor,
  { type, clinic }: Pick<ScheduleRead, 'type' | 'clinic'>,
  typeId: number | undefined,
  { isBooked = false }: { readonly isBooked?: boolean } = {},
): void {
  if (typeId !== undefined && (!type || (type.audience === 'staff' && !isDesk(role))))
    throw unknownType(typeId);
  if (typeId === undefined && clinic.typeRequired && !isBooked && !isDesk(role)) throw typeRequired();
}

/** The clinic takes no bookings without a type; a booking with any doctor needs one, too. */
export function typeRequired(): Refusal {
  const message = 'Choose an appointment type and send its id as type_id.';
  return new Refusal('TYPE_REQUIRED', message, [{ field: 'type_id', message }]);
}

/** The type says how long an appointment is. */
export function durationBesideType(): Refusal {
  const message = 'duration cannot be sent for an appointment of a type, which has its own';
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'duration', message }]);
}

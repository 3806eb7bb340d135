import { notOffered } from '../../availability/rules/not-offered.js';
import type { Violation } from '../../availability/rules/rule.js';
import { Refusal } from '../../errors/domain-error.js';
import { refusalOf, type RequestedTime } from '../booking.refusals.js';

/** `specialty` narrows the choice of a doctor, and there is none. */
export function specialtyWithDoctor(): Refusal {
  const message = 'specialty can only be sent with doctor_id "any"';
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'specialty', message }]);
}

/** No active doctor offers the type. */
export function offeredByNobody(requested: RequestedTime): Refusal {
  const message = 'No doctor offers appointments of this type. Choose another type.';
  return refusalOf([{ ...notOffered, message: () => message }], requested);
}

/**
 * No doctor is free.
 *
 * @param standing the violations that are the same with every doctor
 */
export function nobodyFree(requested: RequestedTime, standing: readonly Violation[]): Refusal {
  if (standing.length > 0) return refusalOf(standing, requested);
  const { date, time } = requested;
  return new Refusal('NO_DOCTOR_FREE', `No doctor is free at ${time} on ${date}. Choose another time.`);
}

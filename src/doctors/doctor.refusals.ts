import { NotFound, Refusal } from '../errors/domain-error.js';

/** For the doctor of a path. */
export function doctorNotFound(id: number): NotFound {
  return new NotFound('DOCTOR_NOT_FOUND', `Doctor ${id} not found.`);
}

/** For the doctor of a body or a query. */
export function unknownDoctor(doctorId: number): Refusal {
  const message = `Doctor ${doctorId} not found.`;
  return new Refusal('UNKNOWN_DOCTOR', message, [{ field: 'doctor_id', message }]);
}

import { NotFound, Refusal } from '../errors/domain-error.js';

/** For a type of a body or a query that does not exist, or not for this actor. */
export function unknownType(typeId: number, field = 'type_id'): Refusal {
  const message = `Appointment type ${typeId} not found.`;
  return new Refusal('UNKNOWN_TYPE', message, [{ field, message }]);
}

/** For the type of a path. */
export function typeNotFound(id: number): NotFound {
  return new NotFound('TYPE_NOT_FOUND', `Appointment type ${id} not found.`);
}

export function codeTaken(code: string): Refusal {
  const message = `Another appointment type has the code ${code}. Choose another code.`;
  return new Refusal('TYPE_CODE_TAKEN', message, [{ field: 'code', message }]);
}

export function tooManyTypes(most: number): Refusal {
  return new Refusal(
    'TOO_MANY_TYPES',
    `There are ${most} appointment types already. Change one that is no longer used.`,
  );
}

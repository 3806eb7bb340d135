import { Refusal } from '../errors/domain-error.js';

/** For fields of which each is right, but which do not fit together. */
export function wrong(field: string, what: string): Refusal {
  const message = `${field} ${what}`;
  return new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
}

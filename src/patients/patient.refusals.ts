import { shownAddress } from '../config/mail-address.js';
import { Conflict, NotFound, Refusal } from '../errors/domain-error.js';
import type { ProblemMembers } from '../errors/problem-members.js';
import { emailOf, MAX_DEPENDANTS, type PatientRecord } from './patient.js';

/** An invalid field of a request, by its name on the wire. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/**
 * The one answer for a patient that the actor must not know of and one that does not exist.
 *
 * @param mergedInto the patient that has taken over, for the desk
 */
export function patientNotFound(mergedInto?: number | null): NotFound {
  return new NotFound(
    'PATIENT_NOT_FOUND',
    'Patient not found.',
    mergedInto ? { merged_into: mergedInto } : {},
  );
}

export function invalidFields(errors: readonly FieldError[]): Refusal {
  return new Refusal('VALIDATION_FAILED', errors.map(({ message }) => message).join('; '), errors);
}

export function required(field: string): FieldError {
  return { field, message: `${field} is required` };
}

/** The refusal of fields that only the desk may send. */
export function onlyForDesk(fields: readonly string[]): Refusal {
  return invalidFields(fields.map((field) => ({ field, message: `${field} is only for the front desk` })));
}

export function tooManyDependants(): Refusal {
  return new Refusal(
    'TOO_MANY_DEPENDANTS',
    `You have ${MAX_DEPENDANTS} dependants already, which is the most. Ask the front desk for help.`,
  );
}

/** @param candidates the patients who are probably the same person */
export function possibleDuplicate(candidates: readonly PatientRecord[]): Conflict {
  return new Conflict(
    'POSSIBLE_DUPLICATE',
    'This person may be a patient already. Compare them with the candidates, and repeat the request with their ids in not_duplicate_of if it is somebody else.',
    { candidates: candidates.map(candidateOf) },
  );
}

function candidateOf(patient: PatientRecord): NonNullable<ProblemMembers['candidates']>[number] {
  const { id, givenName, familyName, birthDate, phone } = patient;
  const email = emailOf(patient);
  return {
    id,
    given_name: givenName,
    family_name: familyName,
    birth_date: birthDate,
    phone,
    email: email && shownAddress(email),
  };
}

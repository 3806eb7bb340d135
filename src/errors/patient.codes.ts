import type { ErrorCodeInfo } from './error-code-info.js';

/** Errors about patients. */
export const PATIENT_CODES = {
  PATIENT_NOT_FOUND: {
    answers: { 404: 'Patient not found.' },
    action: 'Read the list of patients again.',
  },
  POSSIBLE_DUPLICATE: {
    answers: {
      409: 'This person may be a patient already. Compare them with the candidates, and repeat the request with their ids in not_duplicate_of if it is somebody else.',
    },
    action:
      'Show `candidates`. Use the patient that is meant, or send the request again with the ids of all candidates as `not_duplicate_of`.',
  },
  TOO_MANY_DEPENDANTS: {
    answers: { 400: 'You have 10 dependants already, which is the most. Ask the front desk for help.' },
    action: 'Offer no further dependants; the front desk can enter the person.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

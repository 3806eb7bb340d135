import type { ErrorCodeInfo } from './error-code-info.js';

/** Errors about patients. */
export const PATIENT_CODES = {
  PATIENT_NOT_FOUND: {
    answers: { 404: 'Patient not found.' },
    action: 'Read the list of patients again.',
  },
  PATIENT_HAS_ACCOUNT: {
    answers: { 400: 'This patient has an account of their own already.' },
    action: 'Read the patient again: `relation` is `self`.',
  },
  PATIENT_WITHOUT_EMAIL: {
    answers: { 400: 'This patient has no email of their own. Enter it first.' },
    action: 'Enter the email of the patient first (`PATCH /api/patients/:id`).',
  },
  MERGE_NOT_POSSIBLE: {
    answers: { 400: 'A patient cannot be merged into itself, nor into one that was merged already.' },
    action: 'Read both patients again, and choose two that are different and present.',
  },
  BOTH_HAVE_ACCOUNTS: {
    answers: {
      400: 'Both patients have accounts, so they cannot be merged. Keep both, and book for one of them.',
    },
    action: 'Keep both patients, and book for one of them.',
  },
  STAFF_PATIENT: {
    answers: {
      400: 'This patient is the owner of an account that works for the clinic. Make it an account of role user first.',
    },
    action: 'Change the role of the account first, or have its owner erase it.',
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

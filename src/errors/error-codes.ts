import { ACCESS_CODES } from './access.codes.js';
import { ACCOUNT_CODES } from './account.codes.js';
import { APPOINTMENT_CODES } from './appointment.codes.js';
import type { ErrorCodeInfo } from './error-code-info.js';
import { PATIENT_CODES } from './patient.codes.js';
import { REQUEST_CODES } from './request.codes.js';
import { RULE_CODES } from './rule.codes.js';
import { TYPE_CODES } from './type.codes.js';

/**
 * Every `code` that an error of the API can have. `DomainError` accepts no other; the enum in the OpenAPI document and
 * the table in docs/errors.md list them.
 */
const CODES = {
  ...REQUEST_CODES,
  ...ACCESS_CODES,
  ...ACCOUNT_CODES,
  ...APPOINTMENT_CODES,
  ...PATIENT_CODES,
  ...RULE_CODES,
  ...TYPE_CODES,
} as const;

export type ErrorCode = keyof typeof CODES;

export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeInfo>> = CODES;

/** The HTTP statuses of a code. */
export function statusesOf(code: ErrorCode): readonly number[] {
  return Object.keys(ERROR_CODES[code].answers).map(Number);
}

import { ACCESS_CODES } from './access.codes.js';
import { ACCOUNT_CODES } from './account.codes.js';
import { APPOINTMENT_CODES } from './appointment.codes.js';
import type { ErrorCodeInfo } from './error-code-info.js';
import { REQUEST_CODES } from './request.codes.js';

/**
 * Every `code` that an error of the API can have. `DomainError` takes no other; the enum of the OpenAPI document and the
 * table in docs/errors.md are made of it.
 */
const CODES = { ...REQUEST_CODES, ...ACCESS_CODES, ...ACCOUNT_CODES, ...APPOINTMENT_CODES } as const;

export type ErrorCode = keyof typeof CODES;

export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeInfo>> = CODES;

/** The statuses that a code comes with. */
export function statusesOf(code: ErrorCode): readonly number[] {
  return Object.keys(ERROR_CODES[code].answers).map(Number);
}

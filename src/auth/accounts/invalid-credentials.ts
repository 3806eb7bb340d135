import { Refusal } from '../../errors/domain-error.js';

/** A failed log-in, with one text for all reasons. */
export class InvalidCredentials extends Refusal {
  /** @param accountId the account of the email, if there is one: for the audit trail, never for the answer */
  constructor(readonly accountId?: number) {
    super('INVALID_CREDENTIALS', 'Invalid credentials');
  }
}

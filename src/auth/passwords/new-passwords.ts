import { Injectable } from '@nestjs/common';
import { ClinicEnvironment } from '../../config/clinic.environment.js';
import { passwordInputs } from './password-inputs.js';
import { Refusal } from '../../errors/domain-error.js';
import { NEW_PASSWORD_RULE, PasswordChecker } from '../../http/password-checker.js';
import { PasswordHasher } from './password-hasher.js';

/** Refuses common passwords. The check takes up to 100 ms, so it runs after the request's validation. */
@Injectable()
export class NewPasswords extends PasswordChecker {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly environment: ClinicEnvironment,
  ) {
    super();
  }

  /**
   * Call it after rate limiting and outside a transaction.
   *
   * @param email of the account: attackers try its parts first, and the clinic's name and city
   * @param field of the request that contains the password
   * @throws Refusal VALIDATION_FAILED for a common password
   * @throws Unavailable when too many passwords are waiting
   */
  async assertNotCommon(password: string, email: string, field = 'password'): Promise<void> {
    if (!(await this.isCommon(password, email))) return;
    const message = `${field} ${NEW_PASSWORD_RULE}`;
    throw new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
  }

  override isCommon(password: string, email: string): Promise<boolean> {
    const { CLINIC_NAME, CLINIC_TIMEZONE } = this.environment;
    return this.hasher.isCommon(password, passwordInputs(email, CLINIC_NAME, CLINIC_TIMEZONE));
  }
}

import { Injectable } from '@nestjs/common';
import { isCommonPassword } from '../../config/common-passwords.js';
import { Environment } from '../../config/environment.js';
import { asKept } from '../../config/password-form.js';
import { Refusal } from '../../http/domain-error.js';
import { NEW_PASSWORD_MESSAGE } from '../../http/fields.js';
import { passwordInputs } from '../../config/password-inputs.js';

/** Judges new passwords by what an attacker knows of the account: the rest of what they must be is checked by the field. */
@Injectable()
export class PasswordRules {
  constructor(private readonly environment: Environment) {}

  /**
   * @param field what the request calls the password
   * @throws Refusal VALIDATION_FAILED, as for one of the most common passwords
   */
  assertHardToGuess(field: string, password: string, email: string): void {
    const inputs = passwordInputs(email, this.environment.CLINIC_NAME);
    if (!isCommonPassword(asKept(password), inputs)) return;
    const message = `${field} ${NEW_PASSWORD_MESSAGE}`;
    throw new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
  }
}

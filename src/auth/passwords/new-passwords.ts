import { Injectable } from '@nestjs/common';
import { ClinicEnvironment } from '../../config/clinic.environment.js';
import { passwordInputs } from './password-inputs.js';
import { Refusal } from '../../errors/domain-error.js';
import { NEW_PASSWORD_RULE, PasswordJudge } from '../../http/password-judge.js';
import { PasswordHasher } from './password-hasher.js';

/** Judges passwords that people choose. Their shape is part of the request's; this is what costs time. */
@Injectable()
export class NewPasswords extends PasswordJudge {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly environment: ClinicEnvironment,
  ) {
    super();
  }

  /**
   * Call it after the request was counted and before a transaction begins.
   *
   * @param email of the account: its parts are tried first, as the clinic's name is
   * @param field of the request that holds the password
   * @throws Refusal VALIDATION_FAILED for a password that is tried first
   * @throws Unavailable when too many passwords are waiting
   */
  async judge(password: string, email: string, field = 'password'): Promise<void> {
    if (!(await this.isCommon(password, email))) return;
    const message = `${field} ${NEW_PASSWORD_RULE}`;
    throw new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
  }

  override isCommon(password: string, email: string): Promise<boolean> {
    return this.hasher.isCommon(password, passwordInputs(email, this.environment.CLINIC_NAME));
  }
}

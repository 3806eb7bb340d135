import { Injectable } from '@nestjs/common';
import { Refusal } from '../../http/domain-error.js';
import { NEW_PASSWORD_RULE } from '../../http/fields.js';
import { PasswordHasher } from './password-hasher.js';

/** Judges passwords that people choose. Their shape is part of the request's; this is what costs time. */
@Injectable()
export class NewPasswords {
  constructor(private readonly hasher: PasswordHasher) {}

  /**
   * Call it after the request was counted and before a transaction begins.
   *
   * @param userInputs words that an attacker tries for this person, such as the address
   * @param field of the request that holds the password
   * @throws Refusal VALIDATION_FAILED for one of the most common passwords
   * @throws Unavailable when too many passwords are waiting
   */
  async judge(password: string, userInputs: readonly string[], field = 'password'): Promise<void> {
    if (!(await this.hasher.isCommon(password, userInputs))) return;
    const message = `${field} ${NEW_PASSWORD_RULE}`;
    throw new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
  }
}

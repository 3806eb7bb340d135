import { Injectable } from '@nestjs/common';
import { Refusal } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { SecondFactors } from './second-factor/second-factors.service.js';

/** The credentials that a logged-in client sends again with a sensitive request. */
export interface Proof {
  readonly password: string | undefined;
  /** The code of the authenticator, if the account has a second factor. */
  readonly code: string | undefined;
}

/** Checks the credentials of a logged-in client again before a sensitive change, because its token may be stolen. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly passwords: PasswordsService,
    private readonly secondFactors: SecondFactors,
  ) {}

  /**
   * @throws Refusal PASSWORD_REQUIRED, WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG
   * @throws TooManyRequests after too many attempts
   */
  async confirm({ actor }: AccountContext, { password, code }: Proof): Promise<void> {
    if (password === undefined) throw passwordRequired();
    await this.secondFactors.check(actor, await this.passwords.confirm(actor, password), code, 'your_code');
  }

  /**
   * Checks the password even if the request does not need one. Otherwise a token thief could test passwords: an
   * idempotency key replays the answer of the earlier request only if the body, including the password, is the same.
   *
   * @throws Refusal WRONG_PASSWORD
   * @throws TooManyRequests after too many attempts
   */
  async confirmIfGiven({ actor }: AccountContext, { password }: Proof): Promise<void> {
    if (password !== undefined) await this.passwords.confirm(actor, password);
  }
}

/** The field is `your_password` because `password` is the new account's in some of these requests. */
export function passwordRequired(): Refusal {
  const message = 'This needs your own password too. Send it as your_password.';
  return new Refusal('PASSWORD_REQUIRED', message, [{ field: 'your_password', message }]);
}

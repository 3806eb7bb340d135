import { Injectable } from '@nestjs/common';
import { Refusal } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { SecondFactors } from './second-factor/second-factors.service.js';

/** What the owner of a session types once more, in the request that needs it. */
export interface Proof {
  readonly password: string | undefined;
  /** The digits, where the account has a second factor. */
  readonly code: string | undefined;
}

/** Has somebody who is logged in show once more who they are, because a token can be stolen. */
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
  async confirm({ actor: { id } }: AccountContext, { password, code }: Proof): Promise<void> {
    if (password === undefined) throw passwordRequired();
    await this.secondFactors.check(await this.passwords.confirm(id, password), code, 'your_code');
  }

  /**
   * Checks a password that came with a request that needs none. Otherwise a thief of the token could learn whether it is
   * right: the key of an earlier request replays that one's answer for the right password alone.
   *
   * @throws Refusal WRONG_PASSWORD
   * @throws TooManyRequests after too many attempts
   */
  async confirmGiven({ actor: { id } }: AccountContext, { password }: Proof): Promise<void> {
    if (password !== undefined) await this.passwords.confirm(id, password);
  }
}

/** Names the fields as every request does that asks for a proof: `password` is the new account's in some of them. */
export function passwordRequired(): Refusal {
  const message = 'This needs your own password too. Send it as your_password.';
  return new Refusal('PASSWORD_REQUIRED', message, [{ field: 'your_password', message }]);
}

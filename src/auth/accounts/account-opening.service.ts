import { Injectable } from '@nestjs/common';
import type { AccountContext } from '../../http/context.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import { NewPasswords } from '../passwords/new-passwords.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { type Proof, Reauthentication } from '../reauthentication.js';
import type { PublicAccount } from './account.entity.js';
import { AccountsService, type NewAccount } from './accounts.service.js';
import { Invitations } from './invitations.service.js';

/** Opens accounts on behalf of admins. */
@Injectable()
export class AccountOpening {
  constructor(
    private readonly accounts: AccountsService,
    private readonly invitations: Invitations,
    private readonly reauthentication: Reauthentication,
    private readonly newPasswords: NewPasswords,
    private readonly hasher: PasswordHasher,
    private readonly requests: IdempotentRequests,
  ) {}

  /**
   * With a password, the admin vouches for the address. Without one, its owner gets an invitation by email.
   *
   * @throws Refusal EMAIL_TAKEN, VALIDATION_FAILED, and those of `Reauthentication` for an admin's account
   */
  async open(
    context: AccountContext,
    account: Omit<NewAccount, 'password'> & { readonly password?: string | undefined },
    proof: Proof,
  ): Promise<PublicAccount> {
    const { password, email, role } = account;
    const prepare = async (): Promise<string | undefined> => {
      if (password !== undefined) await this.newPasswords.assertNotCommon(password, email);
      if (role === 'admin') await this.reauthentication.confirm(context, proof);
      else await this.reauthentication.confirmIfGiven(context, proof);
      return password === undefined ? undefined : this.hasher.hash(password);
    };
    return this.requests.onceAfter(context, prepare, (tx, passwordHash) =>
      passwordHash === undefined
        ? this.invitations.openIn(context, tx, account)
        : this.accounts.openIn(context, tx, account, passwordHash),
    );
  }
}

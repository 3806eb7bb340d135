import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Refusal } from '../../errors/domain-error.js';
import { AccountLinks } from './account-links.js';
import type { Account, PublicAccount } from './account.entity.js';
import { RequestedLinks } from './requested-links.js';

/** Verifies the addresses of people who register, if the configuration requires it. */
@Injectable()
export class AddressVerification {
  constructor(
    private readonly links: AccountLinks,
    private readonly requested: RequestedLinks,
    private readonly environment: ApiEnvironment,
  ) {}

  /** Mails the first link to a newly registered account. */
  async begin(tx: EntityManager, account: PublicAccount): Promise<void> {
    if (this.environment.EMAIL_VERIFICATION_REQUIRED) await this.links.mail(tx, account, 'verify_address');
  }

  /** Mails another link if the address has an unverified account. Does not reveal whether it has one. */
  async sendAgain(email: string): Promise<void> {
    const accounts = { verifiedAt: IsNull(), disabledAt: IsNull() };
    await this.requested.mail(email, { kind: 'verify_address', accounts });
  }

  /** @throws Refusal EMAIL_NOT_VERIFIED; call it only after the password was right, so that it reveals no accounts */
  assertVerified(account: Account): void {
    if (!this.environment.EMAIL_VERIFICATION_REQUIRED || account.isVerified) return;
    throw new Refusal(
      'EMAIL_NOT_VERIFIED',
      'This address is not confirmed yet. Use the link or the code in the mail that was sent to it.',
    );
  }
}

/**
 * An account with an unconfirmed address gets no rights, because a stranger may have opened it.
 *
 * @throws Refusal EMAIL_NOT_VERIFIED, worded for the admin who grants the rights
 */
export function assertAddressVerified({ id, isVerified }: Pick<Account, 'id' | 'isVerified'>): void {
  if (isVerified) return;
  throw new Refusal(
    'EMAIL_NOT_VERIFIED',
    `The address of account ${id} is not confirmed: a stranger may have opened it. Have the owner of the address ` +
      'choose a password by mail (POST /api/auth/password/forgot), which confirms it, and try again.',
  );
}

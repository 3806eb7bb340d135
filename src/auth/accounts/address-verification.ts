import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { ApiEnvironment } from '../../config/api.environment.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { inTransaction } from '../../database/in-transaction.js';
import { Refusal } from '../../errors/domain-error.js';
import { AccountLinks } from './account-links.js';
import { Account, type PublicAccount } from './account.entity.js';
import { withMinimumDuration } from '../throttling/minimum-duration.js';

/** Has people who register show that mails to their address arrive, where the configuration asks for it. */
@Injectable()
export class AddressVerification {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: AccountLinks,
    private readonly environment: ApiEnvironment,
  ) {}

  /** Mails a link to an account that was just registered. */
  async begin(tx: EntityManager, account: PublicAccount): Promise<void> {
    if (this.environment.EMAIL_VERIFICATION_REQUIRED) await this.links.mail(tx, account, 'verify_address');
  }

  /** Mails it once more, if the address belongs to an account that lacks it; does not tell whether. */
  async sendAgain(email: string): Promise<void> {
    await withMinimumDuration(() =>
      inTransaction(this.dataSource, async (tx) => {
        const account = await tx.findOne(Account, {
          where: { email: canonicalAddress(email), verifiedAt: IsNull(), disabledAt: IsNull() },
          lock: { mode: 'pessimistic_write' },
        });
        if (account) await this.links.mail(tx, account, 'verify_address');
      }),
    );
  }

  /** @throws Refusal EMAIL_NOT_VERIFIED; to be said only to somebody who knows the password */
  assertVerified(account: Account): void {
    if (!this.environment.EMAIL_VERIFICATION_REQUIRED || account.isVerified) return;
    throw new Refusal(
      'EMAIL_NOT_VERIFIED',
      'This address is not confirmed yet. Use the link or the code in the mail that was sent to it.',
    );
  }
}

/**
 * Of an account with an unconfirmed address nobody knows who opened it: it gets no rights.
 *
 * @throws Refusal EMAIL_NOT_VERIFIED, for the admin who would give them
 */
export function assertAddressVerified({ id, isVerified }: Pick<Account, 'id' | 'isVerified'>): void {
  if (isVerified) return;
  throw new Refusal(
    'EMAIL_NOT_VERIFIED',
    `The address of account ${id} is not confirmed: a stranger may have opened it. Have the owner of the address ` +
      'choose a password by mail (POST /api/auth/password/forgot), which confirms it, and try again.',
  );
}

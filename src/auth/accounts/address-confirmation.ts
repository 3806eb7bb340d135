import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Changes } from '../../outbox/changes.js';
import { accountChange } from './account-changes.js';
import { inTransaction } from '../../database/in-transaction.js';
import type { Context } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { recipientAddressOf } from './account-address.js';
import { AccountLinks } from './account-links.js';
import { AddressRefusals } from './address-refusals.js';
import { Account, NEXT_VERSION } from './account.entity.js';

/**
 * Confirms addresses with a mailed code and the account's password. The code alone proves that its sender reads the
 * emails, not that they opened the account: one click would confirm their address for a stranger's account.
 */
@Injectable()
export class AddressConfirmation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: PasswordsService,
    private readonly links: AccountLinks,
    private readonly refusals: AddressRefusals,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * A wrong password leaves the code valid. A change of the password ends it.
   *
   * @throws Refusal LINK_INVALID, WRONG_PASSWORD
   * @throws TooManyRequests after too many attempts at the password
   */
  async confirm(context: Context, token: string, password: string): Promise<void> {
    const account = await this.links.find(token, 'verify_address');
    const { id } = account;
    await this.passwords.confirmLinkHolder(context, 'verify_address', id, password);
    await inTransaction(this.dataSource, async (tx) => {
      await this.links.use(tx, token, 'verify_address');
      const verified = { verifiedAt: new Date(this.clock.now()), ...NEXT_VERSION };
      await tx.update(Account, { id, verifiedAt: IsNull() }, verified);
      await this.refusals.lift(tx, recipientAddressOf(account));
      await this.changes.record(context, tx, accountChange('account.address_verified', id));
    });
  }
}

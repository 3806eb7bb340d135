import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { AuditTrail } from '../../audit/audit-trail.js';
import { inTransaction } from '../../database/in-transaction.js';
import type { Context } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { mailsOf } from './account-address.js';
import { AccountLinks } from './account-links.js';
import { AddressRefusals } from './address-refusals.js';
import { Account } from './account.entity.js';

/**
 * Confirms addresses by a mailed code and the account's password together. The code alone shows who reads the mails, not
 * who opened the account: with a click its reader would put a stranger's password in force.
 */
@Injectable()
export class AddressConfirmation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: PasswordsService,
    private readonly links: AccountLinks,
    private readonly refusals: AddressRefusals,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * A wrong password leaves the code good. Should the password change meanwhile, the code is good no longer.
   *
   * @throws Refusal LINK_INVALID, WRONG_PASSWORD
   * @throws TooManyRequests after too many attempts at the password
   */
  async confirm(context: Context, token: string, password: string): Promise<void> {
    const account = await this.links.find(token, 'verify_address');
    const { id } = account;
    await this.passwords.confirmVisitor(context, 'verify_address', id, password);
    await inTransaction(this.dataSource, async (tx) => {
      await this.links.use(tx, token, 'verify_address');
      await tx.update(Account, { id, verifiedAt: IsNull() }, { verifiedAt: new Date(this.clock.now()) });
      await this.refusals.lift(tx, mailsOf(account));
      await this.audit.record(context, tx, 'account.address_verified', id);
    });
  }
}

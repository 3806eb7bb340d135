import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import type { Actor } from '../../audit/actor.js';
import { AuditTrail } from '../../audit/audit-trail.js';
import { Environment } from '../../config/environment.js';
import { inTransaction } from '../../database/in-transaction.js';
import { Refusal } from '../../http/domain-error.js';
import { Clock } from '../../time/clock.js';
import { AccountLinks } from './account-links.js';
import { Account, type PublicAccount } from './account.entity.js';
import { inEvenTime } from '../throttling/even-time.js';

/** Has people who register show that mails to their address arrive, where the configuration asks for it. */
@Injectable()
export class AddressVerification {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: AccountLinks,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly environment: Environment,
  ) {}

  /** Mails a link to an account that was just registered. */
  async begin(tx: EntityManager, account: PublicAccount): Promise<void> {
    if (this.environment.EMAIL_VERIFICATION_REQUIRED) await this.links.mail(tx, account, 'verify_address');
  }

  /** Mails it once more, if the address belongs to an account that lacks it; does not tell whether. */
  async sendAgain(email: string): Promise<void> {
    await inEvenTime(() =>
      inTransaction(this.dataSource, async (tx) => {
        const account = await tx.findOne(Account, {
          where: { email: email.toLowerCase(), verifiedAt: IsNull(), disabledAt: IsNull() },
          lock: { mode: 'pessimistic_write' },
        });
        if (account) await this.links.mail(tx, account, 'verify_address');
      }),
    );
  }

  /** @throws Refusal LINK_INVALID */
  async confirm(by: Actor, token: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const id = await this.links.use(tx, token, 'verify_address');
      await tx.update(Account, { id }, { verifiedAt: new Date(this.clock.now()) });
      await this.audit.record(tx, by, 'account.address_verified', id);
    });
  }

  /** @throws Refusal EMAIL_NOT_VERIFIED; to be said only to somebody who knows the password */
  assertVerified(account: Account): void {
    if (!this.environment.EMAIL_VERIFICATION_REQUIRED || account.verifiedAt) return;
    throw new Refusal(
      'EMAIL_NOT_VERIFIED',
      'This address is not confirmed yet. Use the link or the code in the mail that was sent to it.',
    );
  }
}

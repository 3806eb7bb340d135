import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { canonicalAddress, deliveryAddress } from '../../config/mail-address.js';
import { inTransaction } from '../../database/in-transaction.js';
import type { LinkKind } from '../../outbox/notification-kind.js';
import { Clock } from '../../time/clock.js';
import { withMinimumDuration } from '../throttling/minimum-duration.js';
import { recipientAddressOf } from './account-address.js';
import { AccountLinks } from './account-links.js';
import { Account } from './account.entity.js';
import { LinkPauses } from './link-pauses.js';

/** A link that anybody can request for an address. */
interface RequestedLink {
  readonly kind: LinkKind;
  /** Which account of the address gets it. */
  readonly accounts: FindOptionsWhere<Account>;
  /** Runs in the transaction that mails the link, and only then. */
  readonly onMailed?: (tx: EntityManager, account: Account) => Promise<void>;
}

/**
 * Mails the links that anybody can request for an address. Neither the answer nor its duration may reveal whether the
 * address has an account. Many requests at once would queue for the lock of an existing account, so a request takes the
 * lock only if a link may be mailed now, and concurrent requests for one address share one transaction.
 */
@Injectable()
export class RequestedLinks {
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly links: AccountLinks,
    private readonly pauses: LinkPauses,
    private readonly clock: Clock,
  ) {}

  /** Mails the link if the address has such an account and the last link was not too recent. */
  async mail(email: string, link: RequestedLink): Promise<void> {
    const key = `${link.kind} ${canonicalAddress(email)}`;
    let mailing = this.underWay.get(key);
    if (!mailing) {
      mailing = this.mailOnce(email, link).finally(() => this.underWay.delete(key));
      this.underWay.set(key, mailing);
    }
    const shared = mailing;
    await withMinimumDuration(() => shared);
  }

  private async mailOnce(email: string, { kind, accounts, onMailed }: RequestedLink): Promise<void> {
    const where = { ...accounts, email: canonicalAddress(email) };
    if (!(await this.isDue(email, kind, where))) return;
    await inTransaction(this.dataSource, async (tx) => {
      // The second of two concurrent requests in different processes must see the link of the first.
      const account = await tx.findOne(Account, { where, lock: { mode: 'pessimistic_write' } });
      if (!account) return;
      const pause = await this.links.mail(tx, account, kind);
      if (pause === 0) await onMailed?.(tx, account);
    });
  }

  /** Takes no lock, and the same statements whether or not there is such an account. */
  private async isDue(email: string, kind: LinkKind, where: FindOptionsWhere<Account>): Promise<boolean> {
    const account = await this.dataSource.manager.findOne(Account, { where });
    const address = account ? recipientAddressOf(account) : deliveryAddress(email);
    const isConfirmed = account?.isVerified ?? false;
    const pause = await this.pauses.peek(this.dataSource, { address, isConfirmed, kind }, this.clock.now());
    return account !== null && pause === 0;
  }
}

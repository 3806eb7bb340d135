import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { inTransaction } from '../database/in-transaction.js';
import { countMail, countMailsOfDay, deleteMailCount } from '../outbox/address-mail.repository.js';
import { MailedAddresses } from '../outbox/mailed-addresses.js';
import { Clock } from '../time/clock.js';
import { isBudgetSpent } from './delivery.rules.js';
import type { NotificationRow } from './notification.reader.js';

/**
 * Limits how many mails an address gets within 24 hours, over all accounts and kinds: 20 by default if it is confirmed,
 * a quarter if not. `isBudgetSpent` says which mails may exceed the limit. Counts are stored under keyed hashes of
 * addresses; they survive an erasure, and are swept after a day.
 */
@Injectable()
export class MailBudget {
  constructor(
    private readonly dataSource: DataSource,
    private readonly addresses: MailedAddresses,
    private readonly clock: Clock,
    private readonly environment: WorkerEnvironment,
  ) {}

  /** Counts a mail that is about to be sent; false, without counting it, if the budget of its address is spent. */
  reserve(notification: NotificationRow): Promise<boolean> {
    const hashes = this.addresses.hashesOf(notification.email);
    return inTransaction(this.dataSource, async (tx) => {
      await this.addresses.lock(tx, hashes);
      const now = this.clock.now();
      const counts = await countMailsOfDay(tx, hashes, notification.id, now);
      const budget = {
        perDay: this.environment.MAIL_BUDGET_PER_DAY,
        isConfirmed: notification.is_confirmed === 1,
      };
      if (isBudgetSpent(notification.kind, counts, budget)) return false;
      await countMail(tx, hashes[0]!, notification, now);
      return true;
    });
  }

  /** Uncounts a mail that the mail server did not accept. */
  async release({ id }: NotificationRow): Promise<void> {
    await deleteMailCount(this.dataSource, id);
  }
}

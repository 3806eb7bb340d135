import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { inTransaction } from '../database/in-transaction.js';
import { countMail, mailsOfDay, uncountMail } from '../outbox/address-mail.repository.js';
import { MailedAddresses } from '../outbox/mailed-addresses.js';
import { Clock } from '../time/clock.js';
import { isBudgetSpent } from './delivery.rules.js';
import type { NotificationRow } from './notification.reader.js';

/**
 * Bounds how many mails an address gets within 24 hours, all accounts and all kinds together: 20 where it is confirmed, 5
 * where it is not. `isBudgetSpent` says what a flood must not keep back, and how far that may go beyond. Counts are keyed
 * hashes of addresses. They outlive an erasure, and are swept after a day.
 */
@Injectable()
export class MailBudget {
  constructor(
    private readonly dataSource: DataSource,
    private readonly addresses: MailedAddresses,
    private readonly clock: Clock,
    private readonly environment: WorkerEnvironment,
  ) {}

  /** Counts a mail that is about to be sent, if its address may still have one of its kind; false if not. */
  take(notification: NotificationRow): Promise<boolean> {
    const hashes = this.addresses.hashesOf(notification.email);
    return inTransaction(this.dataSource, async (tx) => {
      await this.addresses.lock(tx, hashes);
      const now = this.clock.now();
      const had = await mailsOfDay(tx, hashes, notification.id, now);
      const budget = {
        perDay: this.environment.MAIL_BUDGET_PER_DAY,
        isConfirmed: notification.is_confirmed === 1,
      };
      if (isBudgetSpent(notification.kind, had, budget)) return false;
      await countMail(tx, hashes[0]!, notification, now);
      return true;
    });
  }

  /** Counts a mail no longer, which the mail server did not accept. */
  async giveBack({ id }: NotificationRow): Promise<void> {
    await uncountMail(this.dataSource, id);
  }
}

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WorkerEnvironment } from '../config/worker.environment.js';
import {
  countMail,
  countMailBelow,
  deleteMailCount,
  findMailCounts,
} from '../outbox/address-mail.repository.js';
import { MailedAddresses } from '../outbox/mailed-addresses.js';
import { Clock } from '../time/clock.js';
import { guaranteedMails, isBudgetSpent } from './delivery.rules.js';
import type { Addressed } from './notification-row.js';

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
  async reserve({ id, kind, email, is_confirmed }: Addressed): Promise<boolean> {
    const hashes = this.addresses.hashesOf(email);
    const budget = { perDay: this.environment.MAIL_BUDGET_PER_DAY, isConfirmed: is_confirmed === 1 };
    const mail = { id, kind };
    // One statement decides about nearly all mails.
    if (await countMailBelow(this.dataSource, hashes, mail, guaranteedMails(budget), this.clock.now()))
      return true;
    // If another mail to the address takes the number, look again: that mail may have spent the budget.
    for (;;) {
      const now = this.clock.now();
      const { ofDay, hasThis, last } = await findMailCounts(this.dataSource, hashes, id, now);
      if (isBudgetSpent(kind, ofDay, budget)) return false;
      if (hasThis || (await countMail(this.dataSource, hashes[0]!, mail, last + 1, now))) return true;
    }
  }

  /** Uncounts a mail that the mail server did not accept. */
  async release({ id }: Addressed): Promise<void> {
    await deleteMailCount(this.dataSource, id);
  }
}

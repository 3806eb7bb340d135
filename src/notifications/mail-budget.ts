import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Environment } from '../config/environment.js';
import { look } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import { budgetOf, mailsADay } from './delivery.rules.js';
import type { MessageRow } from './message.reader.js';

const DAY_MS = 24 * 60 * 60_000;

/** Bounds how many mails an address gets within 24 hours. */
@Injectable()
export class MailBudget {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly environment: Environment,
  ) {}

  /** Whether the address has had its mails of this kind; those that are just being sent count if they came first. */
  async isSpent(message: MessageRow): Promise<boolean> {
    const kinds = budgetOf(message.kind);
    const { id, goes_elsewhere, email, account_id } = message;
    const [where, whose] = goes_elsewhere ? ['address = ?', email] : ['account_id = ?', account_id];
    const [row] = await look<{ mails: number }>(
      this.dataSource,
      `SELECT COUNT(*) AS mails FROM notifications
       WHERE ${where} AND kind IN (?)
         AND (settled_at > ? AND state = 'sent' OR settled_at IS NULL AND state = 'sending' AND id < ?)`,
      [whose, kinds, new Date(this.clock.now() - DAY_MS), id],
    );
    const most = mailsADay(this.environment.MAIL_BUDGET_PER_DAY, message.is_confirmed === 1);
    return Number(row!.mails) >= most;
  }
}

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { inOneStatement } from '../database/in-one-statement.js';
import { inTransaction } from '../database/in-transaction.js';
import { look, write } from '../database/statement.js';
import { MailedAddresses } from '../outbox/mailed-addresses.js';
import type { NotificationKind } from '../outbox/notification-kind.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { isBudgetSpent, type MailsOfDay } from './delivery.rules.js';
import type { MessageRow } from './message.reader.js';

const DAY_MS = 24 * 60 * 60_000;

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
  take(message: MessageRow): Promise<boolean> {
    const hashes = this.addresses.hashesOf(message.email);
    return inTransaction(this.dataSource, async (tx) => {
      await this.addresses.lock(tx, hashes);
      const now = this.clock.now();
      const had = await mailsOfDay(tx, hashes, message.id, now);
      const budget = {
        perDay: this.environment.MAIL_BUDGET_PER_DAY,
        isConfirmed: message.is_confirmed === 1,
      };
      if (isBudgetSpent(message.kind, had, budget)) return false;
      await count(tx, hashes[0]!, message, now);
      return true;
    });
  }

  /** Counts a mail no longer, which the mail server did not accept. */
  async giveBack({ id }: MessageRow): Promise<void> {
    await inOneStatement(this.dataSource, 'DELETE FROM address_mails WHERE notification_id = ?', [id]);
  }
}

/** What the address has had, but for earlier attempts at this mail. */
async function mailsOfDay(
  tx: EntityManager,
  hashes: readonly string[],
  id: number,
  now: EpochMs,
): Promise<MailsOfDay> {
  const rows = await look<{ kind: NotificationKind; mails: number | string }>(
    tx,
    `SELECT kind, COUNT(*) AS mails FROM address_mails
     WHERE address_hash IN (?) AND mailed_at > ? AND notification_id <> ? GROUP BY kind`,
    [hashes, new Date(now - DAY_MS), id],
  );
  return Object.fromEntries(rows.map(({ kind, mails }) => [kind, Number(mails)]));
}

async function count(tx: EntityManager, hash: string, { id, kind }: MessageRow, now: EpochMs): Promise<void> {
  const at = new Date(now);
  await write(
    tx,
    `INSERT INTO address_mails (notification_id, address_hash, kind, mailed_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE address_hash = ?, kind = ?, mailed_at = ?`,
    [id, hash, kind, at, hash, kind, at],
  );
}

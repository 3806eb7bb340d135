import type { DataSource, EntityManager } from 'typeorm';
import { sweepBy } from '../database/in-batches.js';
import { inOneStatement } from '../database/in-one-statement.js';
import { query, execute } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';
import type { NotificationKind } from './notification-kind.js';

/** The statements of the `address_mails` table: the mails that an address got within a day. */

const DAY_MS = 24 * 60 * 60_000;

interface Mail {
  /** The notification's id. */
  readonly id: number;
  readonly kind: NotificationKind;
}

/** How many mails of each kind the address got within a day, without earlier attempts at this notification. */
export async function countMailsOfDay(
  tx: EntityManager,
  hashes: readonly string[],
  id: number,
  now: EpochMs,
): Promise<Partial<Record<NotificationKind, number>>> {
  const rows = await query<{ kind: NotificationKind; mails: number | string }>(
    tx,
    `/* count-mails-of-day */ SELECT kind, COUNT(*) AS mails FROM address_mails
     WHERE address_hash IN (?) AND mailed_at > ? AND notification_id <> ? GROUP BY kind`,
    [hashes, new Date(now - DAY_MS), id],
  );
  return Object.fromEntries(rows.map(({ kind, mails }) => [kind, Number(mails)]));
}

export async function countMail(
  tx: EntityManager,
  hash: string,
  { id, kind }: Mail,
  now: EpochMs,
): Promise<void> {
  const at = new Date(now);
  await execute(
    tx,
    `/* count-mail */ INSERT INTO address_mails (notification_id, address_hash, kind, mailed_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE address_hash = ?, kind = ?, mailed_at = ?`,
    [id, hash, kind, at, hash, kind, at],
  );
}

export async function deleteMailCount(dataSource: DataSource, id: number): Promise<void> {
  await inOneStatement(dataSource, '/* uncount-mail */ DELETE FROM address_mails WHERE notification_id = ?', [
    id,
  ]);
}

/** Deletes mails that no longer count. */
export const deleteOldAddressMails = sweepBy(
  '/* sweep-address-mails */ DELETE FROM address_mails WHERE mailed_at < ? ORDER BY mailed_at',
  DAY_MS,
);

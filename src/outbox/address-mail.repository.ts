import type { DataSource } from 'typeorm';
import { sweepBy } from '../database/in-batches.js';
import { inOneStatement } from '../database/in-one-statement.js';
import { isDuplicate } from '../database/mysql-errors.js';
import { query } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';
import type { NotificationKind } from './notification-kind.js';

/** The statements of the `address_mails` table: the mails that an address got within a day. */

const DAY_MS = 24 * 60 * 60_000;

interface Mail {
  /** The notification's id. */
  readonly id: number;
  readonly kind: NotificationKind;
}

/** The mails of an address. */
export interface AddressMails {
  /** How many of each kind it got within a day, without earlier attempts at this notification. */
  readonly ofDay: Partial<Record<NotificationKind, number>>;
  /** Whether an earlier attempt at this notification still counts. */
  readonly hasThis: boolean;
  /** The highest ordinal. */
  readonly last: number;
}

/** @param hashes the address under the present key and, during a rotation, the former one */
export async function findMailCounts(
  dataSource: DataSource,
  [hash, former = hash]: readonly string[],
  id: number,
  now: EpochMs,
): Promise<AddressMails> {
  const rows = await query<{ kind: NotificationKind; mails: string; own: string; last: number }>(
    dataSource,
    `/* find-mail-counts */ SELECT kind, SUM(mailed_at > ? AND notification_id <> ?) AS mails,
            SUM(notification_id = ?) AS own, MAX(ordinal) AS last
     FROM address_mails WHERE address_hash IN (?, ?) GROUP BY kind`,
    [new Date(now - DAY_MS), id, id, hash, former],
  );
  return {
    ofDay: Object.fromEntries(rows.map(({ kind, mails }) => [kind, Number(mails)])),
    hasThis: rows.some(({ own }) => Number(own) > 0),
    last: Math.max(0, ...rows.map(({ last }) => last)),
  };
}

/**
 * Counts a mail if the address got fewer than this number within a day, and no earlier attempt at the mail still counts;
 * false otherwise, or if another mail to the address is counted at the same moment.
 */
export function countMailBelow(
  dataSource: DataSource,
  [hash, former = hash]: readonly string[],
  { id, kind }: Mail,
  limit: number,
  now: EpochMs,
): Promise<boolean> {
  return isInserted(
    dataSource,
    `/* count-mail-below */ INSERT INTO address_mails (address_hash, ordinal, notification_id, kind, mailed_at)
     SELECT ?, COALESCE(MAX(ordinal), 0) + 1, ?, ?, ? FROM address_mails WHERE address_hash IN (?, ?)
     HAVING COALESCE(SUM(mailed_at > ?), 0) < ? AND COALESCE(SUM(notification_id = ?), 0) = 0`,
    [hash, id, kind, new Date(now), hash, former, new Date(now - DAY_MS), limit, id],
  );
}

/** Counts a mail as the one with this ordinal; false if another mail to the address has it. */
export function countMail(
  dataSource: DataSource,
  hash: string,
  { id, kind }: Mail,
  ordinal: number,
  now: EpochMs,
): Promise<boolean> {
  return isInserted(
    dataSource,
    `/* count-mail */ INSERT INTO address_mails (address_hash, ordinal, notification_id, kind, mailed_at)
     VALUES (?, ?, ?, ?, ?)`,
    [hash, ordinal, id, kind, new Date(now)],
  );
}

async function isInserted(dataSource: DataSource, sql: string, parameters: unknown[]): Promise<boolean> {
  try {
    return (await inOneStatement(dataSource, sql, parameters)).affectedRows === 1;
  } catch (error) {
    if (isDuplicate(error, 'PRIMARY')) return false;
    throw error;
  }
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

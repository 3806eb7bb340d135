import type { EntityManager } from 'typeorm';
import { query, type Source, execute } from '../database/statement.js';
import type { BookingKind, NotificationKind } from './notification-kind.js';
import type { NotificationState } from './notification-state.js';
import { FAILING, NOTIFICATIONS } from './notification.sql.js';

/** The statements of the `notifications` table for operators, checks and the demo. */

/** A row of the ledger for operators, without the account that it is for. */
export interface LedgerRow {
  readonly id: number;
  readonly booking_id: number | null;
  readonly booking_version: number;
  readonly kind: NotificationKind;
  readonly state: NotificationState;
  readonly due_at: Date;
  readonly attempts: number;
  readonly reason: string | null;
  readonly settled_at: Date | null;
}

/** What must hold for a notification `n` in the tables of other modules. */
export interface Condition {
  readonly joins: string;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The newest notifications first. */
export async function listNotifications(
  source: Source,
  state: string | undefined,
  limit: number,
): Promise<LedgerRow[]> {
  return query(
    source,
    `/* list-notifications */ SELECT id, booking_id, booking_version, kind, state, due_at, attempts, reason, settled_at
     FROM notifications ${state === undefined ? '' : 'WHERE state = ?'} ORDER BY id DESC LIMIT ${Number(limit)}`,
    state === undefined ? [] : [state],
  );
}

/** Those of the ids that exist in the ledger. */
export async function findExistingIds(source: Source, ids: readonly number[]): Promise<Set<number>> {
  const sql = '/* check-jobs */ SELECT id FROM notifications WHERE id IN (?)';
  const rows = await query<{ id: number }>(source, sql, [ids]);
  return new Set(rows.map(({ id }) => id));
}

/**
 * Makes a dead notification due again, with all of its attempts.
 *
 * @returns whether there was one that meets the condition
 */
export async function retryDead(
  tx: EntityManager,
  id: number,
  now: Date,
  { joins, sql, parameters }: Condition,
): Promise<boolean> {
  const { affectedRows } = await execute(
    tx,
    `/* retry-dead */ UPDATE ${NOTIFICATIONS} ${joins}
     SET n.state = 'pending', n.due_at = ?, n.attempts = 0, n.settled_at = NULL, n.failing_since = NULL
     WHERE n.id = ? AND n.state = 'dead' AND ${sql}`,
    [now, id, ...parameters],
  );
  return affectedRows > 0;
}

/** Cancels all pending notifications of a kind, whichever accounts they are for. */
export async function cancelPending(
  source: Source,
  kind: BookingKind,
  reason: string,
  now: Date,
): Promise<void> {
  await execute(
    source,
    `/* cancel-pending */ UPDATE notifications SET state = 'cancelled', reason = ?, settled_at = ?
     WHERE kind = ? AND state = 'pending'`,
    [reason, now, kind],
  );
}

/** Whether any email has failed since before that moment. Reads one entry of an index. */
export async function existsFailing(source: Source, before: Date): Promise<boolean> {
  const rows = await query(
    source,
    `/* find-failing */ SELECT id FROM notifications WHERE ${FAILING} ORDER BY failing_since, id LIMIT 1`,
    [before],
  );
  return rows.length > 0;
}

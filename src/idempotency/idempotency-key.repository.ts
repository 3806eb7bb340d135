import type { EntityManager } from 'typeorm';
import { query, type Source, execute } from '../database/statement.js';
import type { KeyedRequest } from '../http/context.js';
import { IdempotencyKey } from './idempotency-key.entity.js';

/** The statements on `idempotency_keys` that make a request execute once. */

type FoundKey = Pick<IdempotencyKey, 'requestHash' | 'outcome'>;

/** A new key, and the limit on the account's keys since a moment. */
interface NewKey {
  readonly requestHash: string;
  readonly createdAt: Date;
  readonly since: Date;
  readonly most: number;
}

export async function findKey(
  source: Source,
  { accountId, route, key }: KeyedRequest,
  lock: '' | 'FOR UPDATE' | 'FOR UPDATE NOWAIT' = '',
): Promise<FoundKey | undefined> {
  const [row] = await query<FoundKey>(
    source,
    `/* find-key */ SELECT request_hash AS requestHash, outcome FROM idempotency_keys
     WHERE account_id = ? AND route = ? AND idempotency_key = ? ${lock}`,
    [accountId, route, key],
  );
  return row;
}

/** Inserts a key; false if the account has used too many. */
export async function insertKey(
  tx: EntityManager,
  { accountId, route, key }: KeyedRequest,
  { requestHash, createdAt, since, most }: NewKey,
): Promise<boolean> {
  const { affectedRows } = await execute(
    tx,
    `/* insert-key */ INSERT INTO idempotency_keys (account_id, route, idempotency_key, request_hash, created_at)
     SELECT ?, ?, ?, ?, ? FROM DUAL
     WHERE (SELECT COUNT(*) FROM idempotency_keys WHERE account_id = ? AND created_at > ?) < ?`,
    [accountId, route, key, requestHash, createdAt, accountId, since, most],
  );
  return affectedRows > 0;
}

export async function setOutcome(
  tx: EntityManager,
  { accountId, route, key }: KeyedRequest,
  outcome: string,
): Promise<void> {
  await tx.update(IdempotencyKey, { accountId, route, key }, { outcome });
}

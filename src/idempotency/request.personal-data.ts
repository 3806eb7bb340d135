import type { EntityManager } from 'typeorm';
import { pagesOfAccount } from '../database/pages.js';
import { execute } from '../database/statement.js';
import { IdempotencyKey } from './idempotency-key.entity.js';

/** The requests with a key. */
export const exportRequests = pagesOfAccount(
  '/* export-requests */ SELECT route, idempotency_key, created_at FROM idempotency_keys WHERE account_id = ?',
  { route: 'route', idempotency_key: 'idempotency_key' },
);

/** Deletes those of the account, and those of admins whose kept answers name it. */
export async function eraseRequests(
  tx: EntityManager,
  accountId: number,
  addresses: readonly [string, string],
): Promise<void> {
  // With its quotes: the address may be the tail of another.
  const texts = addresses.map((text) => JSON.stringify(text));
  await tx.delete(IdempotencyKey, { accountId });
  await execute(
    tx,
    `/* erase-requests-of-admins */ DELETE FROM idempotency_keys WHERE route IN ('POST /api/users', 'PATCH /api/users/:id', 'POST /api/doctors')
     AND (LOCATE(?, outcome) > 0 OR LOCATE(?, outcome) > 0 OR route LIKE '%/users%' AND JSON_EXTRACT(outcome, '$.result.id') = ?)`,
    [...texts, accountId],
  );
}

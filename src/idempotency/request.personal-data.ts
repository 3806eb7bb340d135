import type { EntityManager } from 'typeorm';
import { pagesOfAccount } from '../database/pages.js';
import { write } from '../database/statement.js';

/** The requests with a key. */
export const exportRequests = pagesOfAccount(
  'SELECT route, idempotency_key, created_at FROM idempotency_keys WHERE account_id = ?',
  { route: 'route', idempotency_key: 'idempotency_key' },
);

/** Deletes those of the account, and those of admins whose kept answers name it. */
export async function eraseRequests(
  tx: EntityManager,
  accountId: number,
  addresses: readonly [string, string],
): Promise<void> {
  const texts = addresses.map((text) => JSON.stringify(text).slice(1, -1));
  await write(tx, 'DELETE FROM idempotency_keys WHERE account_id = ?', [accountId]);
  await write(
    tx,
    `DELETE FROM idempotency_keys WHERE route IN ('POST /api/users', 'PATCH /api/users/:id', 'POST /api/doctors')
     AND (LOCATE(?, outcome) > 0 OR LOCATE(?, outcome) > 0 OR route LIKE '%/users%' AND JSON_EXTRACT(outcome, '$.result.id') = ?)`,
    [...texts, accountId],
  );
}

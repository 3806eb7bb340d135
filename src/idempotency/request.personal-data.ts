import type { EntityManager } from 'typeorm';
import { pagesOfAccount } from '../database/pages.js';
import { execute } from '../database/statement.js';
import { IdempotencyKey } from './idempotency-key.entity.js';

export const exportRequests = pagesOfAccount(
  '/* export-requests */ SELECT route, idempotency_key, created_at FROM idempotency_keys WHERE account_id = ?',
  { route: 'route', idempotency_key: 'idempotency_key' },
);

/**
 * Deletes the keys of the account, and the stored outcomes of admins that name it. The keys of those stay: without them,
 * a request that is sent again would open the account again.
 */
export async function eraseRequests(
  tx: EntityManager,
  accountId: number,
  addresses: readonly [string, string],
): Promise<void> {
  // With quotes: the address may be the end of a longer one.
  const texts = addresses.map((text) => JSON.stringify(text));
  await tx.delete(IdempotencyKey, { accountId });
  await execute(
    tx,
    `/* erase-requests-of-admins */ UPDATE idempotency_keys SET outcome = NULL WHERE route IN ('POST /api/users', 'PATCH /api/users/:id', 'POST /api/doctors')
     AND (LOCATE(?, outcome) > 0 OR LOCATE(?, outcome) > 0 OR route LIKE '%/users%' AND JSON_EXTRACT(outcome, '$.result.id') = ?)`,
    [...texts, accountId],
  );
}

/** Deletes the stored outcomes that name one of these patients, of all accounts. Their keys stay, as above. */
export async function eraseRequestsAbout(tx: EntityManager, patientIds: readonly number[]): Promise<void> {
  await execute(
    tx,
    `/* erase-requests-about-patients */ UPDATE idempotency_keys SET outcome = NULL
     WHERE (route LIKE '%/bookings%' OR route LIKE '%/patients%')
       AND (JSON_EXTRACT(outcome, '$.result.patientId') IN (?) OR JSON_EXTRACT(outcome, '$.result.patient.id') IN (?))`,
    [patientIds, patientIds],
  );
}

import { sweepBy } from '../database/in-batches.js';

const DAY_MS = 24 * 60 * 60_000;

/** Deletes keys older than a day. */
export const deleteExpiredKeys = sweepBy(
  '/* sweep-keys */ DELETE FROM idempotency_keys WHERE created_at < ? ORDER BY created_at',
  DAY_MS,
);

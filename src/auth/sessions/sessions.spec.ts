import { expect, test } from 'vitest';
import { MAX_POLL_AGE_MS, POLL_EVERY_MS } from './sessions.js';

test('a revoked token works nowhere for longer than five seconds', () => {
  const LONGEST_QUERY_MS = 1_000;
  expect(MAX_POLL_AGE_MS + LONGEST_QUERY_MS).toBeLessThanOrEqual(5_000);
  // Otherwise every request would wait for a poll.
  expect(POLL_EVERY_MS + LONGEST_QUERY_MS).toBeLessThan(MAX_POLL_AGE_MS);
});

import { expect, test } from 'vitest';
import { GOOD_FOR_MS, LOOK_EVERY_MS } from './sessions.js';

test('a token that was ended works nowhere for longer than five seconds', () => {
  const LONGEST_ANSWER_MS = 1_000;
  expect(GOOD_FOR_MS + LONGEST_ANSWER_MS).toBeLessThanOrEqual(5_000);
  // Else each request would wait for a look.
  expect(LOOK_EVERY_MS + LONGEST_ANSWER_MS).toBeLessThan(GOOD_FOR_MS);
});

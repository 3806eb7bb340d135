import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from './turns.js';

test('a turn is over after some milliseconds, and others have one before the next', async () => {
  const turns = new Turns();
  const began = performance.now();
  while (!turns.isOver()) expect(performance.now() - began).toBeLessThan(1000);
  let isServed = false;
  void nextTurn().then(() => (isServed = true));
  await turns.next();
  expect(isServed).toBe(true);
});

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from './front.js';

/** What a rule of the clinic says of a booking, or that there is no such booking. */
const REFUSALS = new Set<unknown>([
  'NO_SUCH_TIME',
  'NOT_IN_FUTURE',
  'OUTSIDE_AVAILABILITY',
  'EXCEPTION',
  'TAKEN',
  'BOOKING_NOT_FOUND',
  'BOOKING_STARTED',
]);
/** Longer than any fault lasts. */
const DEADLINE_MS = 90_000;

/**
 * Whether an answer decides what became of the request. Anything else leaves that open: a broken connection and a 5xx, but
 * also a 401, 404 or 408 of a process that is just starting or stopping.
 */
export function isDecision({ end, body }: Reply): boolean {
  return end === 200 || end === 201 || (end === 400 && REFUSALS.has(body.code));
}

/** Sends a request again, as a good client does, until its answer is a decision or the deadline has passed. */
export async function untilDecided(send: () => Promise<Reply>): Promise<Reply> {
  const deadline = performance.now() + DEADLINE_MS;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const reply = await send();
    if (isDecision(reply) || performance.now() > deadline) return reply;
    await sleep(pauseMs);
  }
}

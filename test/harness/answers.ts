import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledged, BookingAnswer } from './acknowledged.js';
import { RULE_CODES } from '../../src/availability/rules/rules-in-order.js';
import type { Reply } from './load-balancer.js';

/** Final refusals: a booking rule is violated, or the booking does not exist, or its state does not allow that. */
const FINAL_REFUSALS = new Set<unknown>([
  ...RULE_CODES,
  'BOOKING_NOT_FOUND',
  'BOOKING_STARTED',
  'STATUS_NOT_POSSIBLE',
]);
/** Longer than any fault lasts. */
const DEADLINE_MS = 90_000;

/**
 * Whether an answer is final. After any other, the outcome of the request is unknown: after a broken connection or a
 * 5xx, but also after a 401, 404 or 408 from a process that is starting or stopping.
 */
export function isFinal({ outcome, body }: Reply): boolean {
  if (outcome === 400) return FINAL_REFUSALS.has(body.code);
  return outcome === 200 || outcome === 201 || (outcome === 412 && body.code === 'VERSION_MISMATCH');
}

/** Repeats a request, as a good client does, until its answer is final or the deadline has passed. */
export async function sendUntilFinal(send: () => Promise<Reply>): Promise<Reply> {
  const deadline = performance.now() + DEADLINE_MS;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const reply = await send();
    if (isFinal(reply) || performance.now() > deadline) return reply;
    await sleep(pauseMs);
  }
}

/** Reads a booking, to learn whether a change without an answer was made. */
export async function lookUp(
  booking: Acknowledged,
  record: { giveUp(booking: Acknowledged): void },
  read: () => Promise<Reply>,
): Promise<void> {
  const { outcome, body } = await sendUntilFinal(read);
  if (outcome === 200) booking.learn(body as unknown as BookingAnswer);
  else record.giveUp(booking);
}

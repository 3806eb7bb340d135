import type { Finding } from './finding.js';
import { type LateRow, MessageCheck, what } from './message.check.js';
import { HAVE_A_WORKER } from './remedies.js';

/** Messages that a worker has taken, and has neither sent nor given back: any worker would have freed them. */
export class LeaseCheck extends MessageCheck {
  readonly code = 'STUCK_LEASE';
  readonly title = 'messages that were taken, and that nobody frees';

  protected readonly where = `state IN ('queued', 'sending')
    AND (leased_until IS NULL OR leased_until < UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE)`;

  protected judge({
    id,
    booking_id,
    kind,
    state,
    leased_until,
  }: LateRow): Pick<Finding, 'detail' | 'remedy'> {
    const message = `${kind} of ${what(booking_id)} is ${state}`;
    if (leased_until === null) {
      return {
        detail: `${message}, but has no lease that could run out`,
        remedy: `Give it back: UPDATE notifications SET state = 'pending' WHERE id = ${id} AND leased_until IS NULL.`,
      };
    }
    return {
      detail: `${message}, and its lease ran out at ${leased_until.toISOString()}, more than 5 minutes ago`,
      remedy: `${HAVE_A_WORKER} A worker frees it by itself.`,
    };
  }
}

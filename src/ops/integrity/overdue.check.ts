import type { Finding } from './finding.js';
import { type LateRow, MessageCheck, what } from './message.check.js';
import { HAVE_A_WORKER } from './remedies.js';

/** Messages that are due, and that no worker takes. One that could not be sent is due again later. */
export class OverdueCheck extends MessageCheck {
  readonly code = 'OVERDUE';
  readonly title = 'messages that are due, and that nobody takes';

  protected readonly where = "state = 'pending' AND due_at < UTC_TIMESTAMP(3) - INTERVAL 15 MINUTE";

  protected judge({ booking_id, kind, due_at }: LateRow): Pick<Finding, 'detail' | 'remedy'> {
    return {
      detail: `${kind} of ${what(booking_id)} has been due since ${due_at.toISOString()}, more than 15 minutes ago`,
      remedy: `${HAVE_A_WORKER} A worker takes it by itself.`,
    };
  }
}

import { FAILING_AFTER_MINUTES, type FailingNotifications } from '../../outbox/failing-notifications.js';
import type { Check } from './check.js';
import { MOST_LISTED } from './finding.js';
import { Findings } from './findings.js';
import { what } from './message.check.js';

const REMEDY =
  'See that the mail server runs and takes mails from SMTP_URL and MAIL_FROM; GET /api/notifications has the reason of ' +
  'each. The worker goes on trying, and sends them once the server takes them.';

/** Mails that were attempted, and not sent, for minutes. They are due again later, so `OVERDUE` does not find them. */
export class FailingCheck implements Check {
  readonly code = 'FAILING';
  readonly title = `mails that have failed for more than ${FAILING_AFTER_MINUTES} minutes`;

  constructor(private readonly failing: FailingNotifications) {}

  async look(): Promise<Findings> {
    const { rows, total } = await this.failing.list(MOST_LISTED);
    const listed = rows.map(({ id, booking_id, kind, attempts, failing_since }) => ({
      code: this.code,
      subject: `message ${id}`,
      detail: `${kind} of ${what(booking_id)} has failed since ${failing_since.toISOString()}, in ${attempts} attempts`,
      remedy: REMEDY,
    }));
    return Findings.of(listed, total);
  }
}

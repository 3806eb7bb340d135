import { type Found, type IntegrityCheck, MAX_LISTED } from '../database/integrity-check.js';
import { query, type Source } from '../database/statement.js';
import { FAILING_AFTER_MINUTES, failingBefore } from './failing-notifications.js';
import type { NotificationKind } from './notification-kind.js';
import { FAILING } from './notification.sql.js';

interface Row {
  readonly id: number;
  /** Null if the notification is about an account. */
  readonly booking_id: number | null;
  readonly kind: NotificationKind;
  readonly state: 'pending' | 'queued' | 'sending';
  readonly attempts: number;
  readonly due_at: Date;
  readonly leased_until: Date | null;
  readonly failing_since: Date;
  /** How many rows there are without the limit. */
  readonly total: number | string;
}

const COLUMNS = `id, booking_id, kind, state, attempts, due_at, leased_until, failing_since,
    COUNT(*) OVER () AS total`;

const CHECK_WORKER =
  'See that a worker runs and that it reaches the database, Redis and the mail server; its log says what fails.';

/** Each condition has an index; the database's own clock decides what is late, except for failing emails. */
export const NOTIFICATION_CHECKS: readonly IntegrityCheck[] = [
  {
    code: 'STUCK_LEASE',
    title: 'notifications whose lease ran out, and that no worker freed',
    find: (source) =>
      findFirst(
        source,
        `/* check-stuck-lease */ SELECT ${COLUMNS} FROM notifications WHERE state IN ('queued', 'sending')
           AND (leased_until IS NULL OR leased_until < UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE)
         ORDER BY due_at, id LIMIT ${MAX_LISTED}`,
        explainLease,
      ),
  },
  // A notification that could not be sent is due again later, so this check does not find it; the next one does.
  {
    code: 'OVERDUE',
    title: 'notifications that are due, and that no worker claimed',
    find: (source) =>
      findFirst(
        source,
        `/* check-overdue */ SELECT ${COLUMNS} FROM notifications WHERE state = 'pending' AND due_at < UTC_TIMESTAMP(3) - INTERVAL 15 MINUTE
         ORDER BY due_at, id LIMIT ${MAX_LISTED}`,
        (row) => ({
          detail: `${nameOf(row)} has been due since ${row.due_at.toISOString()}, more than 15 minutes ago`,
          remedy: `${CHECK_WORKER} A worker claims it by itself.`,
        }),
      ),
  },
  {
    code: 'FAILING',
    title: `emails that have failed for more than ${FAILING_AFTER_MINUTES} minutes`,
    find: (source, now) =>
      findFirst(
        source,
        `/* check-failing */ SELECT ${COLUMNS} FROM notifications WHERE ${FAILING} ORDER BY failing_since, id LIMIT ${MAX_LISTED}`,
        (row) => ({
          detail: `${nameOf(row)} has failed since ${row.failing_since.toISOString()}, in ${row.attempts} attempts`,
          remedy:
            'See that the mail server runs and accepts mails from SMTP_URL and MAIL_FROM; GET /api/notifications has ' +
            'the reason of each. The worker keeps trying, and sends them once the server accepts them.',
        }),
        [failingBefore(now)],
      ),
  },
];

function explainLease(row: Row): Omit<Found, 'subject'> {
  if (row.leased_until === null) {
    return {
      detail: `${nameOf(row)} is ${row.state}, but has no lease that could run out`,
      remedy: `Give it back: UPDATE notifications SET state = 'pending' WHERE id = ${row.id} AND leased_until IS NULL.`,
    };
  }
  const until = row.leased_until.toISOString();
  return {
    detail: `${nameOf(row)} is ${row.state}, and its lease ran out at ${until}, more than 5 minutes ago`,
    remedy: `${CHECK_WORKER} A worker frees it by itself.`,
  };
}

async function* findFirst(
  source: Source,
  statement: string,
  explain: (row: Row) => Omit<Found, 'subject'>,
  parameters: unknown[] = [],
): AsyncGenerator<Found> {
  for (const row of await query<Row>(source, statement, parameters))
    yield { subject: `notification ${row.id}`, total: Number(row.total), ...explain(row) };
}

function nameOf({ kind, booking_id }: Row): string {
  return `${kind} of ${booking_id === null ? 'an account' : `booking ${booking_id}`}`;
}

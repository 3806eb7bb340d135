import { messagesForNewTime } from '../../bookings/booking.messages.js';
import { BookingCheck, HAS_LEDGER, IN_PAGE } from './booking.check.js';
import type { Finding } from './finding.js';

interface Row {
  readonly id: number;
  readonly version: number;
  readonly starts_at: Date;
  readonly duration_minutes: number;
  readonly updated_at: Date;
  /** The kinds of message about the booking as it is, separated by commas. */
  readonly told: string | null;
}

/** Live bookings without a reminder that should have been written when they took their time. */
export class ReminderCheck extends BookingCheck<Row> {
  readonly code = 'LEDGER_REMINDER';
  readonly title = 'live bookings with reminders that are missing from the ledger';

  protected readonly sql = `
    SELECT b.id, b.version, b.starts_at, b.duration_minutes, b.updated_at,
           (SELECT GROUP_CONCAT(n.kind) FROM notifications n
            WHERE n.booking_id = b.id AND n.booking_version = b.version) AS told
    FROM bookings b WHERE ${IN_PAGE} AND ${HAS_LEDGER} AND b.status = 'booked'`;

  protected judge(row: Row): Omit<Finding, 'code'> | undefined {
    const told = row.told?.split(',') ?? [];
    const lacking = remindersOf(row).filter((kind) => !told.includes(kind));
    if (lacking.length === 0) return undefined;
    return {
      subject: `booking ${row.id}`,
      detail:
        `it begins at ${row.starts_at.toISOString()} and took that time at ${row.updated_at.toISOString()}, as ` +
        `version ${row.version}, for which the ledger lacks ${lacking.join(' and ')}`,
      remedy:
        'If the reminder can still come in time, write it into the ledger (docs/operations.md, Mending by hand): the ' +
        'worker sends it. All tables of a restore must come from one backup.',
    };
  }
}

/** By the rule itself, at the moment at which the booking took its time; that is when it was last changed. */
function remindersOf({ id, version, starts_at, duration_minutes, updated_at }: Row): string[] {
  const booking = { id, version, startsAt: starts_at.getTime(), durationMinutes: duration_minutes };
  const [, ...reminders] = messagesForNewTime('moved', booking, updated_at.getTime());
  return reminders.map(({ kind }) => kind);
}

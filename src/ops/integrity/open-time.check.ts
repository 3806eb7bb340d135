import { BookingCheck, IN_PAGE } from './booking.check.js';
import type { Finding } from './finding.js';
import { SETTLE_BOOKING } from './remedies.js';

interface Row {
  readonly id: number;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly open_from: Date;
  readonly open_until: Date;
}

/** Live bookings that do not lie in the open time that was written down when they took theirs. */
export class OpenTimeCheck extends BookingCheck<Row> {
  readonly code = 'OUTSIDE_OPEN_TIME';
  readonly title = 'live bookings outside the open time that they were made in';

  // Where nothing was written down, nothing compares.
  protected readonly sql = `
    SELECT b.id, b.starts_at, b.ends_at, b.open_from, b.open_until FROM bookings b
    WHERE ${IN_PAGE} AND b.status = 'booked' AND (b.starts_at < b.open_from OR b.ends_at > b.open_until)`;

  protected judge(row: Row): Omit<Finding, 'code'> {
    return {
      subject: `booking ${row.id}`,
      detail:
        `it lasts from ${row.starts_at.toISOString()} to ${row.ends_at.toISOString()}, but the open time it was made ` +
        `in from ${row.open_from.toISOString()} to ${row.open_until.toISOString()}`,
      remedy: SETTLE_BOOKING,
    };
  }
}

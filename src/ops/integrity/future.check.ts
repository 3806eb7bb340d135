import { BookingCheck, IN_PAGE } from './booking.check.js';
import type { Finding } from './finding.js';

interface Row {
  readonly id: number;
  readonly starts_at: Date;
  readonly updated_at: Date;
}

/** Live bookings of a time that had begun already when they took it. */
export class FutureCheck extends BookingCheck<Row> {
  readonly code = 'NOT_IN_FUTURE';
  readonly title = 'live bookings made or moved when they would have begun already';

  // A live booking was last changed when it took its time: nothing else changes it and leaves it live.
  protected readonly sql = `
    SELECT b.id, b.starts_at, b.updated_at FROM bookings b
    WHERE ${IN_PAGE} AND b.status = 'booked' AND b.starts_at <= b.updated_at`;

  protected judge({ id, starts_at, updated_at }: Row): Omit<Finding, 'code'> {
    return {
      subject: `booking ${id}`,
      detail: `it begins at ${starts_at.toISOString()}, but was made or moved at ${updated_at.toISOString()}`,
      remedy:
        'If it is not to be, cancel it (docs/operations.md, Mending by hand). If it was agreed before it began, set its ' +
        'updated_at to that moment. Find out what wrote it: the service does not.',
    };
  }
}

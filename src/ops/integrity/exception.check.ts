import { type Interval, overlaps } from '../../time/interval.js';
import { parseWallTime } from '../../time/wall-time.js';
import { BookingCheck, IN_PAGE } from './booking.check.js';
import type { Finding } from './finding.js';
import { knownDay } from './known-day.js';
import { SETTLE_BOOKING } from './remedies.js';

interface Row {
  readonly id: number;
  readonly date: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly day_version: number;
  readonly timezone: string;
  readonly exception_id: number;
  /** Null, like the end, for the full day. */
  readonly blocked_from: string | null;
  readonly blocked_until: string | null;
  readonly blocked_version: number;
}

/** Live bookings of a time that an exception had blocked before. One that came later leaves bookings as they are. */
export class ExceptionCheck extends BookingCheck<Row> {
  readonly code = 'DESPITE_EXCEPTION';
  readonly title = 'live bookings of a time that was blocked before';

  // Both versions are those of the doctor's date, which counts whoever takes it, so that no clock is asked.
  protected readonly sql = `
    SELECT b.id, b.date, b.starts_at, b.ends_at, b.day_version, d.timezone, e.id AS exception_id,
           e.start_time AS blocked_from, e.end_time AS blocked_until, e.day_version AS blocked_version
    FROM bookings b
    JOIN exceptions e ON e.doctor_id = b.doctor_id AND e.date = b.date AND e.day_version < b.day_version
    JOIN doctors d ON d.id = b.doctor_id
    WHERE ${IN_PAGE} AND b.status = 'booked'`;

  protected judge(row: Row): Omit<Finding, 'code'> | undefined {
    const booked = { start: row.starts_at.getTime(), end: row.ends_at.getTime() };
    if (!blockedTimes(row).some((blocked) => overlaps(blocked, booked))) return undefined;
    const when = row.blocked_from === null ? 'the full day' : `${row.blocked_from} to ${row.blocked_until}`;
    return {
      subject: `booking ${row.id}`,
      detail:
        `it lasts from ${row.starts_at.toISOString()} to ${row.ends_at.toISOString()} and was the day's change ` +
        `number ${row.day_version}, but exception ${row.exception_id}, number ${row.blocked_version}, had blocked ` +
        `${when} of ${row.date} before`,
      remedy: SETTLE_BOOKING,
    };
  }
}

function blockedTimes({ blocked_from, blocked_until, ...row }: Row): Interval[] {
  const day = knownDay(row);
  // Then it is found to have the wrong instants.
  if (!day) return [];
  if (blocked_from === null || blocked_until === null) return [day.whole];
  return day.intervalsBetween(parseWallTime(blocked_from), parseWallTime(blocked_until));
}

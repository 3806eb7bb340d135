import { parseWallTime } from '../../time/wall-time.js';
import { BookingCheck, IN_PAGE } from './booking.check.js';
import type { Finding } from './finding.js';
import { knownDay } from './known-day.js';

interface Row {
  readonly id: number;
  readonly date: string;
  readonly start_time: string;
  readonly duration_minutes: number;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly timezone: string;
}

const MINUTE_MS = 60_000;

/** Live bookings whose wall time and instants are not the same time. */
export class InstantsCheck extends BookingCheck<Row> {
  readonly code = 'WRONG_INSTANTS';
  readonly title = 'live bookings whose date and time mean other instants than they have';

  protected readonly sql = `
    SELECT b.id, b.date, b.start_time, b.duration_minutes, b.starts_at, b.ends_at, d.timezone
    FROM bookings b JOIN doctors d ON d.id = b.doctor_id
    WHERE ${IN_PAGE} AND b.status = 'booked'`;

  protected judge(row: Row): Omit<Finding, 'code'> | undefined {
    const start = knownDay(row)?.instantOf(parseWallTime(row.start_time));
    const end = start === undefined ? undefined : start + row.duration_minutes * MINUTE_MS;
    if (row.starts_at.getTime() === start && row.ends_at.getTime() === end) return undefined;
    const meant = start === undefined ? 'which does not exist' : `which is ${span(start, end!)}`;
    return {
      subject: `booking ${row.id}`,
      detail:
        `it is for ${row.date} ${row.start_time}, ${row.duration_minutes} minutes, in ${row.timezone}, ${meant}; ` +
        `but it has ${span(row.starts_at.getTime(), row.ends_at.getTime())}`,
      remedy:
        'If a country has changed its clocks, run: node dist/integrity.js --renew-instants. Otherwise ask the doctor ' +
        'and the patient which of the two they keep to. If it is the date and time, run the same command; if it is the ' +
        'instants, have the patient reschedule.',
    };
  }
}

function span(start: number, end: number): string {
  return `${new Date(start).toISOString()} to ${new Date(end).toISOString()}`;
}

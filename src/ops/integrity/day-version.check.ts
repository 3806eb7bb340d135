import { BookingCheck, IN_PAGE } from './booking.check.js';
import type { Finding } from './finding.js';

interface Row {
  readonly id: number;
  readonly doctor_id: number;
  readonly date: string;
  readonly day_version: number;
  readonly present_version: number | null;
}

/** Live bookings that changed their doctor's date more often than it was changed. */
export class DayVersionCheck extends BookingCheck<Row> {
  readonly code = 'DAY_VERSION';
  readonly title = 'live bookings that are ahead of the count of their day';

  protected readonly sql = `
    SELECT b.id, b.doctor_id, b.date, b.day_version, t.version AS present_version
    FROM bookings b LEFT JOIN doctor_days t ON t.doctor_id = b.doctor_id AND t.date = b.date
    WHERE ${IN_PAGE} AND b.status = 'booked' AND b.day_version > COALESCE(t.version, 0)`;

  protected judge({ id, doctor_id, date, day_version, present_version }: Row): Omit<Finding, 'code'> {
    return {
      subject: `booking ${id}`,
      detail:
        `it took its time as change number ${day_version} of ${date} at doctor ${doctor_id}, of which doctor_days ` +
        `has ${present_version === null ? 'no row' : `counted ${present_version}`}`,
      remedy:
        'Set the version of that row of doctor_days to at least this number, and look for overlaps. All tables of a ' +
        'restore must come from one backup.',
    };
  }
}

import type { IntegrityCheck } from '../database/integrity-check.js';
import { isInPresentZone } from '../doctors/doctor.sql.js';
import { ClinicDay } from '../time/clinic-day.js';
import { type EpochMs, type Interval, overlaps } from '../time/interval.js';
import { parseWallTime } from '../time/wall-time.js';
import { joinDay, joinExceptions } from '../availability/schedule.sql.js';
import type { BookingRow } from './booking.js';
import { BOOKING_COLUMNS, BOOKINGS_WITH_DOCTORS, BOOKINGS_WITH_PEOPLE } from './booking.sql.js';
import { bookingCheck, IN_PAGE } from './checks-by-page.js';
import { instantsMeantBy, hasInstants } from './booking-instants.js';
import { OVERLAP } from './booking-overlap.check.js';

type Timed = Pick<BookingRow, 'id' | 'starts_at' | 'ends_at'>;

interface Blocked extends Timed {
  readonly date: string;
  readonly timezone: string;
  readonly day_version: number;
  readonly exception_id: number;
  /** Null, like `blocked_until`, for the full day. */
  readonly blocked_from: string | null;
  readonly blocked_until: string | null;
  readonly blocked_version: number;
}

interface AheadOfDay extends Pick<BookingRow, 'id' | 'doctor_id' | 'date'> {
  readonly day_version: number;
  readonly present_version: number | null;
}

/** For a booking that violates a rule. */
const RESOLVE =
  'Ask the doctor whether it can stay. If it can, write that down (docs/operations.md, Mending by hand); if not, have the patient reschedule or cancel it, or ' +
  'have the desk cancel it: POST /api/bookings/:id/cancel. Find out what wrote it: the service does not.';

export const BOOKING_CHECKS: readonly IntegrityCheck[] = [
  OVERLAP,
  bookingCheck({
    code: 'WRONG_INSTANTS',
    title: 'live bookings whose date and time mean other instants than they have',
    statement: `/* check-instants */ SELECT ${BOOKING_COLUMNS} FROM ${BOOKINGS_WITH_PEOPLE}
      WHERE ${IN_PAGE} AND b.status <> 'cancelled' AND ${isInPresentZone('b.ends_at')}`,
    explain: explainInstants,
    remedy:
      'If a country has changed its clocks, run: node dist/integrity.js --renew-instants. Otherwise ask the doctor ' +
      'and the patient which of the two they keep to. If it is the date and time, run the same command; if it is the ' +
      'instants, have the patient reschedule.',
  }),
  // A booking without recorded availability meets neither condition.
  bookingCheck({
    code: 'OUTSIDE_OPEN_TIME',
    title: 'live bookings outside the availability in which they were booked',
    statement: `/* check-open-time */ SELECT b.id, b.starts_at, b.ends_at, b.open_from, b.open_until FROM bookings b
      WHERE ${IN_PAGE} AND b.status <> 'cancelled' AND (b.starts_at < b.open_from OR b.ends_at > b.open_until)`,
    explain: (row: Timed & { open_from: Date; open_until: Date }) =>
      `it lasts from ${span(row.starts_at, row.ends_at)}, outside the availability in which it was booked, ` +
      span(row.open_from, row.open_until),
    remedy: RESOLVE,
  }),
  // A live booking got its version with its time. The desk books until an hour after the start.
  bookingCheck({
    code: 'NOT_IN_FUTURE',
    title: 'live bookings that were booked or rescheduled after their start',
    statement: `/* check-future */ SELECT b.id, b.starts_at, b.updated_at FROM bookings b
      WHERE ${IN_PAGE} AND b.status <> 'cancelled'
        AND b.starts_at <= b.updated_at - INTERVAL IF(b.version = 1 AND b.booked_by_role NOT IN ('staff', 'admin'), 0, 1) HOUR`,
    explain: ({ starts_at, updated_at }: Pick<BookingRow, 'id' | 'starts_at'> & { updated_at: Date }) =>
      `it begins at ${starts_at.toISOString()}, but was booked or rescheduled at ${updated_at.toISOString()}`,
    remedy:
      'If it should not exist, have the desk cancel it: POST /api/bookings/:id/cancel. If it was agreed before it began, set its ' +
      'updated_at to that moment. Find out what wrote it: the service does not.',
  }),
  // An exception leaves older bookings as they are. Both versions count the changes of the doctor's date, so the check
  // needs no clock.
  bookingCheck({
    code: 'DESPITE_EXCEPTION',
    title: 'live bookings of a time that an exception had already blocked',
    statement: `/* check-exceptions */
      SELECT b.id, b.date, b.starts_at, b.ends_at, b.day_version, d.timezone, e.id AS exception_id,
             e.start_time AS blocked_from, e.end_time AS blocked_until, e.day_version AS blocked_version
      FROM ${BOOKINGS_WITH_DOCTORS}
      ${joinExceptions('b.doctor_id', 'b.date')} AND e.day_version < b.day_version
      WHERE ${IN_PAGE} AND b.status <> 'cancelled' AND ${isInPresentZone('b.ends_at')}
        AND COALESCE(b.overridden, '') NOT LIKE '%EXCEPTION%'`,
    explain: explainException,
    remedy: RESOLVE,
  }),
  bookingCheck({
    code: 'DAY_VERSION',
    title: 'live bookings with a later version than their day',
    statement: `/* check-day-version */
      SELECT b.id, b.doctor_id, b.date, b.day_version, t.version AS present_version
      FROM bookings b LEFT ${joinDay('b.doctor_id', 'b.date')}
      WHERE ${IN_PAGE} AND b.status <> 'cancelled' AND b.day_version > COALESCE(t.version, 0)`,
    explain: ({ doctor_id, date, day_version, present_version }: AheadOfDay) =>
      `it took its time as change number ${day_version} of ${date} at doctor ${doctor_id}, of which doctor_days ` +
      `has ${present_version === null ? 'no row' : `counted ${present_version}`}`,
    remedy:
      'Set the version of that row of doctor_days to at least this number, and look for overlaps. All tables of a ' +
      'restore must come from one backup.',
  }),
];

function explainInstants(row: BookingRow): string | undefined {
  const { date, start_time: time, duration_minutes: durationMinutes, timezone, starts_at, ends_at } = row;
  const meant = instantsMeantBy({ date, time, durationMinutes, timezone });
  if (meant && hasInstants({ startsAt: starts_at.getTime(), endsAt: ends_at.getTime() }, meant))
    return undefined;
  return (
    `it is for ${date} ${time}, ${durationMinutes} minutes, in ${timezone}, ` +
    `${meant ? `which is ${span(meant.start, meant.end)}` : 'which does not exist'}; ` +
    `but it has ${span(starts_at, ends_at)}`
  );
}

function explainException(row: Blocked): string | undefined {
  const booked = { start: row.starts_at.getTime(), end: row.ends_at.getTime() };
  if (!blockedTimes(row).some((blocked) => overlaps(blocked, booked))) return undefined;
  const when = row.blocked_from === null ? 'the full day' : `${row.blocked_from} to ${row.blocked_until}`;
  return (
    `it lasts from ${span(row.starts_at, row.ends_at)} and was the day's change number ${row.day_version}, but ` +
    `exception ${row.exception_id}, number ${row.blocked_version}, had blocked ${when} of ${row.date} before`
  );
}

/** Empty if the date or its zone is unknown: `WRONG_INSTANTS` finds that booking. */
function blockedTimes({ date, timezone, blocked_from, blocked_until }: Blocked): Interval[] {
  const day = ClinicDay.find(date, timezone);
  if (!day) return [];
  if (blocked_from === null || blocked_until === null) return [day.interval];
  return day.intervalsBetween(parseWallTime(blocked_from), parseWallTime(blocked_until));
}

function span(start: Date | EpochMs, end: Date | EpochMs): string {
  return `${new Date(start).toISOString()} to ${new Date(end).toISOString()}`;
}

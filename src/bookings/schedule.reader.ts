import { type DayFacts, ScheduleDay } from '../availability/schedule-day.js';
import { EXCEPTIONS_OF_SCHEDULE, WINDOWS_OF_SCHEDULE } from '../availability/schedule.sql.js';
import { Schedule } from '../availability/schedule.js';
import { query, type Source } from '../database/statement.js';
import { unknownTimeZone } from '../doctors/doctor-time-zone.js';
import { TIME_ZONE_OF_SCHEDULE } from '../doctors/doctor.sql.js';
import { ClinicDay } from '../time/clinic-day.js';
import { datesBetween, dayOfWeek } from '../time/clinic-time.js';
import { BUSY_OF_SCHEDULE } from './booking.sql.js';
import { timesTakenBy } from './booking-instants.js';

interface Row {
  readonly kind: 'doctor' | 'window' | 'exception' | 'busy';
  readonly timezone: string | null;
  /** Of exceptions and busy times. */
  readonly date: string | null;
  /** Of windows. */
  readonly weekday: number | null;
  /** Minutes of the doctor's day; null for a full day. */
  readonly start: number | null;
  /** Minutes, too; null for busy times. */
  readonly end: number | null;
  /** Seconds since 1970; of busy times. */
  readonly starts_at: number | null;
  readonly ends_at: number | null;
}

const READ_SCHEDULE = `/* read-schedule */ ${[
  TIME_ZONE_OF_SCHEDULE,
  WINDOWS_OF_SCHEDULE,
  EXCEPTIONS_OF_SCHEDULE,
  BUSY_OF_SCHEDULE,
].join(' UNION ALL ')}`;

/**
 * Reads everything that decides which times of a doctor are available on a range of days, in one statement.
 *
 * @param source a transaction that has locked the days, or the pool for a read that decides nothing
 * @param range the doctor's local dates, YYYY-MM-DD, both included
 * @param rescheduledId a booking whose time counts as free, because it is being rescheduled
 * @returns undefined if there is no such doctor
 * @throws Refusal DOCTOR_TIME_ZONE
 */
export async function readSchedule(
  source: Source,
  doctorId: number,
  { from, to }: { readonly from: string; readonly to: string },
  rescheduledId = 0,
): Promise<Schedule | undefined> {
  const dates = datesBetween(from, to);
  const weekdays = dates.map(dayOfWeek);
  // One range of weekdays, so that the statement has no list and can be prepared.
  const windows = [doctorId, Math.min(...weekdays), Math.max(...weekdays)];
  const parameters = [doctorId, ...windows, doctorId, from, to, doctorId, from, to, rescheduledId];
  const rows = await query<Row>(source, READ_SCHEDULE, parameters);
  const doctor = rows.find(({ kind }) => kind === 'doctor');
  if (!doctor) return undefined;
  const timezone = doctor.timezone!;
  const rowsOf = byDay(rows);
  const days = dates.map((date) => {
    const day = ClinicDay.find(date, timezone);
    if (!day) throw unknownTimeZone(doctorId, timezone);
    const ofDate = [...(rowsOf.get(date) ?? []), ...(rowsOf.get(dayOfWeek(date)) ?? [])];
    return new ScheduleDay(day, factsOf(day, ofDate));
  });
  return new Schedule(timezone, days);
}

/** Windows by their weekday, all other rows by their date. */
function byDay(rows: readonly Row[]): Map<string | number | null, Row[]> {
  const days = new Map<string | number | null, Row[]>();
  for (const row of rows) {
    const key = row.date ?? row.weekday;
    const others = days.get(key);
    if (others) others.push(row);
    else days.set(key, [row]);
  }
  return days;
}

function factsOf(day: ClinicDay, rows: readonly Row[]): DayFacts {
  const of = (wanted: Row['kind']): Row[] => rows.filter(({ kind }) => kind === wanted);
  return {
    windows: of('window').map(wallRange),
    exceptions: of('exception').map((row) => (row.start === null ? 'full day' : wallRange(row))),
    busy: of('busy').flatMap(({ start, starts_at, ends_at }) =>
      timesTakenBy({ start: starts_at! * 1000, end: ends_at! * 1000 }, start!, day),
    ),
  };
}

function wallRange({ start, end }: Row): { start: number; end: number } {
  return { start: start!, end: end! };
}

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
  /** Minutes of the doctor's day. Null for a full day. */
  readonly start: number | null;
  /** The same; not of busy times. */
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
 * Reads all that decides which times of a doctor are open over a range of days, in one statement.
 *
 * @param source a transaction that locked the days, or the pool to decide nothing
 * @param range dates at the doctor's, YYYY-MM-DD, both included
 * @param movingId a booking whose time does not count as taken, since it is about to move
 * @returns undefined if there is no such doctor
 * @throws Refusal DOCTOR_TIME_ZONE
 */
export async function readSchedule(
  source: Source,
  doctorId: number,
  { from, to }: { readonly from: string; readonly to: string },
  movingId = 0,
): Promise<Schedule | undefined> {
  const dates = datesBetween(from, to);
  const weekdays = dates.map(dayOfWeek);
  // One range of weekdays, so that the statement has no list and can be prepared.
  const windows = [doctorId, Math.min(...weekdays), Math.max(...weekdays)];
  const parameters = [doctorId, ...windows, doctorId, from, to, doctorId, from, to, movingId];
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

/** Windows by their weekday, all else by its date. */
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

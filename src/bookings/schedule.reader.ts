import { type DayFacts, ScheduleDay } from '../availability/schedule-day.js';
import { EXCEPTIONS_OF_SCHEDULE, WINDOWS_OF_SCHEDULE } from '../availability/schedule.sql.js';
import { Schedule } from '../availability/schedule.js';
import { query, type Source } from '../database/statement.js';
import { unknownTimeZone } from '../doctors/doctor-time-zone.js';
import { DOCTOR_OF_SCHEDULE } from '../doctors/doctor.sql.js';
import { PATIENT_OF_SCHEDULE, SELF_OF_SCHEDULE } from '../patients/patient.sql.js';
import { ClinicDay } from '../time/clinic-day.js';
import { datesBetween, dayOfWeek } from '../time/clinic-time.js';
import { BUSY_OF_SCHEDULE } from './booking.sql.js';
import { timesTakenBy } from './booking-instants.js';

interface Row {
  readonly kind: 'doctor' | 'window' | 'exception' | 'busy' | 'patient';
  /** Of the doctor; of the patient all that is read, as JSON. */
  readonly timezone: string | null;
  /** Of exceptions and busy times. */
  readonly date: string | null;
  /** Of windows. */
  readonly weekday: number | null;
  /** Minutes of the doctor's day; null for a full day. Of the doctor: 1 if active. */
  readonly start: number | null;
  /** Minutes, too; null for busy times. */
  readonly end: number | null;
  /** Seconds since 1970; of busy times. */
  readonly starts_at: number | null;
  readonly ends_at: number | null;
}

const PARTS = [DOCTOR_OF_SCHEDULE, WINDOWS_OF_SCHEDULE, EXCEPTIONS_OF_SCHEDULE, BUSY_OF_SCHEDULE];
const READ_SCHEDULE = `/* read-schedule */ ${PARTS.join(' UNION ALL ')}`;
const READ_WITH_SELF = `/* read-schedule-and-self */ ${[...PARTS, SELF_OF_SCHEDULE].join(' UNION ALL ')}`;
const READ_WITH_PATIENT = `/* read-schedule-and-patient */ ${[...PARTS, PATIENT_OF_SCHEDULE].join(' UNION ALL ')}`;

/** The days of a doctor to read. */
export interface ScheduleRange {
  readonly doctorId: number;
  /** The doctor's local dates, YYYY-MM-DD, both included. */
  readonly from: string;
  readonly to: string;
  /** A booking whose time counts as free, because it is being rescheduled. */
  readonly rescheduledId?: number | undefined;
}

/** Who books for whom. */
export interface Booker {
  readonly accountId: number;
  /** By default the account's own patient. */
  readonly patientId?: number | undefined;
}

/** A patient to book for. */
export interface BookedPatient {
  readonly id: number;
  /** The account that manages the patient. */
  readonly accountId: number | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** Whether the booker's account manages the patient, or has accepted the patient. */
  readonly isOwn: boolean;
}

/**
 * Reads everything that decides which times of a doctor are available on a range of days, in one statement.
 *
 * @param source a transaction that has locked the days, or the pool for a read that decides nothing
 * @returns undefined if there is no such doctor
 * @throws Refusal DOCTOR_TIME_ZONE
 */
export async function readSchedule(source: Source, range: ScheduleRange): Promise<Schedule | undefined> {
  return scheduleOf(await query<Row>(source, READ_SCHEDULE, parametersOf(range)), range);
}

/** The same, with the patient to book for, still in one statement. Either is undefined if it does not exist. */
export async function readScheduleAndPatient(
  source: Source,
  range: ScheduleRange,
  { accountId, patientId }: Booker,
): Promise<{ schedule: Schedule | undefined; patient: BookedPatient | undefined }> {
  const [sql, ...parameters] =
    patientId === undefined
      ? [READ_WITH_SELF, accountId]
      : [READ_WITH_PATIENT, accountId, accountId, patientId];
  const rows = await query<Row>(source, sql, [...parametersOf(range), ...parameters]);
  return { schedule: scheduleOf(rows, range), patient: patientOf(rows) };
}

function parametersOf({ doctorId, from, to, rescheduledId = 0 }: ScheduleRange): unknown[] {
  const weekdays = datesBetween(from, to).map(dayOfWeek);
  // One range of weekdays, so that the statement has no list and can be prepared.
  const windows = [doctorId, Math.min(...weekdays), Math.max(...weekdays)];
  return [doctorId, ...windows, doctorId, from, to, doctorId, from, to, rescheduledId];
}

function patientOf(rows: readonly Row[]): BookedPatient | undefined {
  const row = rows.find(({ kind }) => kind === 'patient');
  if (!row) return undefined;
  const { isOwn, ...patient } = JSON.parse(row.timezone!) as Omit<BookedPatient, 'isOwn'> & {
    isOwn: unknown;
  };
  return { ...patient, isOwn: Boolean(isOwn) };
}

function scheduleOf(rows: readonly Row[], { doctorId, from, to }: ScheduleRange): Schedule | undefined {
  const doctor = rows.find(({ kind }) => kind === 'doctor');
  if (!doctor) return undefined;
  const timezone = doctor.timezone!;
  const isDoctorActive = doctor.start === 1;
  const dates = datesBetween(from, to);
  const rowsOf = byDay(rows);
  const days = dates.map((date) => {
    const day = ClinicDay.find(date, timezone);
    if (!day) throw unknownTimeZone(doctorId, timezone);
    const ofDate = [...(rowsOf.get(date) ?? []), ...(rowsOf.get(dayOfWeek(date)) ?? [])];
    return new ScheduleDay(day, { ...factsOf(day, ofDate), isDoctorActive });
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

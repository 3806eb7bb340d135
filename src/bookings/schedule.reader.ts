import {
  TYPE_OF_SCHEDULE,
  typeOfSchedule,
  type TypeOfSchedule,
} from '../appointment-types/appointment-type.sql.js';
import type { PatientFacts } from '../availability/rules/rule.js';
import { EXCEPTIONS_OF_SCHEDULE, WINDOWS_OF_SCHEDULE } from '../availability/schedule.sql.js';
import { Schedule } from '../availability/schedule.js';
import { type BookingSettings, CLINIC_OF_SCHEDULE, clinicOfSchedule } from '../clinic/clinic.sql.js';
import { query, type Source } from '../database/statement.js';
import { unknownTimeZone } from '../doctors/doctor-time-zone.js';
import { DOCTOR_OF_SCHEDULE } from '../doctors/doctor.sql.js';
import { PATIENT_OF_SCHEDULE, SELF_ID, SELF_OF_SCHEDULE } from '../patients/patient.sql.js';
import { ClinicDay } from '../time/clinic-day.js';
import { addDays, datesBetween, dayOfWeek } from '../time/clinic-time.js';
import { type EpochMs, merge } from '../time/interval.js';
import { parseWallTime } from '../time/wall-time.js';
import { BUSY_OF_SCHEDULE, countsOfSchedule, ownOfSchedule } from './booking.sql.js';
import { ScheduleFacts, type ScheduleRow } from './schedule-facts.js';
import { reachIntoNextDay } from './schedule-reach.js';

const HOUR_MS = 60 * 60_000;

/** A part of `read-schedule`, with its parameters. */
type Part = readonly [sql: string, ...parameters: unknown[]];

/** The days of a doctor to read, and for which request. */
export interface ScheduleRange {
  readonly doctorId: number;
  /** The doctor's local dates, YYYY-MM-DD, both included. */
  readonly from: string;
  readonly to: string;
  readonly now: EpochMs;
  readonly typeId?: number | undefined;
  /** A booking that counts nowhere, because it is being rescheduled. */
  readonly rescheduledId?: number | undefined;
  /** The start to evaluate, HH:MM, if it is a single one: it may reach over midnight, out of all windows. */
  readonly time?: string | undefined;
}

/** For whom: for the account's own patient, for another patient, or for that of a booking. Undefined for a visitor. */
export type Booker =
  | { readonly accountId: number; readonly patientId?: number | undefined }
  | { readonly bookedPatientId: number }
  | undefined;

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

/** Everything that decides which times may be booked. */
export interface ScheduleRead {
  /** Undefined if there is no such doctor. */
  readonly schedule: Schedule | undefined;
  readonly clinic: BookingSettings;
  /** Undefined if none is requested, or if there is no such type. */
  readonly type: TypeOfSchedule | undefined;
  /** Undefined if there is no such patient, for a visitor, and for the patient of a booking. */
  readonly patient: BookedPatient | undefined;
  /** Undefined for a visitor. */
  readonly patientFacts: PatientFacts | undefined;
}

/**
 * Reads everything that decides which times of a doctor are available on a range of days, in one statement.
 *
 * @param source a transaction that has locked the days, or the pool for a read that decides nothing
 * @throws Refusal DOCTOR_TIME_ZONE
 */
export async function readSchedule(
  source: Source,
  range: ScheduleRange,
  booker: Booker,
): Promise<ScheduleRead> {
  const { typeId, doctorId } = range;
  const ofType: Part[] = typeId === undefined ? [] : [[TYPE_OF_SCHEDULE, doctorId, typeId]];
  const parts = [...doctorParts(range), ...ofType, ...patientParts(range, booker)];
  const rows = await query<ScheduleRow>(
    source,
    `/* read-schedule */ ${parts.map(([sql]) => sql).join(' UNION ALL ')}`,
    parts.flatMap(([, ...parameters]) => parameters),
  );
  const textOf = (wanted: ScheduleRow['kind']): string | undefined =>
    rows.find(({ kind }) => kind === wanted)?.text ?? undefined;
  const [type, patient] = [textOf('type'), textOf('patient')];
  return {
    schedule: scheduleOf(rows, range),
    clinic: clinicOfSchedule(textOf('clinic')!),
    type: type === undefined ? undefined : typeOfSchedule(type),
    patient: patient === undefined ? undefined : patientOf(patient),
    patientFacts: booker && patientFactsOf(rows),
  };
}

/** The clinic's settings and a type at a doctor, as they are now. */
export async function readLimits(
  source: Source,
  doctorId: number,
  typeId: number | null,
): Promise<Pick<ScheduleRead, 'clinic' | 'type'>> {
  const rows = await query<ScheduleRow>(
    source,
    `/* read-limits */ ${DOCTOR_OF_SCHEDULE} UNION ALL ${CLINIC_OF_SCHEDULE} UNION ALL ${TYPE_OF_SCHEDULE}`,
    [doctorId, doctorId, typeId ?? 0],
  );
  const type = rows.find(({ kind }) => kind === 'type');
  const clinic = rows.find(({ kind }) => kind === 'clinic')!;
  return { clinic: clinicOfSchedule(clinic.text!), type: type && typeOfSchedule(type.text!) };
}

function doctorParts(range: ScheduleRange): Part[] {
  const { doctorId, from, to, rescheduledId = 0, time } = range;
  const weekdays = datesBetween(from, to).map(dayOfWeek);
  const [before, after] = [addDays(from, -1), addDays(to, 1)];
  const until = reachIntoNextDay(time === undefined ? undefined : parseWallTime(time));
  return [
    [DOCTOR_OF_SCHEDULE, doctorId],
    [CLINIC_OF_SCHEDULE],
    // One range of weekdays, so that the statement has no list and can be prepared.
    [WINDOWS_OF_SCHEDULE, doctorId, Math.min(...weekdays), Math.max(...weekdays)],
    [EXCEPTIONS_OF_SCHEDULE, doctorId, from, after],
    [BUSY_OF_SCHEDULE, doctorId, before, after, before, after, until, rescheduledId],
  ];
}

function patientParts(range: ScheduleRange, booker: Booker): Part[] {
  if (!booker) return [];
  if ('bookedPatientId' in booker) return bookingParts(range, '?', booker.bookedPatientId);
  const { accountId, patientId } = booker;
  return patientId === undefined
    ? [[SELF_OF_SCHEDULE, accountId], ...bookingParts(range, SELF_ID, accountId)]
    : [[PATIENT_OF_SCHEDULE, accountId, accountId, patientId], ...bookingParts(range, '?', patientId)];
}

/** @param id SQL of the patient's id, with `parameter` */
function bookingParts(
  { from, to, now, typeId = 0, rescheduledId = 0 }: ScheduleRange,
  id: string,
  parameter: number,
): Part[] {
  // No zone is more than a day from UTC, and no appointment longer than eight hours.
  const [first, last] = [Date.parse(addDays(from, -2)), Date.parse(addDays(to, 3))];
  return [
    [ownOfSchedule(id), parameter, new Date(first), new Date(last), rescheduledId],
    [countsOfSchedule(id), ...[typeId, parameter, new Date(now - 8 * HOUR_MS), new Date(now), rescheduledId]],
  ];
}

function patientOf(json: string): BookedPatient {
  const { isOwn, ...patient } = JSON.parse(json) as Omit<BookedPatient, 'isOwn'> & { isOwn: unknown };
  return { ...patient, isOwn: Boolean(isOwn) };
}

function patientFactsOf(rows: readonly ScheduleRow[]): PatientFacts {
  const counts = rows.find(({ kind }) => kind === 'counts')!;
  const own = rows.filter(({ kind }) => kind === 'own');
  return {
    busy: merge(own.map(({ starts_at, ends_at }) => ({ start: starts_at! * 1000, end: ends_at! * 1000 }))),
    liveBookings: Number(counts.start),
    liveBookingsOfType: Number(counts.number),
  };
}

function scheduleOf(
  rows: readonly ScheduleRow[],
  { doctorId, from, to, typeId }: ScheduleRange,
): Schedule | undefined {
  const doctor = rows.find(({ kind }) => kind === 'doctor');
  if (!doctor) return undefined;
  const timezone = doctor.text!;
  if (!ClinicDay.find(from, timezone)) throw unknownTimeZone(doctorId, timezone);
  const facts = new ScheduleFacts(rows, timezone, typeId, doctor.start === 1);
  return new Schedule(timezone, (date) => (from <= date && date <= to ? facts.on(date) : undefined));
}

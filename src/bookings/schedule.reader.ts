import {
  TYPE_OF_SCHEDULE,
  typeOfSchedule,
  type TypeOfSchedule,
} from '../appointment-types/appointment-type.sql.js';
import type { PatientFacts } from '../availability/rules/rule.js';
import { Schedule } from '../availability/schedule.js';
import { type BookingSettings, CLINIC_OF_SCHEDULE, clinicOfSchedule } from '../clinic/clinic.sql.js';
import { query, type Source } from '../database/statement.js';
import { unknownTimeZone } from '../doctors/doctor-time-zone.js';
import { DOCTOR_OF_SCHEDULE } from '../doctors/doctor.sql.js';
import { ClinicDay } from '../time/clinic-day.js';
import { merge } from '../time/interval.js';
import { ScheduleFacts, type ScheduleRow } from './schedule-facts.js';
import {
  type Booker,
  type DaysToRead,
  doctorParts,
  type Part,
  parametersOf,
  patientParts,
  unionOf,
} from './schedule-parts.sql.js';

/** The days of a doctor to read, and for which request. */
export interface ScheduleRange extends DaysToRead {
  readonly doctorId: number;
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

/** The clinic and the patient of a request. */
export interface ReadAround {
  readonly clinic: BookingSettings;
  /** Undefined if there is no such patient, for a visitor, and for the patient of a booking. */
  readonly patient: BookedPatient | undefined;
  /** Undefined for a visitor. */
  readonly patientFacts: PatientFacts | undefined;
}

/** Everything that decides which times may be booked. */
export interface ScheduleRead extends ReadAround {
  /** Undefined if there is no such doctor. */
  readonly schedule: Schedule | undefined;
  /** Undefined if none is requested, or if there is no such type. */
  readonly type: TypeOfSchedule | undefined;
}

/**
 * Reads everything that decides which times of a doctor are available on a range of days, in one statement.
 * `readSchedules` does it for several doctors.
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
  const parts = [...doctorParts([doctorId], range), ...ofType, ...patientParts(range, booker)];
  const sql = `/* read-schedule */ ${unionOf(parts)}`;
  const rows = await query<ScheduleRow>(source, sql, parametersOf(parts));
  const type = textOf(rows, 'type');
  return {
    ...readAround(rows, booker),
    schedule: scheduleOf(rows, range),
    type: type === undefined ? undefined : typeOfSchedule(type),
  };
}

/** The clinic's settings and a type at a doctor, as they are now. */
export async function readLimits(
  source: Source,
  doctorId: number,
  typeId: number | null,
): Promise<Pick<ScheduleRead, 'clinic' | 'type'>> {
  const parts: Part[] = [
    [DOCTOR_OF_SCHEDULE, doctorId],
    [CLINIC_OF_SCHEDULE],
    [TYPE_OF_SCHEDULE, doctorId, typeId ?? 0],
  ];
  const sql = `/* read-limits */ ${unionOf(parts)}`;
  const rows = await query<ScheduleRow>(source, sql, parametersOf(parts));
  const type = textOf(rows, 'type');
  return {
    clinic: clinicOfSchedule(textOf(rows, 'clinic')!),
    type: type === undefined ? undefined : typeOfSchedule(type),
  };
}

/** What the rows say about the clinic and the patient. */
export function readAround(rows: readonly ScheduleRow[], booker: Booker): ReadAround {
  const patient = textOf(rows, 'patient');
  return {
    clinic: clinicOfSchedule(textOf(rows, 'clinic')!),
    patient: patient === undefined ? undefined : patientOf(patient),
    patientFacts: booker && patientFactsOf(rows),
  };
}

/**
 * The schedule that the rows of a doctor make; `undefined` without a row about the doctor.
 *
 * @throws Refusal DOCTOR_TIME_ZONE
 */
export function scheduleOf(
  rows: readonly ScheduleRow[],
  { doctorId, from, to, typeId }: ScheduleRange,
): Schedule | undefined {
  const doctor = rows.find(({ kind }) => kind === 'doctor');
  if (!doctor) return undefined;
  const timezone = doctor.text!;
  if (!ClinicDay.find(from, timezone)) throw unknownTimeZone(doctorId, timezone);
  const facts = new ScheduleFacts(rows, timezone, typeId, doctor.start === 1);
  return new Schedule(
    timezone,
    (date) => (from <= date && date <= to ? facts.on(date) : undefined),
    (date) => facts.windowsOn(date),
  );
}

function textOf(rows: readonly ScheduleRow[], wanted: ScheduleRow['kind']): string | undefined {
  return rows.find(({ kind }) => kind === wanted)?.text ?? undefined;
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

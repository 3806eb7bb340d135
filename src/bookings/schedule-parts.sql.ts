import { EXCEPTIONS_OF_SCHEDULE, WINDOWS_OF_SCHEDULE } from '../availability/schedule.sql.js';
import { CLINIC_OF_SCHEDULE } from '../clinic/clinic.sql.js';
import type { UnionPart } from '../database/union-part.js';
import { DOCTOR_OF_SCHEDULE } from '../doctors/doctor.sql.js';
import { PATIENT_OF_SCHEDULE, SELF_ID, SELF_OF_SCHEDULE } from '../patients/patient.sql.js';
import { addDays, dayOfWeek } from '../time/clinic-time.js';
import type { EpochMs } from '../time/interval.js';
import { parseWallTime } from '../time/wall-time.js';
import { BUSY_OF_SCHEDULE, countsOfSchedule, ownOfSchedule } from './booking.sql.js';
import { reachIntoNextDay } from './schedule-reach.js';

const HOUR_MS = 60 * 60_000;

/** A part of the statements that read schedules, with its parameters. */
export type Part = readonly [UnionPart, ...unknown[]];

/** The days to read, and for which request. */
export interface DaysToRead {
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

/** The parts about one doctor, whom their parameters name. */
export function unionOf(parts: readonly Part[]): string {
  return parts.map(([{ columns, from }]) => `SELECT ${columns} ${from('= ?')}`).join(' UNION ALL ');
}

/** The parts about several doctors: the parameters of those about doctors name `count` of them. */
export function unionOfDoctors(parts: readonly Part[], count: number): string {
  const doctors = `IN (${Array.from({ length: count }, () => '?').join(', ')})`;
  return parts
    .map(
      ([{ columns, ownerId = 'NULL', from }]) =>
        `SELECT ${columns}, ${ownerId} AS doctor_id ${from(doctors)}`,
    )
    .join(' UNION ALL ');
}

export function parametersOf(parts: readonly Part[]): unknown[] {
  return parts.flatMap(([, ...parameters]) => parameters);
}

/** @param doctors the ids of the doctors: one, or as many as the statement names */
export function doctorParts(doctors: readonly number[], days: DaysToRead): Part[] {
  const { from, to, rescheduledId = 0, time } = days;
  const weekdays = weekdaysBetween(from, to);
  const [before, after] = [addDays(from, -1), addDays(to, 1)];
  const until = reachIntoNextDay(time === undefined ? undefined : parseWallTime(time));
  return [
    [DOCTOR_OF_SCHEDULE, ...doctors],
    [CLINIC_OF_SCHEDULE],
    // One range of weekdays, so that the statement has no list of them.
    [WINDOWS_OF_SCHEDULE, ...doctors, Math.min(...weekdays), Math.max(...weekdays)],
    [EXCEPTIONS_OF_SCHEDULE, ...doctors, from, after],
    [BUSY_OF_SCHEDULE, ...doctors, before, after, before, after, until, rescheduledId],
  ];
}

export function patientParts(days: DaysToRead, booker: Booker): Part[] {
  if (!booker) return [];
  if ('bookedPatientId' in booker) return bookingParts(days, '?', booker.bookedPatientId);
  const { accountId, patientId } = booker;
  return patientId === undefined
    ? [[SELF_OF_SCHEDULE, accountId], ...bookingParts(days, SELF_ID, accountId)]
    : [[PATIENT_OF_SCHEDULE, accountId, accountId, patientId], ...bookingParts(days, '?', patientId)];
}

/** @param id SQL of the patient's id, with `parameter` */
function bookingParts(
  { from, to, now, typeId = 0, rescheduledId = 0 }: DaysToRead,
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

/** The weekdays of the dates from one to another, both included. */
function weekdaysBetween(from: string, to: string): number[] {
  const weekdays: number[] = [];
  for (let date = from; date <= to && weekdays.length < 7; date = addDays(date, 1)) {
    weekdays.push(dayOfWeek(date));
  }
  return weekdays;
}

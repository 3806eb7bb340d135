import {
  SHORTEST_OF_SCHEDULE,
  TYPE_OF_SCHEDULE,
  typeOfSchedule,
  type TypeOfSchedule,
} from '../appointment-types/appointment-type.sql.js';
import type { Schedule } from '../availability/schedule.js';
import { query, type Source } from '../database/statement.js';
import { ClinicDay } from '../time/clinic-day.js';
import { type ReadAround, readAround, scheduleOf } from './schedule.reader.js';
import type { ScheduleRow } from './schedule-facts.js';
import {
  type Booker,
  type DaysToRead,
  doctorParts,
  type Part,
  parametersOf,
  patientParts,
  unionOfDoctors,
} from './schedule-parts.sql.js';
import { Turns } from './times/turns.js';

/** How many doctors a statement names: few sizes, so that few statements are prepared. */
const SIZES = [1, 5, 10, 50] as const;

/** The most doctors of one statement. */
export const MOST_DOCTORS = SIZES.at(-1)!;

/** The days of several doctors to read, and for which request. */
export interface SchedulesRange extends DaysToRead {
  /** At most `MOST_DOCTORS`; none is possible. */
  readonly doctorIds: readonly number[];
  /** Whether to read each doctor's shortest type. */
  readonly withShortest?: boolean | undefined;
}

/** A doctor with the schedule. */
export interface ScheduleOfDoctor {
  readonly doctorId: number;
  readonly schedule: Schedule;
  /** The requested type at the doctor; undefined if none is requested, or if there is no such type. */
  readonly type: TypeOfSchedule | undefined;
  /** The shortest duration of the active types that the doctor offers; undefined if there are none, or if not read. */
  readonly shortestMinutes: number | undefined;
}

/** Everything that decides which times of several doctors may be booked. */
export interface SchedulesRead extends ReadAround {
  /** Without a doctor's own values. Undefined if none is requested, or if there is no such type. */
  readonly type: TypeOfSchedule | undefined;
  /** In the requested order, without those that do not exist or whose time zone is unknown. */
  readonly doctors: readonly ScheduleOfDoctor[];
}

/**
 * Reads everything that decides which times of several doctors are available on a range of days, in one statement, as
 * `readSchedule` does for one. Long answers are worked through in turns.
 *
 * @param source a transaction that has locked the days, or the pool for a read that decides nothing
 */
export async function readSchedules(
  source: Source,
  range: SchedulesRange,
  booker: Booker,
): Promise<SchedulesRead> {
  const { doctorIds, typeId, withShortest = false } = range;
  const named = padded(doctorIds);
  const parts: Part[] = [
    ...doctorParts(named, range),
    ...(typeId === undefined ? [] : [[TYPE_OF_SCHEDULE, ...named, typeId] as const]),
    ...(withShortest ? [[SHORTEST_OF_SCHEDULE, ...named] as const] : []),
    ...patientParts(range, booker),
  ];
  const sql = `/* read-schedules */ ${unionOfDoctors(parts, named.length)}`;
  const rows = await query<ScheduleRow>(source, sql, parametersOf(parts));
  const turns = new Turns();
  const byDoctor = await groupByDoctor(rows, turns);
  const offered = typeOf(rows);
  const type = offered && { ...offered, own: null };
  const doctors: ScheduleOfDoctor[] = [];
  for (const doctorId of doctorIds) {
    if (turns.isOver()) await turns.next();
    doctors.push(...doctorOf(byDoctor.get(doctorId) ?? [], doctorId, range, type));
  }
  return { ...readAround(byDoctor.get(null)!, booker), type, doctors };
}

/** @returns none if the doctor does not exist, or if the time zone is unknown */
function doctorOf(
  rows: readonly ScheduleRow[],
  doctorId: number,
  range: SchedulesRange,
  type: TypeOfSchedule | undefined,
): ScheduleOfDoctor[] {
  const zone = rows.find(({ kind }) => kind === 'doctor')?.text;
  if (!zone || !ClinicDay.find(range.from, zone)) return [];
  const schedule = scheduleOf(rows, { ...range, doctorId })!;
  const shortest = rows.find(({ kind }) => kind === 'shortest');
  return [
    {
      doctorId,
      schedule,
      type: typeOf(rows) ?? type,
      shortestMinutes: shortest && Number(shortest.number),
    },
  ];
}

/** The requested type at the doctor of the rows. */
function typeOf(rows: readonly ScheduleRow[]): TypeOfSchedule | undefined {
  const row = rows.find(({ kind }) => kind === 'type');
  return row && typeOfSchedule(row.text!);
}

/** The rows of each doctor, and under null those about no doctor. */
async function groupByDoctor(
  rows: readonly ScheduleRow[],
  turns: Turns,
): Promise<Map<number | null, ScheduleRow[]>> {
  const groups = new Map<number | null, ScheduleRow[]>();
  for (const [index, row] of rows.entries()) {
    if (index % 1000 === 999 && turns.isOver()) await turns.next();
    // Databases return a column of numbers and NULLs in different ways.
    const key = row.doctor_id === null ? null : Number(row.doctor_id);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** The ids, filled up with an id that no doctor has. */
function padded(ids: readonly number[]): number[] {
  const size = SIZES.find((each) => each >= ids.length);
  if (size === undefined) throw new RangeError(`${ids.length} doctors are more than a statement names.`);
  return Array.from({ length: size }, (_, index) => ids[index] ?? 0);
}

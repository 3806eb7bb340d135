import { isNeverBookable } from '../../availability/evaluate.js';
import type { EvaluatedFor } from '../../availability/rules/rule.js';
import { isDesk } from '../../auth/role.js';
import type { Source } from '../../database/statement.js';
import type { Refusal } from '../../errors/domain-error.js';
import type { Actor } from '../../http/context.js';
import { addDays, dateIn } from '../../time/clinic-time.js';
import type { EpochMs } from '../../time/interval.js';
import { isNamed } from '../bookable-times.js';
import { evaluatedFor } from '../booking-evaluation.js';
import { durationOf } from '../requested-type.js';
import { readSchedules, type ScheduleOfDoctor, type SchedulesRead } from '../schedules.reader.js';
import { assertMayRequest, type RequestedTimes } from './requested-times.js';
import { type SearchedDates, searchedDates, spanOf, withinHorizon } from './searched-dates.js';
import type { SearchedDoctor } from './searched-doctors.reader.js';

/** How many days are read at most with the second statement: all that a list may span. */
const SECOND_DAYS = 63;

/** A search for times. */
export interface TimesSearch {
  readonly actor: Actor;
  readonly requested: RequestedTimes;
  readonly doctors: readonly SearchedDoctor[];
  /** Why there is nothing to search. It is thrown once the actor is known to may request this. */
  readonly refusal?: Refusal | undefined;
  readonly now: EpochMs;
  /** Leaves out dates that end before; by default those that can no longer be booked. */
  readonly since?: EpochMs | undefined;
  /** How many days to read with the first statement. */
  readonly firstDays: number;
  /** Whether times that leave no gap come first. */
  readonly isCompact?: boolean | undefined;
}

/** A doctor to search, with all that decides which times are free. */
export interface SearchedSchedule extends Omit<ScheduleOfDoctor, 'type'> {
  readonly dates: SearchedDates;
  readonly who: EvaluatedFor;
  readonly durationMinutes: number;
  /** The shortest appointment that could fill a gap. */
  readonly shortestMinutes: number;
  /** Whether no time can be booked, whatever the date. */
  readonly isRefused: boolean;
}

/** The schedules of doctors on a range of dates, YYYY-MM-DD, both included. */
export interface SchedulesOfRange {
  readonly from: string;
  readonly to: string;
  readonly doctors: readonly SearchedSchedule[];
}

/**
 * Reads the schedules of all searched dates, with at most three statements however many dates there are: the first days,
 * in which most searches end, then two months, then the rest.
 *
 * @throws Refusal UNKNOWN_PATIENT, UNKNOWN_TYPE, TYPE_REQUIRED, or that of the search
 */
export async function* searchedSchedules(
  source: Source,
  search: TimesSearch,
): AsyncGenerator<SchedulesOfRange, void, void> {
  const { actor, requested, doctors, refusal, now, since, firstDays } = search;
  let dates = searchedDates(doctors, requested, now, since);
  let span = spanOf(dates.values());
  const start = span?.from ?? dateIn('UTC', now);
  let from = start;
  for (const days of [firstDays, SECOND_DAYS, undefined]) {
    const end = span?.to ?? from;
    const to = days === undefined ? end : earlier(addDays(start, days - 1), end);
    if (to < from) continue;
    const read = await readRange(source, search, [...dates.keys()], from, to);
    assertMayRequest(actor, read, requested);
    if (refusal) throw refusal;
    const found = read.doctors.map((doctor) => searchedSchedule(search, read, doctor, dates, from));
    dates = new Map(found.map((doctor) => [doctor.doctorId, doctor.dates]));
    yield { from, to, doctors: found };
    span = spanOf(dates.values());
    from = addDays(to, 1);
    if (!span || from > span.to) return;
  }
}

function readRange(
  source: Source,
  { actor, requested, now, isCompact }: TimesSearch,
  doctorIds: readonly number[],
  from: string,
  to: string,
): Promise<SchedulesRead> {
  const { typeId, patientId } = requested;
  const booker = actor.id === null ? undefined : { accountId: actor.id, patientId };
  return readSchedules(source, { doctorIds, from, to, now, typeId, withShortest: isCompact }, booker);
}

function searchedSchedule(
  { actor, requested, now }: TimesSearch,
  { clinic, patientFacts }: SchedulesRead,
  { type, ...doctor }: ScheduleOfDoctor,
  dates: ReadonlyMap<number, SearchedDates>,
  date: string,
): SearchedSchedule {
  const isForDesk = isDesk(actor.role);
  const asked = { now, isForDesk, isNamed: isNamed(requested) };
  const who = evaluatedFor({ clinic, type, patientFacts }, asked);
  const durationMinutes = durationOf(requested, who);
  // The horizon does not bind the desk, but a search must end somewhere.
  const isBound = !isForDesk || requested.to === undefined;
  const all = dates.get(doctor.doctorId)!;
  return {
    ...doctor,
    dates: isBound ? withinHorizon(all, who.parameters.horizonDays) : all,
    who,
    durationMinutes,
    shortestMinutes: doctor.shortestMinutes ?? durationMinutes,
    isRefused: isNeverBookable(doctor.schedule, date, who),
  };
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

import { isOfferedBy } from '../../appointment-types/appointment-type.sql.js';
import { doctorParameters, IN_DOCTORS, MOST_DOCTORS } from '../../availability/day-facts.repository.js';
import { query, type Source } from '../../database/statement.js';
import { DOCTORS } from '../../doctors/doctor.sql.js';
import { Refusal } from '../../errors/domain-error.js';
import { unknownDoctor } from '../booking.refusals.js';

/** Among which doctors to search; by default all who can be booked. */
export interface DoctorsFilter {
  /** At most `MOST_DOCTORS`, each once. */
  readonly doctorIds?: readonly number[] | undefined;
  readonly specialty?: string | undefined;
  /** Only doctors who offer the type. */
  readonly typeId?: number | undefined;
}

/** A doctor who can be booked. */
export interface SearchedDoctor {
  readonly id: number;
  /** IANA. */
  readonly timezone: string;
}

/** The doctors to search, by id, or why they cannot be searched. */
export interface SearchedDoctors {
  readonly doctors: readonly SearchedDoctor[];
  readonly refusal?: Refusal;
}

/** Finds the active doctors whom the filter matches. Of the named ones, it also learns whether they exist. */
export async function findSearchedDoctors(source: Source, filter: DoctorsFilter): Promise<SearchedDoctors> {
  const { doctorIds } = filter;
  const [matches, parameters] = matchesOf(filter);
  const rows = await query<SearchedDoctor & { matches: 0 | 1 }>(
    source,
    `/* find-doctors-of-search */ SELECT d.id, d.timezone, ${matches} AS matches FROM ${DOCTORS}
     WHERE ${doctorIds ? `d.id ${IN_DOCTORS}` : matches} ORDER BY d.id LIMIT ${MOST_DOCTORS + 1}`,
    [...parameters, ...(doctorIds ? doctorParameters(doctorIds) : parameters)],
  );
  const unknown = doctorIds?.find((wanted) => !rows.some(({ id }) => id === wanted));
  if (unknown !== undefined) return { doctors: [], refusal: unknownDoctor(unknown) };
  if (rows.length > MOST_DOCTORS) return { doctors: [], refusal: tooManyDoctors() };
  return { doctors: rows.filter((row) => row.matches === 1).map(({ id, timezone }) => ({ id, timezone })) };
}

/** SQL of whether a doctor `d` matches, with its parameters. */
function matchesOf({ specialty, typeId }: DoctorsFilter): [string, unknown[]] {
  const conditions = ['d.active = 1'];
  const parameters: unknown[] = [];
  if (specialty !== undefined) {
    conditions.push('d.specialty = ?');
    parameters.push(specialty);
  }
  if (typeId !== undefined) {
    conditions.push(isOfferedBy('d.id'));
    parameters.push(typeId);
  }
  return [`(${conditions.join(' AND ')})`, parameters];
}

function tooManyDoctors(): Refusal {
  const message = `More than ${MOST_DOCTORS} doctors match. Name some in doctor_id, or send a specialty or a type_id that fewer have.`;
  return new Refusal('TOO_MANY_DOCTORS', message, [{ field: 'doctor_id', message }]);
}

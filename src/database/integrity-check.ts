import type { EpochMs } from '../time/interval.js';
import { query, type Source } from './statement.js';

/** Something wrong in the data. Operators read it, so it never names a person. */
export interface Finding {
  /** Stable, SCREAMING_SNAKE; docs/operations.md explains each. */
  readonly code: string;
  /** What it is about: `booking 12`. */
  readonly subject: string;
  /** What is wrong, with the figures; instants in UTC. */
  readonly detail: string;
  /** What the operator should do. */
  readonly remedy: string;
}

/** A finding as its check yields it. */
export interface Found extends Omit<Finding, 'code'> {
  /** Only if it differs from the check's. */
  readonly code?: string;
  /** How many findings there are, if the check yields only the first `MOST_LISTED`. */
  readonly total?: number;
}

/** A report lists this many findings of a check, and counts the others. */
export const MAX_LISTED = 100;

/** An invariant of a healthy clinic, which also holds while the clinic is open. */
export interface IntegrityCheck {
  /** Stable, SCREAMING_SNAKE. */
  readonly code: string;
  /** What the check looks for, in a few words. */
  readonly title: string;
  /** Changes nothing. The values that it compares come from one statement, which sees one moment. */
  find(source: Source, now: EpochMs): AsyncIterable<Found>;
}

const PAGE = 5_000;

/**
 * Reads a statement page by page, so that a million rows need little memory and no answer takes long.
 *
 * @param statement its two parameters bound the table's ids: above the first, up to the second
 */
export async function* readByPage<Row>(
  source: Source,
  table: string,
  statement: string,
): AsyncGenerator<Row> {
  const endOfPage = `/* find-end-of-page */ SELECT MAX(id) AS last
    FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${PAGE}) page`;
  for (let after = 0; ;) {
    const [page] = await query<{ last: number | null }>(source, endOfPage, [after]);
    const { last } = page!;
    if (last === null) return;
    yield* await query<Row>(source, statement, [after, last]);
    after = last;
  }
}

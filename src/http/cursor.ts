import type { EpochMs } from '../time/interval.js';
import { field, type FieldOptions, IntegerField, isWholeNumber, LARGEST_ID } from './fields.js';

/** Pages of lists that can grow: at most `limit` items, and a cursor for the next page. */

/** Where a page ends: the instant and the id by which its last item is ordered. */
export interface Position {
  readonly at: EpochMs;
  readonly id: number;
}

const LONGEST_CURSOR = 60;
const CURSOR = /^[\w-]+$/;
/** The years that a database can store. */
const EARLIEST = Date.parse('1000-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The cursors of the positions in a list. A cursor holds the position itself, not only an id: whatever is moved or
 * removed meanwhile, the next page begins where this one ended.
 */
export class Cursors<P> {
  /** @param positionOf undefined for numbers that are no position */
  constructor(
    private readonly numbersOf: (position: P) => readonly number[],
    private readonly positionOf: (numbers: readonly unknown[]) => P | undefined,
  ) {}

  write(position: P): string {
    return Buffer.from(JSON.stringify(this.numbersOf(position))).toString('base64url');
  }

  /** The position of a cursor; undefined if this service did not make it. */
  read(cursor: unknown): P | undefined {
    if (typeof cursor !== 'string' || cursor.length > LONGEST_CURSOR || !CURSOR.test(cursor))
      return undefined;
    const position = this.positionOf(numbersIn(Buffer.from(cursor, 'base64url').toString()));
    // A position has one cursor only.
    return position && this.write(position) === cursor ? position : undefined;
  }
}

function numbersIn(json: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** Whether a number of a cursor is an instant that a database can store. */
export function isInstant(value: unknown): value is EpochMs {
  return isWholeNumber(value, EARLIEST, LATEST);
}

/** Whether a number of a cursor is the id of a resource. */
export function isId(value: unknown): value is number {
  return isWholeNumber(value, 1, LARGEST_ID);
}

const POSITIONS = new Cursors<Position>(
  ({ at, id }) => [at, id],
  ([at, id]) => (isInstant(at) && isId(id) ? { at, id } : undefined),
);

export function cursorOf(position: Position): string {
  return POSITIONS.write(position);
}

/** The position of a cursor; undefined if this service did not make it. */
export function readCursor(cursor: unknown): Position | undefined {
  return POSITIONS.read(cursor);
}

/**
 * The cursor of a page.
 *
 * @param read the position of a cursor of the list
 */
export function CursorField(
  options: FieldOptions = {},
  read: (cursor: unknown) => unknown = readCursor,
): PropertyDecorator {
  const description = 'Where the page begins; the link to the next page contains it';
  return field(
    { optional: true, description, ...options },
    { type: 'string', maxLength: LONGEST_CURSOR, pattern: CURSOR.source },
    'must be the cursor of a link to a next page',
    (value) => read(value) !== undefined,
  );
}

const MOST_LISTED = 200;
export const LISTED_BY_DEFAULT = 50;

/** How many items a page has at most. Needs `@FromText()`. */
export function LimitField(): PropertyDecorator {
  return IntegerField(1, MOST_LISTED, {
    optional: true,
    default: LISTED_BY_DEFAULT,
    description: 'At most so many items. If there are more, `Link: <...>; rel="next"` leads to the next page',
    example: LISTED_BY_DEFAULT,
  });
}

/** A page of a list. */
export interface CursorPage<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/**
 * The page of these rows.
 *
 * @param rows one more than the limit if there is a next page
 */
export function pageWithCursor<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => Position,
): CursorPage<T> {
  return pageOf(rows, limit, (row) => cursorOf(positionOf(row)));
}

/** The same, of a list whose cursors are others. */
export function pageOf<T>(rows: readonly T[], limit: number, cursorAfter: (row: T) => string): CursorPage<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorAfter(last) : undefined };
}

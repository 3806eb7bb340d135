import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cursorOf, pageWithCursor, type Position, readCursor } from './cursor.js';
import { LARGEST_ID } from './fields.js';

const EARLIEST = Date.parse('1000-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');
const POSITION = fc.record({
  at: fc.integer({ min: EARLIEST, max: LATEST }),
  id: fc.integer({ min: 1, max: LARGEST_ID }),
});

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a cursor holds its position', () => {
  fc.assert(
    fc.property(POSITION, (position) => {
      expect(readCursor(cursorOf(position))).toEqual(position);
    }),
  );
});

describe('what is no cursor of this service is refused', () => {
  test.each([
    ['', 'nothing'],
    ['not base64 url', 'other characters'],
    [encoded({}), 'an object'],
    [encoded(null), 'null'],
    [encoded([1]), 'one number'],
    [encoded([1, 2, 3]), 'three numbers'],
    [encoded(['1', 2]), 'a text'],
    [encoded([1.5, 2]), 'a fraction'],
    [encoded([0, 0]), 'no id'],
    [encoded([0, LARGEST_ID + 1]), 'an id that no column can hold'],
    [encoded([LATEST + 1, 1]), 'a year that no column can hold'],
    [Buffer.from('[0, 1]').toString('base64url'), 'another spelling of a position'],
    [`${cursorOf({ at: 0, id: 1 })}A`, 'something behind it'],
    ['W'.repeat(100_000), 'a long text'],
  ])('%s: %s', (cursor) => {
    expect(readCursor(cursor)).toBeUndefined();
  });

  test('any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const position = readCursor(text);
        expect(position === undefined || cursorOf(position) === text).toBe(true);
      }),
    );
  });
});

test('a page has a next one only if there are more rows', () => {
  const rows: Position[] = [1, 2, 3].map((id) => ({ at: 7, id }));
  const position = (row: Position): Position => row;
  expect(pageWithCursor(rows, 3, position)).toEqual({ items: rows, next: undefined });
  expect(pageWithCursor(rows, 2, position)).toEqual({ items: rows.slice(0, 2), next: cursorOf(rows[1]!) });
  expect(pageWithCursor([], 2, position)).toEqual({ items: [], next: undefined });
});

import { type IntegrityCheck, readByPage } from '../database/integrity-check.js';

/** Part of a WHERE clause: the bookings `b` of a page. */
export const IN_PAGE = 'b.id > ? AND b.id <= ?';

interface BookingCheck<Row> extends Omit<IntegrityCheck, 'find'> {
  /** Selects bookings that are `IN_PAGE`. */
  readonly statement: string;
  readonly remedy: string;
  /** What is wrong with a booking; undefined if nothing is. */
  readonly explain: (row: Row) => string | undefined;
}

/** A check that explains what is wrong with each booking of its statement. */
export function bookingCheck<Row extends { readonly id: number }>({
  statement,
  explain,
  remedy,
  ...check
}: BookingCheck<Row>): IntegrityCheck {
  return {
    ...check,
    async *find(source) {
      for await (const row of readByPage<Row>(source, 'bookings', statement)) {
        const detail = explain(row);
        if (detail !== undefined) yield { subject: `booking ${row.id}`, detail, remedy };
      }
    },
  };
}

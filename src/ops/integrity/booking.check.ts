import type { DataSource } from 'typeorm';
import type { Check } from './check.js';
import type { Finding } from './finding.js';
import { Findings } from './findings.js';

const PAGE = 5_000;

/** The bookings `b` of a page. */
export const IN_PAGE = 'b.id > ? AND b.id <= ?';

/** Bookings that are old enough for their notifications to have been deleted are not asked about them. */
export const HAS_LEDGER = `b.ends_at >= COALESCE(
  (SELECT m.reached_at FROM retention_marks m WHERE m.name = 'notifications_from'), '1970-01-01')`;

/** Looks at the bookings, some thousands at a time, so that a million of them need neither memory nor patience. */
export abstract class BookingCheck<Row> implements Check {
  abstract readonly code: string;
  abstract readonly title: string;
  /** Reads what is suspicious, or everything, of the bookings that are `IN_PAGE`. */
  protected abstract readonly sql: string;

  constructor(private readonly dataSource: DataSource) {}

  /** What is wrong with a row, and what to do; undefined if all is well. */
  protected abstract judge(row: Row): Omit<Finding, 'code'> | undefined;

  async look(): Promise<Findings> {
    const findings = new Findings();
    let after = 0;
    for (let last = await this.endOfPage(after); last !== null; last = await this.endOfPage(after)) {
      const rows: Row[] = await this.dataSource.query(this.sql, [after, last]);
      for (const row of rows) {
        const wrong = this.judge(row);
        if (wrong) findings.add({ code: this.code, ...wrong });
      }
      after = last;
    }
    return findings;
  }

  private async endOfPage(after: number): Promise<number | null> {
    const [row]: { last: number | null }[] = await this.dataSource.query(
      `SELECT MAX(id) AS last FROM (SELECT id FROM bookings WHERE id > ? ORDER BY id LIMIT ${PAGE}) page`,
      [after],
    );
    return row!.last;
  }
}

import type { DataSource } from 'typeorm';
import { inOneStatement } from './in-one-statement.js';
import { look } from './statement.js';

/** What retention remembers of itself. */
export type RetentionMark =
  /** Notifications of bookings that ended before may be missing. */
  | 'notifications_from'
  /** Those of bookings that ended before have been deleted. */
  | 'notifications_done'
  /** Events before have lost their network address. */
  | 'addresses_done';

const NEVER = new Date(0);

/** How far retention has come. */
export async function readMark(dataSource: DataSource, name: RetentionMark): Promise<Date> {
  const sql = 'SELECT reached_at FROM retention_marks WHERE name = ?';
  const [row] = await look<{ reached_at: Date }>(dataSource, sql, [name]);
  return row?.reached_at ?? NEVER;
}

/** SQL: a mark, as an instant in UTC. */
export function markIs(name: RetentionMark): string {
  return `COALESCE((SELECT m.reached_at FROM retention_marks m WHERE m.name = '${name}'), '1970-01-01')`;
}

/** A mark never goes back: what is gone stays gone when more is to be kept from now on. */
export async function setMark(dataSource: DataSource, name: RetentionMark, reachedAt: Date): Promise<void> {
  await inOneStatement(
    dataSource,
    `INSERT INTO retention_marks (name, reached_at) VALUES (?, ?)
     ON DUPLICATE KEY UPDATE reached_at = GREATEST(reached_at, ?)`,
    [name, reachedAt, reachedAt],
  );
}

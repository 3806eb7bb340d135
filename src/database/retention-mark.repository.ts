import type { DataSource } from 'typeorm';
import { inOneStatement } from './in-one-statement.js';
import { RetentionMark, type RetentionMarkName } from './retention-mark.entity.js';

const NEVER = new Date(0);

/** How far retention has come with one task. */
export async function readMark(dataSource: DataSource, name: RetentionMarkName): Promise<Date> {
  const mark = await dataSource.manager.findOneBy(RetentionMark, { name });
  return mark?.reachedAt ?? NEVER;
}

/** SQL for a mark, as an instant in UTC. */
export function markSql(name: RetentionMarkName): string {
  return `COALESCE((SELECT m.reached_at FROM retention_marks m WHERE m.name = '${name}'), '1970-01-01')`;
}

/** Sets a mark, but never back: deleted rows stay deleted if the retention period becomes longer. */
export async function setMark(
  dataSource: DataSource,
  name: RetentionMarkName,
  reachedAt: Date,
): Promise<void> {
  await inOneStatement(
    dataSource,
    `/* set-retention-mark */ INSERT INTO retention_marks (name, reached_at) VALUES (?, ?)
     ON DUPLICATE KEY UPDATE reached_at = GREATEST(reached_at, ?)`,
    [name, reachedAt, reachedAt],
  );
}

import type { DataSource } from 'typeorm';
import { isRetryable } from './mysql-errors.js';

const MAX_ATTEMPTS = 5;

/**
 * Runs a statement that is a transaction of its own, as `inTransaction` runs several: at READ COMMITTED, where it
 * locks the rows it changes and no gaps between them, and again when the database gave it up for another.
 */
export async function inOneStatement<T>(
  dataSource: DataSource,
  sql: string,
  parameters: unknown[],
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await runner.query(sql, parameters)) as T;
      } catch (error) {
        if (!isRetryable(error) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  } finally {
    await runner.release();
  }
}

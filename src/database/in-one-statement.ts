import type { ResultSetHeader } from 'mysql2';
import type { DataSource } from 'typeorm';
import { isRetryable } from './mysql-errors.js';
import { execute } from './statement.js';

const MAX_ATTEMPTS = 5;

/**
 * Runs a statement as a transaction of its own. Like `inTransaction`, it runs at READ COMMITTED, where it locks the
 * rows it changes and no gaps between them, and again if the database aborted it in favour of another.
 */
export async function inOneStatement(
  dataSource: DataSource,
  sql: string,
  parameters: unknown[],
): Promise<ResultSetHeader> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await execute(dataSource, sql, parameters);
    } catch (error) {
      if (!isRetryable(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

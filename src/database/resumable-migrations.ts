import { createHash } from 'node:crypto';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { isAlreadyApplied } from './mysql-errors.js';

/**
 * MySQL commits DDL implicitly, so a migration that fails half-way leaves what it has done. This table records each
 * finished statement of a migration under way, and exists only meanwhile.
 */
const PROGRESS = `CREATE TABLE IF NOT EXISTS migration_progress (
    migration VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    statement CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of one that took effect',
    PRIMARY KEY (migration, statement)
  ) ENGINE = InnoDB`;

/** Recorded first, so that a run knows whether an earlier one began. */
const BEGUN = 'begun';

/**
 * Runs the pending migrations and returns their names. A run after a failed one skips the statements that took effect.
 * A migration must send each statement once, and each must be one DDL statement or one write.
 */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  await dataSource.query(PROGRESS);
  for (const migration of dataSource.migrations) makeResumable(migration);
  const executed = await dataSource.runMigrations();
  await dataSource.query('DROP TABLE migration_progress');
  return executed.map(({ name }) => name);
}

function makeResumable(migration: MigrationInterface): void {
  const up = migration.up.bind(migration);
  migration.up = async (runner) => {
    await up(await resumableRunner(runner, migration.name!));
  };
}

/** The same runner, except that it skips writes that already took effect, and records each further one. */
async function resumableRunner(runner: QueryRunner, migration: string): Promise<QueryRunner> {
  const rows = (await runner.query('SELECT statement FROM migration_progress WHERE migration = ?', [
    migration,
  ])) as { statement: string }[];
  const done = new Set(rows.map(({ statement }) => statement));
  let mayBeApplied = done.size > 0;
  const record = (statement: string): Promise<unknown> =>
    runner.query('INSERT IGNORE INTO migration_progress (migration, statement) VALUES (?, ?)', [
      migration,
      statement,
    ]);
  if (!mayBeApplied) await record(BEGUN);
  const query = async (sql: string, parameters?: unknown[]): Promise<unknown> => {
    if (/^\s*SELECT\b/i.test(sql)) return runner.query(sql, parameters);
    const statement = createHash('sha256')
      .update(JSON.stringify([sql, parameters]))
      .digest('hex');
    if (done.has(statement)) return [];
    try {
      await runner.query(sql, parameters);
    } catch (error) {
      // A run killed between a statement and its record: only the first unrecorded one can have taken effect.
      if (!mayBeApplied || !isAlreadyApplied(error)) throw error;
    }
    mayBeApplied = false;
    await record(statement);
    return [];
  };
  return Object.create(runner, { query: { value: query } }) as QueryRunner;
}

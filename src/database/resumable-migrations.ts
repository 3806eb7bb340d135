import { createHash } from 'node:crypto';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { isDoneAlready } from './mysql-errors.js';

/**
 * DDL commits by itself, so a migration that fails half-way leaves what it had done. Each statement of a migration that
 * is under way is noted here; the table is there only while one is.
 */
const PROGRESS = `CREATE TABLE IF NOT EXISTS migration_progress (
    migration VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    statement CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of one that took effect',
    PRIMARY KEY (migration, statement)
  ) ENGINE = InnoDB`;

/** Noted first, so that a run knows whether there was one before. */
const BEGUN = 'begun';

/**
 * Runs the migrations that are due, and answers with their names. A run that goes on after a failed one skips the
 * statements that took effect. A migration sends each statement once, and each is one DDL statement or one write.
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
    await up(await resuming(runner, migration.name!));
  };
}

/** The same runner, but for writes: those that took effect before are skipped, and each further one is noted. */
async function resuming(runner: QueryRunner, migration: string): Promise<QueryRunner> {
  const rows = (await runner.query('SELECT statement FROM migration_progress WHERE migration = ?', [
    migration,
  ])) as { statement: string }[];
  const done = new Set(rows.map(({ statement }) => statement));
  let mayBeDone = done.size > 0;
  const note = (statement: string): Promise<unknown> =>
    runner.query('INSERT IGNORE INTO migration_progress (migration, statement) VALUES (?, ?)', [
      migration,
      statement,
    ]);
  if (!mayBeDone) await note(BEGUN);
  const query = async (sql: string, parameters?: unknown[]): Promise<unknown> => {
    if (/^\s*SELECT\b/i.test(sql)) return runner.query(sql, parameters);
    const statement = createHash('sha256')
      .update(JSON.stringify([sql, parameters]))
      .digest('hex');
    if (done.has(statement)) return [];
    try {
      await runner.query(sql, parameters);
    } catch (error) {
      // Killed between a statement and its note: only the first without one can have taken effect unseen.
      if (!mayBeDone || !isDoneAlready(error)) throw error;
    }
    mayBeDone = false;
    await note(statement);
    return [];
  };
  return Object.create(runner, { query: { value: query } }) as QueryRunner;
}

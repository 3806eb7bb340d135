import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { isDoneAlready } from './mysql-errors.js';

/**
 * DDL commits by itself, so a migration that fails half-way leaves what it had done. Each statement of a migration that
 * is under way is counted here; the table is there only while one is.
 */
const PROGRESS = `CREATE TABLE IF NOT EXISTS migration_progress (
    migration VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    done INT UNSIGNED NOT NULL COMMENT 'statements that took effect',
    PRIMARY KEY (migration)
  ) ENGINE = InnoDB`;

/**
 * Runs the migrations that are due, and answers with their names. A run that goes on after a failed one skips the
 * statements that took effect. Each migration must send the same statements in the same order when it runs again, each
 * one DDL statement or one write; what it reads is read anew.
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

/** The same runner, but for writes: those that took effect before are skipped, and each further one is counted. */
async function resuming(runner: QueryRunner, migration: string): Promise<QueryRunner> {
  const [row] = (await runner.query('SELECT done FROM migration_progress WHERE migration = ?', [
    migration,
  ])) as { done: number }[];
  if (!row) await runner.query('INSERT INTO migration_progress (migration, done) VALUES (?, 0)', [migration]);
  let step = 0;
  const query = async (sql: string, parameters?: unknown[]): Promise<unknown> => {
    if (/^\s*SELECT\b/i.test(sql)) return runner.query(sql, parameters);
    step += 1;
    if (row && step <= row.done) return [];
    try {
      await runner.query(sql, parameters);
    } catch (error) {
      // Killed between a statement and its count: only the first after those counted can have taken effect unseen.
      if (!row || step !== row.done + 1 || !isDoneAlready(error)) throw error;
    }
    await runner.query('UPDATE migration_progress SET done = ? WHERE migration = ?', [step, migration]);
    return [];
  };
  return Object.create(runner, { query: { value: query } }) as QueryRunner;
}

import { createConnection } from 'mysql2/promise';
import { AbstractLogger, DataSource, type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Environment } from '../support/test-environment.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { migrate } from '../../src/database/migrate.js';
import { runMigrations } from '../../src/database/resumable-migrations.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';

let environment: Environment;

beforeAll(async () => {
  environment = await testEnvironment();
});

afterAll(async () => {
  await dropDatabase(environment);
});

/** The definition of each table. */
async function definitions(): Promise<Record<string, string>> {
  const connection = await createConnection(environment.DATABASE_URL);
  try {
    const [names] = await connection.query<never[]>('SHOW TABLES');
    const found: Record<string, string> = {};
    for (const name of names.flatMap((row) => Object.values<string>(row))) {
      const [[table]] = await connection.query<never[]>(`SHOW CREATE TABLE ${name}`);
      found[name] = (table! as Record<string, string>)['Create Table']!.replace(/ AUTO_INCREMENT=\d+/, '');
    }
    return found;
  } finally {
    await connection.end();
  }
}

async function emptyDatabase(): Promise<void> {
  const connection = await createConnection(environment.DATABASE_URL);
  const name = new URL(environment.DATABASE_URL).pathname.slice(1);
  await connection.query(`DROP DATABASE ${name}`);
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await connection.end();
}

/**
 * Migrates until the first write that is not in `attempted`, adds it, and dies before or after it; false if the
 * migrations finish.
 */
async function dieOnce(moment: 'before' | 'after', attempted: Set<string>): Promise<boolean> {
  const options = { ...dataSourceOptions(environment), logger: new SilentLogger() };
  const dataSource = await new DataSource(options).initialize();
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => dyingRunner(createQueryRunner(mode), moment, attempted);
  try {
    await runMigrations(dataSource);
    return false;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return true;
  } finally {
    await dataSource.destroy();
  }
}

class Killed extends Error {}

class SilentLogger extends AbstractLogger {
  protected writeLog(): void {}
}

function dyingRunner(runner: QueryRunner, moment: 'before' | 'after', attempted: Set<string>): QueryRunner {
  const send = runner.query.bind(runner);
  let count = 0;
  runner.query = async (sql: string, parameters?: unknown[], structured?: boolean): Promise<never> => {
    if (/^\s*(SELECT|SHOW)\b/i.test(sql)) return (await send(sql, parameters, structured as true)) as never;
    const statement = `${sql} ${JSON.stringify(parameters ?? [])}`;
    const isNew = !attempted.has(statement);
    attempted.add(statement);
    if (isNew && moment === 'before') throw new Killed(sql);
    const answer = (await send(sql, parameters, structured as true)) as never;
    count += 1;
    if (isNew) throw new Killed(`${count}. ${sql}`);
    return answer;
  };
  return runner;
}

test.each(['before', 'after'] as const)(
  'a migration that is killed %s any of its statements resumes there when it runs again',
  async (moment) => {
    const complete = await definitions();
    await emptyDatabase();
    const attempted = new Set<string>();
    let kills = 0;
    while (await dieOnce(moment, attempted)) kills += 1;
    expect(await definitions()).toEqual(complete);
    // At least each statement of the migrations, and the record of each one's progress.
    expect(kills).toBeGreaterThan(80);
  },
  120_000,
);

test('the database records the progress of a migration, and drops the record afterwards', async () => {
  await emptyDatabase();
  const attempted = new Set<string>();
  for (let kills = 0; kills < 9; kills += 1) await dieOnce('after', attempted);
  expect(Object.keys(await definitions())).toContain('migration_progress');
  while (await dieOnce('after', attempted));
  expect(Object.keys(await definitions())).not.toContain('migration_progress');
}, 120_000);

test('of three processes that migrate at once, one does the work and the others wait for it', async () => {
  await emptyDatabase();
  const applied = await Promise.all([1, 2, 3].map(() => migrate(environment)));
  expect(applied.map((names) => names.length > 0).sort()).toEqual([false, false, true]);
}, 120_000);

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

/** Each table as the database would make it. */
async function tables(): Promise<Record<string, string>> {
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

/** Migrates until the first write that did not fail before, and is killed there; false once there is none. */
async function killedAt(moment: 'before' | 'after', survived: Set<string>): Promise<boolean> {
  const options = { ...dataSourceOptions(environment), logger: new Silence() };
  const dataSource = await new DataSource(options).initialize();
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => killing(createQueryRunner(mode), moment, survived);
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

class Silence extends AbstractLogger {
  protected writeLog(): void {}
}

function killing(runner: QueryRunner, moment: 'before' | 'after', survived: Set<string>): QueryRunner {
  const send = runner.query.bind(runner);
  let count = 0;
  runner.query = async (sql: string, parameters?: unknown[], structured?: boolean): Promise<never> => {
    if (/^\s*(SELECT|SHOW)\b/i.test(sql)) return (await send(sql, parameters, structured as true)) as never;
    // A statement by its text and how often it came: migrations repeat themselves.
    const statement = `${sql} ${JSON.stringify(parameters ?? [])}`;
    const isNew = !survived.has(statement);
    survived.add(statement);
    if (isNew && moment === 'before') throw new Killed(sql);
    const answer = (await send(sql, parameters, structured as true)) as never;
    count += 1;
    if (isNew) throw new Killed(`${count}. ${sql}`);
    return answer;
  };
  return runner;
}

test.each(['before', 'after'] as const)(
  'a migration that is killed %s any of its statements goes on there when it runs again',
  async (moment) => {
    const whole = await tables();
    await emptyDatabase();
    const survived = new Set<string>();
    let kills = 0;
    while (await killedAt(moment, survived)) kills += 1;
    expect(await tables()).toEqual(whole);
    // At least each migration's statements, and the counting of each.
    expect(kills).toBeGreaterThan(80);
  },
  120_000,
);

test('while one is under way, the database says how far it came; afterwards nothing of that is left', async () => {
  await emptyDatabase();
  const survived = new Set<string>();
  for (let kills = 0; kills < 9; kills += 1) await killedAt('after', survived);
  expect(Object.keys(await tables())).toContain('migration_progress');
  while (await killedAt('after', survived));
  expect(Object.keys(await tables())).not.toContain('migration_progress');
}, 120_000);

test('of three processes that migrate at once one does it, and the others wait for it', async () => {
  await emptyDatabase();
  const applied = await Promise.all([1, 2, 3].map(() => migrate(environment)));
  expect(applied.map((names) => names.length > 0).sort()).toEqual([false, false, true]);
}, 120_000);

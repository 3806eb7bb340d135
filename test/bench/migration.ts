import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { Patients19 } from '../../src/database/migrations/19-patients.js';
import { runMigrations } from '../../src/database/resumable-migrations.js';
import { createConnection } from 'mysql2/promise';
import { fillBeforePatients } from './seed.js';
import type { Testbed } from './testbed.js';

const BOOKINGS = 1_000_000;
const NAME = 'clinica_before_patients';

/** How long a migration takes, in seconds. */
export interface MigrationTime {
  readonly name: string;
  readonly seconds: number;
}

export interface MigrationTimes {
  readonly bookings: number;
  readonly accounts: number;
  readonly times: readonly MigrationTime[];
}

/** Measures the migrations since patients, one by one, on a database of the version before them. */
export async function measureMigrations(testbed: Testbed): Promise<MigrationTimes> {
  const root = await createConnection(testbed.database.urlOf(''));
  await root.query(`CREATE DATABASE ${NAME} CHARACTER SET utf8mb4`);
  await root.end();
  const first = MIGRATIONS.indexOf(Patients19);
  await runFirst(testbed, first);
  const connection = await testbed.connect(NAME);
  const accounts = await fillBeforePatients(connection, { bookings: BOOKINGS });
  await connection.end();
  const times: MigrationTime[] = [];
  for (let count = first + 1; count <= MIGRATIONS.length; count += 1) {
    const began = performance.now();
    const [name] = await runFirst(testbed, count);
    times.push({ name: name!, seconds: (performance.now() - began) / 1000 });
  }
  return { bookings: BOOKINGS, accounts, times };
}

/** Runs those of the first migrations that are pending. */
async function runFirst(testbed: Testbed, count: number): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'mysql',
    url: testbed.database.urlOf(NAME),
    timezone: 'Z',
    migrations: MIGRATIONS.slice(0, count),
    migrationsTransactionMode: 'none',
  });
  await dataSource.initialize();
  try {
    return await runMigrations(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

import { type ConnectionOptions, createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import type { DatabaseEnvironment } from '../config/database.environment.js';
import { renewAddresses } from './canonical-addresses.js';
import { dataSourceOptions } from './data-source-options.js';
import { VERIFIED } from './database-servers.js';
import { isAccessDenied, isConnectionLost } from './mysql-errors.js';
import { runMigrations } from './resumable-migrations.js';
import { type Host, readDatabaseUrl } from '../config/server-url.js';

/** To change a large table may take its time. */
const PATIENCE_SECONDS = 86_400;

/**
 * Creates the database where it is missing and brings its tables up to date. Of several processes one does it, and the
 * others wait; after a failure, run again.
 */
export async function migrate(environment: DatabaseEnvironment): Promise<string[]> {
  const { hosts, database, user, password, tls } = readDatabaseUrl(environment.DATABASE_URL)!;
  const login = { user, password, ...(tls && { ssl: VERIFIED }) };
  await onFirstThatAnswers(hosts, (host) => createDatabase({ ...host, ...login }, database));
  const options = dataSourceOptions({
    ...environment,
    DATABASE_TIMEOUT_SECONDS: PATIENCE_SECONDS,
    // One of them holds the lock.
    DATABASE_POOL_SIZE: 2,
  });
  // Each time it fails to connect, the next of the hosts has its turn.
  const dataSource = await onFirstThatAnswers(hosts, () => new DataSource(options).initialize());
  try {
    return await alone(dataSource, async () => {
      const applied = await runMigrations(dataSource);
      // Each time: a mailbox that two accounts shared is free once an admin has settled it.
      await renewAddresses(dataSource.manager);
      return applied;
    });
  } finally {
    await dataSource.destroy();
  }
}

/** Waits while another process migrates this database by the same server. */
async function alone<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const name = "CONCAT('clinica migrate ', MD5(DATABASE()))";
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query(`SELECT GET_LOCK(${name}, ${PATIENCE_SECONDS})`);
    return await work();
  } finally {
    // The lock ends with its connection, should this not reach the server.
    await runner.query(`SELECT RELEASE_LOCK(${name})`).catch(() => undefined);
    await runner.release();
  }
}

async function onFirstThatAnswers<T>(hosts: readonly Host[], work: (host: Host) => Promise<T>): Promise<T> {
  let trouble: unknown;
  for (const host of hosts) {
    try {
      return await work(host);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      trouble = error;
    }
  }
  throw trouble;
}

async function createDatabase(server: ConnectionOptions, name: string): Promise<void> {
  const connection = await createConnection(server);
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4`);
  } catch (error) {
    // A user that may only work inside an existing database is told so here; whether it exists shows next.
    if (!isAccessDenied(error)) throw error;
  } finally {
    await connection.end();
  }
}

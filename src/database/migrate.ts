import { type ConnectionOptions, createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import type { DatabaseEnvironment } from '../config/database.environment.js';
import { canonicalizeAddresses } from './canonical-addresses.js';
import { dataSourceOptions } from './data-source-options.js';
import { VERIFIED_TLS } from './database-servers.js';
import { isAccessDenied, isConnectionLost } from './mysql-errors.js';
import { runMigrations } from './resumable-migrations.js';
import { type Host, readDatabaseUrl } from '../config/server-url.js';

/** Changing a large table may take hours. */
const TIMEOUT_SECONDS = 86_400;

/**
 * Creates the database if it is missing and brings its tables up to date. If several processes start this, one does the
 * work and the others wait. After a failure, run it again.
 */
export async function migrate(environment: DatabaseEnvironment): Promise<string[]> {
  const { hosts, database, user, password, tls } = readDatabaseUrl(environment.DATABASE_URL)!;
  const login = { user, password, ...(tls && { ssl: VERIFIED_TLS }) };
  await onFirstReachable(hosts, (host) => createDatabase({ ...host, ...login }, database));
  const options = dataSourceOptions({
    ...environment,
    DATABASE_TIMEOUT_SECONDS: TIMEOUT_SECONDS,
    // One connection holds the lock, the other migrates.
    DATABASE_POOL_SIZE: 2,
  });
  // Each failed connection moves on to the next host.
  const dataSource = await onFirstReachable(hosts, () => new DataSource(options).initialize());
  try {
    return await withMigrationLock(dataSource, async () => {
      const applied = await runMigrations(dataSource);
      // Every time: an admin may have resolved a mailbox that two accounts shared.
      await canonicalizeAddresses(dataSource.manager);
      return applied;
    });
  } finally {
    await dataSource.destroy();
  }
}

/** Waits while another process migrates this database on the same server. */
async function withMigrationLock<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  // At most 64 characters. Recent versions of MySQL have no MD5.
  const name = "CONCAT('clinica migrate ', LEFT(SHA2(DATABASE(), 256), 40))";
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query(`SELECT GET_LOCK(${name}, ${TIMEOUT_SECONDS})`);
    return await work();
  } finally {
    // If this fails, the lock ends with its connection.
    await runner.query(`SELECT RELEASE_LOCK(${name})`).catch(() => undefined);
    await runner.release();
  }
}

async function onFirstReachable<T>(hosts: readonly Host[], work: (host: Host) => Promise<T>): Promise<T> {
  let lastError: unknown;
  for (const host of hosts) {
    try {
      return await work(host);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      lastError = error;
    }
  }
  throw lastError;
}

async function createDatabase(server: ConnectionOptions, name: string): Promise<void> {
  const connection = await createConnection(server);
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4`);
  } catch (error) {
    // Denied to a user without rights outside an existing database. The next connection shows whether it exists.
    if (!isAccessDenied(error)) throw error;
  } finally {
    await connection.end();
  }
}

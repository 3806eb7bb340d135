import type { DataSourceOptions } from 'typeorm';
import type { DatabaseEnvironment } from '../config/database.environment.js';
import { PoolDriver } from './connection-pool.js';
import { DatabaseServers, VERIFIED_TLS } from './database-servers.js';
import { MIGRATIONS } from './migrations.js';
import { readDatabaseUrl } from '../config/server-url.js';

const CONNECT_TIMEOUT_MS = 4_000;
/** Less than the idle time after which the server ends a session. */
const KEEP_IDLE_MS = 20_000;
const MAX_WAITING_PER_CONNECTION = 50;
/** More than the code has; inserts of several rows add some. */
const MAX_PREPARED = 200;

/**
 * How this service connects to MySQL or MariaDB: UTC throughout. A DATE stays text, because as a JavaScript Date it
 * could become the day before.
 */
export function dataSourceOptions(environment: DatabaseEnvironment): DataSourceOptions {
  const { hosts, user, password, database, tls } = readDatabaseUrl(environment.DATABASE_URL)!;
  const servers = new DatabaseServers(hosts, environment.DATABASE_TIMEOUT_SECONDS * 1000, tls);
  return {
    type: 'mysql',
    username: user,
    password,
    database,
    poolSize: environment.DATABASE_POOL_SIZE,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: ['DATE'],
    // Counts and time differences arrive as numbers if a number can hold them.
    bigNumberStrings: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    driver: new PoolDriver(servers),
    ...(tls && { ssl: VERIFIED_TLS }),
    extra: {
      maxPreparedStatements: MAX_PREPARED,
      // Otherwise each statement costs a stack trace that nobody reads.
      trace: false,
      stream: servers.connect,
      // mysql2 closes idle connections only where fewer may be idle than open.
      maxIdle: environment.DATABASE_POOL_SIZE - 1,
      idleTimeout: KEEP_IDLE_MS,
      gracefulEnd: true,
      // Reject early: a request further back would time out before it got a connection.
      queueLimit: MAX_WAITING_PER_CONNECTION * environment.DATABASE_POOL_SIZE,
    },
    synchronize: false,
    migrations: [...MIGRATIONS],
    // MySQL commits DDL implicitly, so a transaction around it would protect nothing.
    migrationsTransactionMode: 'none',
  };
}

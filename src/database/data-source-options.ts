import type { DataSourceOptions } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { CreateClinic1 } from './migrations/1-create-clinic.js';
import { KeepEvidence2 } from './migrations/2-keep-evidence.js';

/**
 * How this service talks to MySQL or MariaDB: UTC throughout, and a DATE stays the text it is, since as a
 * JavaScript Date it could become the day before.
 */
export function dataSourceOptions(environment: Environment): DataSourceOptions {
  return {
    type: 'mysql',
    url: environment.DATABASE_URL,
    poolSize: environment.DATABASE_POOL_SIZE,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: ['DATE'],
    connectTimeout: 5_000,
    synchronize: false,
    migrations: [CreateClinic1, KeepEvidence2],
    // DDL commits by itself on MySQL: a transaction around it would only pretend.
    migrationsTransactionMode: 'none',
  };
}

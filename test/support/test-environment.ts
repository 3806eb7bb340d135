import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { ApiEnvironment } from '../../src/config/api.environment.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { WorkerEnvironment } from '../../src/config/worker.environment.js';
import { migrate } from '../../src/database/migrate.js';

const SERVER = process.env.TEST_DATABASE_URL ?? '';
const REDIS = process.env.TEST_REDIS_URL ?? '';

let databases = 0;

/** The environment of the API and the worker together. */
export type Environment = ApiEnvironment & WorkerEnvironment;

/**
 * The environment of one test file: a new, migrated database, and an empty Redis database that no file running at the
 * same time uses.
 */
export async function testEnvironment(overrides: NodeJS.ProcessEnv = {}): Promise<Environment> {
  if (!SERVER || !REDIS)
    throw new Error('Run the tests with npm test: it brings the database and Redis they need.');
  const slot = process.env.VITEST_POOL_ID ?? '1';
  databases += 1;
  const database = new URL(SERVER);
  database.pathname = `/clinica_test_${process.pid}_${slot}_${databases}`;
  const redis = new URL(REDIS);
  redis.pathname = `/${slot}`;
  const variables = {
    NODE_ENV: 'test',
    DATABASE_URL: database.href,
    DATABASE_POOL_SIZE: '10',
    REDIS_URL: redis.href,
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'Test Clinic <appointments@clinic.example>',
    JWT_SECRET: 'a secret that only these tests know',
    CLINIC_NAME: 'Test Clinic',
    CLINIC_TIMEZONE: 'Europe/Madrid',
    RATE_LIMIT_ENABLED: 'false',
    LOG_LEVEL: 'fatal',
    ...overrides,
  };
  const environment = {
    ...readEnvironment(ApiEnvironment, variables),
    ...readEnvironment(WorkerEnvironment, variables),
  };
  await migrate(environment);
  if (overrides.DATABASE_URL === undefined) await numberPatientsApart(environment);
  await flush(environment);
  return environment;
}

/** So that no account and patient have the same id, and a test fails if one is taken for the other. */
async function numberPatientsApart({ DATABASE_URL }: Environment): Promise<void> {
  const connection = await createConnection(DATABASE_URL);
  await connection.query('ALTER TABLE patients AUTO_INCREMENT = 500001');
  await connection.end();
}

/** Drops the database of a test file. */
export async function dropDatabase({ DATABASE_URL }: Environment): Promise<void> {
  const connection = await createConnection(SERVER);
  await connection.query(`DROP DATABASE IF EXISTS \`${DATABASE_URL.split('/').at(-1)}\``);
  await connection.end();
}

async function flush({ REDIS_URL }: Environment): Promise<void> {
  const redis = new Redis(REDIS_URL);
  await redis.flushdb();
  redis.disconnect();
}

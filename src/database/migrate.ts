import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { dataSourceOptions } from './data-source-options.js';
import { isAccessDenied } from './mysql-errors.js';

/** Creates the database where it is missing and brings its tables up to date. Run by one process at a time. */
export async function migrate(environment: Environment): Promise<string[]> {
  await createDatabase(environment.DATABASE_URL);
  const dataSource = await new DataSource(dataSourceOptions(environment)).initialize();
  try {
    return (await dataSource.runMigrations()).map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}

async function createDatabase(databaseUrl: string): Promise<void> {
  const server = new URL(databaseUrl);
  const name = server.pathname.slice(1);
  server.pathname = '/';
  const connection = await createConnection(server.href);
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4`);
  } catch (error) {
    // A user that may only work inside an existing database is told so here; whether it exists shows next.
    if (!isAccessDenied(error)) throw error;
  } finally {
    await connection.end();
  }
}

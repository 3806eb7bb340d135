import type { DataSource } from 'typeorm';

/** Answers once the database does. */
export async function ping(dataSource: DataSource): Promise<void> {
  await dataSource.query('/* ping */ SELECT 1');
}

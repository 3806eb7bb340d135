import type { DataSource } from 'typeorm';

/** Resolves once the database answers. */
export async function ping(dataSource: DataSource): Promise<void> {
  await dataSource.query('/* ping */ SELECT 1');
}

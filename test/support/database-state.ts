import type { Clinic } from './clinic.js';

/** A checksum of every table: equal before and after where nothing was stored. */
export async function databaseState(clinic: Clinic): Promise<Record<string, string>> {
  const tables = (await clinic.query<Record<string, string>>('SHOW TABLES')).map(
    (row) => Object.values(row)[0]!,
  );
  const sums = await clinic.query<{ Table: string; Checksum: string | number }>(
    `CHECKSUM TABLE ${tables.map((table) => `\`${table}\``).join(', ')}`,
  );
  return Object.fromEntries(sums.map(({ Table, Checksum }) => [Table.split('.').at(-1)!, String(Checksum)]));
}

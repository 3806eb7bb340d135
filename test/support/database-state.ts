import type { Clinic } from './clinic.js';

/** The events of requests that change nothing. */
const READS_AND_REFUSALS = /(\.listed|^account\.(login_refused|access_denied))$/.source;

/** A checksum of every table, and the count and last id of change events: equal before and after if nothing changed. */
export async function databaseState(clinic: Clinic): Promise<Record<string, string>> {
  const tables = (await clinic.query<Record<string, string>>('SHOW TABLES'))
    .map((row) => Object.values(row)[0]!)
    .filter((table) => table !== 'audit_events');
  const sums = await clinic.query<{ Table: string; Checksum: string | number }>(
    `CHECKSUM TABLE ${tables.map((table) => `\`${table}\``).join(', ')}`,
  );
  const [events] = await clinic.query<Record<string, unknown>>(
    'SELECT COUNT(*) AS count, MAX(id) AS last FROM audit_events WHERE action NOT REGEXP ?',
    [READS_AND_REFUSALS],
  );
  return {
    ...Object.fromEntries(sums.map(({ Table, Checksum }) => [Table.split('.').at(-1)!, String(Checksum)])),
    audit_events: JSON.stringify(events),
  };
}

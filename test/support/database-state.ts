import type { Clinic } from './clinic.js';

/** The events of requests that change nothing. */
const READS_AND_REFUSALS =
  /(\.(listed|read|found)|^patient\.exported|^account\.(login_refused|access_denied))$/.source;

/** The database of a clinic in the same process, or a connection to another's. */
type Database = Pick<Clinic, 'query'>;

/**
 * A checksum of every table: equal before and after if nothing changed. Generated columns are left out, because with them
 * MariaDB's CHECKSUM TABLE may change by itself (MDEV-32079).
 *
 * Omits what the API writes on a timer, since that would be taken for a change by the request at hand: `last_seen_at`
 * of sessions, written once a second, and the counts of recorded refusals. Omits the lock of the entry of patients too.
 */
export async function databaseState(database: Database): Promise<Record<string, string>> {
  const generating = await tablesWithGeneratedColumns(database);
  const tables = (await database.query<Record<string, string>>('SHOW TABLES'))
    .map((row) => Object.values(row)[0]!)
    .filter((table) => !['audit_events', 'sessions', 'patient_entry_lock', ...generating].includes(table));
  const sums = await database.query<{ Table: string; Checksum: string | number }>(
    `CHECKSUM TABLE ${tables.map((table) => `\`${table}\``).join(', ')}`,
  );
  return {
    ...Object.fromEntries(sums.map(({ Table, Checksum }) => [Table.split('.').at(-1)!, String(Checksum)])),
    ...(await checksumsOf(database, generating)),
    audit_events: await changeEvents(database),
    sessions: await checksum(database, 'sessions', ['last_seen_at']),
  };
}

async function tablesWithGeneratedColumns(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT DISTINCT table_name AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND extra REGEXP '(VIRTUAL|STORED) GENERATED'`,
  );
  return rows.map(({ name }) => name);
}

async function checksumsOf(database: Database, tables: readonly string[]): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const table of tables) sums[table] = await checksum(database, table);
  return sums;
}

/** The tables in which two states differ. */
export function changedTables(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(after).filter((table) => after[table] !== before[table]);
}

/** The count and last id of change events. Events are only ever added. */
async function changeEvents(database: Database): Promise<string> {
  const [events] = await database.query<Record<string, unknown>>(
    'SELECT COUNT(*) AS count, MAX(id) AS last FROM audit_events WHERE action NOT REGEXP ?',
    [READS_AND_REFUSALS],
  );
  return JSON.stringify(events);
}

/** The count of the rows, and a checksum of their stored columns. */
async function checksum(database: Database, table: string, omitted: readonly string[] = []): Promise<string> {
  const columns = (await database.query<{ Field: string; Extra: string }>(`SHOW COLUMNS FROM ${table}`))
    .filter(({ Field, Extra }) => !omitted.includes(Field) && !/(VIRTUAL|STORED) GENERATED/.test(Extra))
    .map(({ Field }) => `HEX(\`${Field}\`)`);
  const [sum] = await database.query<Record<string, unknown>>(
    `SELECT COUNT(*) AS count, SUM(CRC32(JSON_ARRAY(${columns.join(', ')}))) AS checksum FROM ${table}`,
  );
  return JSON.stringify(sum);
}

import type { Clinic } from './clinic.js';

/** The events of requests that change nothing. */
const READS_AND_REFUSALS =
  /(\.(listed|read|found)|^patient\.exported|^account\.(login_refused|access_denied))$/.source;

/** The database of a clinic in the same process, or a connection to another's. */
type Database = Pick<Clinic, 'query'>;

/**
 * A checksum of every table: equal before and after if nothing changed.
 *
 * Omits what the API writes on a timer, since that would be taken for a change by the request at hand: `last_seen_at`
 * of sessions, written once a second, and the counts of recorded refusals.
 */
export async function databaseState(database: Database): Promise<Record<string, string>> {
  const tables = (await database.query<Record<string, string>>('SHOW TABLES'))
    .map((row) => Object.values(row)[0]!)
    .filter((table) => table !== 'audit_events' && table !== 'sessions');
  const sums = await database.query<{ Table: string; Checksum: string | number }>(
    `CHECKSUM TABLE ${tables.map((table) => `\`${table}\``).join(', ')}`,
  );
  return {
    ...Object.fromEntries(sums.map(({ Table, Checksum }) => [Table.split('.').at(-1)!, String(Checksum)])),
    audit_events: await changeEvents(database),
    sessions: await sessionsExceptActivity(database),
  };
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

/** The count and a checksum of the sessions. */
async function sessionsExceptActivity(database: Database): Promise<string> {
  const columns = (await database.query<{ Field: string }>('SHOW COLUMNS FROM sessions'))
    .map(({ Field }) => Field)
    .filter((column) => column !== 'last_seen_at');
  const [sessions] = await database.query<Record<string, unknown>>(
    `SELECT COUNT(*) AS count, SUM(CRC32(JSON_ARRAY(${columns.join(', ')}))) AS checksum FROM sessions`,
  );
  return JSON.stringify(sessions);
}

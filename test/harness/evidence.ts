import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { JournalEntry } from './load-balancer.js';
import type { Finding } from './finding.js';
import type { Acknowledged } from './acknowledged.js';

const MAX_PRINTED = 5;

/** What is known about a scenario after it has ended. */
export interface Records {
  readonly database: Connection;
  readonly findings: readonly Finding[];
  readonly acknowledged: ReadonlyMap<number, Acknowledged>;
  readonly journal: readonly JournalEntry[];
}

/**
 * Collects what is known about each booking with a finding: the last acknowledged state, the row, its events and
 * notifications, and every request about it. Prints the first few and returns all.
 */
export async function printEvidence(records: Records): Promise<string> {
  const texts: string[] = [];
  for (const finding of records.findings) texts.push(await describe(finding, records));
  for (const text of texts.slice(0, MAX_PRINTED)) console.error(text);
  if (texts.length > MAX_PRINTED) console.error(`  and ${texts.length - MAX_PRINTED} more`);
  return texts.join('\n');
}

/** Writes the evidence, all acknowledged bookings and every request into a folder. */
export function writeEvidence(folder: string, evidence: string, records: Omit<Records, 'database'>): void {
  writeFileSync(join(folder, 'evidence.txt'), evidence);
  writeFileSync(join(folder, 'acknowledged.json'), lines([...records.acknowledged.values()]));
  writeFileSync(join(folder, 'requests.json'), lines(records.journal));
}

async function describe({ letter, bookingId, what }: Finding, records: Records): Promise<string> {
  const title = `  ${letter}: booking ${bookingId ?? 'unknown'}: ${what}`;
  if (bookingId === null) return title;
  const { database, acknowledged, journal } = records;
  const select = async (sql: string): Promise<RowDataPacket[]> =>
    (await database.query<RowDataPacket[]>(sql, [bookingId]))[0];
  const bookings = await select('SELECT * FROM bookings WHERE id = ?');
  const parts: [string, readonly unknown[]][] = [
    ['acknowledged', [acknowledged.get(bookingId) ?? 'nothing']],
    ['row', bookings],
    [
      'event',
      await select("SELECT * FROM audit_events WHERE subject = 'booking' AND subject_id = ? ORDER BY id"),
    ],
    ['notification', await select('SELECT * FROM notifications WHERE booking_id = ? ORDER BY id')],
    ['request', journal.filter((entry) => isAbout(entry, bookingId, bookings[0]))],
  ];
  const rows = parts.flatMap(([name, values]) =>
    values.map((value) => `    ${name.padEnd(12)} ${JSON.stringify(value)}`),
  );
  return [title, ...rows].join('\n');
}

/** Whether a request names the booking, returned it, or asked for its time. */
function isAbout(
  { request, reply }: JournalEntry,
  bookingId: number,
  row: RowDataPacket | undefined,
): boolean {
  const path = `/api/bookings/${bookingId}`;
  if (request.path === path || request.path.startsWith(`${path}/`) || reply?.id === bookingId) return true;
  const wanted = request.body as
    { patient_id?: number; doctor_id?: number; date?: string; time?: string } | undefined;
  const start = String(row?.start_time).slice(0, 5);
  return (
    request.path === '/api/bookings' &&
    (wanted?.patient_id === undefined
      ? request.account === row?.user_id
      : wanted.patient_id === row?.patient_id) &&
    wanted?.doctor_id === row?.doctor_id &&
    wanted?.date === row?.date &&
    wanted?.time === start
  );
}

function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

import type { Answer, Json } from './client.js';
import type { Clinic, Person } from './clinic.js';

/** Sends a POST with an Idempotency-Key. */
export function postWithKey(
  { client }: Clinic,
  path: string,
  key: string,
  body: unknown,
  { token }: Person,
): Promise<Answer<Json>> {
  return client.post(path, body, { token, headers: { 'idempotency-key': key } });
}

export async function countRows(clinic: Clinic, table: string): Promise<number> {
  const [row] = await clinic.query<{ rows: string }>(`SELECT COUNT(*) AS \`rows\` FROM ${table}`);
  return Number(row!.rows);
}

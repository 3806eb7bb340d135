import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';

/** Replaces the 30 seconds after which the server closes a silent connection. */
const SILENCE_MS = 1_500;

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ now: new Date().toISOString() });
  admin = await clinic.admin();
  clinic.app.getHttpServer().setTimeout(SILENCE_MS);
});

afterAll(() => clinic?.close());

/** Locks a table until the request has been silent for longer than the limit. */
async function whileTableIsLocked<T>(table: string, ask: () => Promise<T>): Promise<T> {
  const connection = await createConnection(clinic.environment.DATABASE_URL);
  try {
    await connection.query(`LOCK TABLES ${table} WRITE`);
    const answer = ask();
    answer.catch(() => undefined);
    await eventually('the request waits for the table', async () => {
      const [row] = await clinic.query<{ waiting: string }>(
        "SELECT COUNT(*) AS waiting FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'",
      );
      return Number(row!.waiting) > 0;
    });
    await sleep(2 * SILENCE_MS);
    await connection.query('UNLOCK TABLES');
    return await answer;
  } finally {
    await connection.end();
  }
}

test('the integrity check is answered even if it exceeds the limit for silent connections', async () => {
  const { status, body } = await whileTableIsLocked('notifications', () =>
    clinic.client.get('/api/integrity', admin),
  );
  expect(status).toBe(200);
  expect(body).toHaveProperty('checks');
});

test('the limit for silent connections still applies to other requests, and after the check', async () => {
  expect((await clinic.client.get('/api/integrity', admin)).status).toBe(200);
  const answer = whileTableIsLocked('notifications', () => clinic.client.get('/api/notifications', admin));
  await expect(answer).rejects.toThrow();
});

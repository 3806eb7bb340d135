import { afterAll, beforeAll, expect, test } from 'vitest';
import { SessionActivity } from '../../src/auth/sessions/session-activity.js';
import { Clinic } from '../support/clinic.js';
import { changedTables, databaseState } from '../support/database-state.js';

let clinic: Clinic;
let token: string;

beforeAll(async () => {
  clinic = await Clinic.open();
  const { email, password } = await clinic.patient();
  token = (await clinic.client.post<{ token: string }>('/api/auth/login', { email, password })).body.token;
});

afterAll(() => clinic?.close());

async function changedBy(act: () => Promise<unknown>): Promise<string[]> {
  const before = await databaseState(clinic);
  await act();
  return changedTables(before, await databaseState(clinic));
}

test('the activity of a session is no change', async () => {
  clinic.clock.advance({ minutes: 2 });
  await clinic.client.get('/api/auth/me', { token });
  expect(await changedBy(() => clinic.app.get(SessionActivity).write())).toEqual([]);
  const [session] = await clinic.query<{ last_seen_at: Date }>('SELECT last_seen_at FROM sessions');
  expect(session!.last_seen_at.getTime(), 'it was written').toBe(clinic.clock.now());
});

test.each([
  ['sessions', "UPDATE sessions SET ended_at = '2026-03-01 10:00:00'"],
  ['sessions', "UPDATE sessions SET user_agent = 'another'"],
  ['sessions', 'DELETE FROM sessions'],
  ['accounts', "UPDATE accounts SET role = 'admin'"],
  ['patients', "UPDATE patients SET notes = 'another'"],
  [
    'audit_events',
    `INSERT INTO audit_events (at, action, subject, subject_id, particulars)
     VALUES (UTC_TIMESTAMP(3), 'account.changed', 'account', 1, '{}')`,
  ],
])('a change in %s: %s', async (table, sql) => {
  expect(await changedBy(() => clinic.query(sql))).toEqual([table]);
});

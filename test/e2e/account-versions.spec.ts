import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { Keys } from '../../src/config/keys.js';
import { withSecondFactor } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

// Accounts have a `version`, raised by each change that an answer shows.

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

async function versionOf({ id }: Person): Promise<number> {
  const { body } = await clinic.client.get<{ version: number }[]>(
    `/api/users?after=${id - 1}&limit=1`,
    admin,
  );
  return body[0]!.version;
}

const change = ({ id }: Person, body: object, headers: Record<string, string> = {}) =>
  clinic.client.patch(`/api/users/${id}`, body, { token: admin.token, headers });
const changeOwn = ({ token }: Person, body: object, headers: Record<string, string> = {}) =>
  clinic.client.patch('/api/auth/me', body, { token, headers });

/** The code of the last link that was mailed to the account. */
async function mailedCode({ id }: Person, kind: 'change_address' | 'password_reset'): Promise<string> {
  const sql = 'SELECT uid FROM account_links WHERE account_id = ? AND kind = ? ORDER BY id DESC LIMIT 1';
  const [link] = await clinic.query<{ uid: string }>(sql, [id, kind]);
  return linkTokenOf(link!.uid, kind, clinic.app.get(Keys).current);
}

test('a new account has version 1, in each answer and as its ETag', async () => {
  const account = { email: 'first@people.example', password: 'a long password', role: 'staff' };
  const opened = await clinic.client.post('/api/users', account, admin);
  expect([opened.body.version, opened.headers.get('etag')]).toEqual([1, '"1"']);
  const { token, user } = (
    await clinic.client.post<{ token: string; user: object }>('/api/auth/login', {
      email: account.email,
      password: account.password,
    })
  ).body;
  expect(user).toMatchObject({ version: 1 });
  const me = await clinic.client.get('/api/auth/me', { token });
  expect([me.body.version, me.headers.get('etag')]).toEqual([1, '"1"']);
});

describe('is raised by a change of', () => {
  test.each([
    ['role', { role: 'doctor' }],
    ['state', { disabled: true }],
    ['role and state', { role: 'doctor', disabled: true }],
  ])('%s', async (_, body) => {
    const person = await clinic.patient();
    const { headers } = await change(person, body);
    expect([headers.get('etag'), await versionOf(person)]).toEqual(['"2"', 2]);
  });

  test('language', async () => {
    const person = await clinic.patient();
    const { headers, body } = await changeOwn(person, { locale: 'es' });
    expect([headers.get('etag'), body.version]).toEqual(['"2"', 2]);
    expect((await changeOwn(person, { locale: 'es' })).body.version).toBe(2);
  });

  test('second factor, when it is confirmed and when it is removed', async () => {
    const person = await withSecondFactor(clinic, await clinic.patient());
    expect(await versionOf(person)).toBe(2);
    const proof = { your_password: admin.password };
    await change(person, { second_factor: false, ...proof });
    expect(await versionOf(person)).toBe(3);
  });

  test('address, when it is confirmed', async () => {
    const person = await clinic.patient();
    await changeOwn(person, { email: 'moved@people.example', password: person.password });
    expect(await versionOf(person)).toBe(1);
    const token = await mailedCode(person, 'change_address');
    const body = { token, password: person.password };
    expect((await clinic.client.post('/api/auth/change-email', body)).status).toBe(200);
    expect(await versionOf(person)).toBe(2);
  });

  test('whether the address is confirmed, and not of the password alone', async () => {
    const person = await clinic.patient();
    await clinic.query('UPDATE accounts SET verified_at = NULL WHERE id = ?', [person.id]);
    for (const version of [2, 2]) {
      await clinic.client.post('/api/auth/password/forgot', { email: person.email });
      const body = { token: await mailedCode(person, 'password_reset'), new_password: 'another secret' };
      expect((await clinic.client.post('/api/auth/password/reset', body)).status).toBe(200);
      expect(await versionOf(person)).toBe(version);
      clinic.clock.advance({ days: 1 });
    }
  });
});

test('a request that changes nothing leaves the version', async () => {
  const person = await clinic.patient();
  await change(person, { role: 'user', disabled: false });
  expect(await versionOf(person)).toBe(1);
});

test('a stale If-Match is 412 for the admin and for the owner, in either order', async () => {
  const person = await clinic.patient();
  const stale = { 'if-match': '"1"' };
  await changeOwn(person, { locale: 'es' });
  expectProblem(await change(person, { role: 'doctor' }, stale), { status: 412, code: 'VERSION_MISMATCH' });
  expect((await change(person, { role: 'doctor' }, { 'if-match': '"2"' })).status).toBe(200);
  const other = await clinic.patient();
  await clinic.query('UPDATE accounts SET version = 5 WHERE id = ?', [other.id]);
  expectProblem(await changeOwn(other, { locale: 'es' }, stale), { status: 412, code: 'VERSION_MISMATCH' });
});

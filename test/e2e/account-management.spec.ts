import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

let clinic: Clinic;
/** Another process of the same API. */
let other: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  other = await Clinic.over(clinic.environment, clinic.clock);
  admin = await clinic.admin();
});

afterAll(async () => {
  await other?.app.close();
  await clinic?.close();
});

const REVOKED = { status: 401, code: 'TOKEN_REVOKED' };

const logIn = async ({ email, password }: Person) =>
  (await clinic.client.post<{ token: string }>('/api/auth/login', { email, password })).body;

const getMe = (token: string) => clinic.client.get('/api/auth/me', { token });

const change = (person: Person, body: object) =>
  clinic.client.patch(`/api/users/${person.id}`, body, { token: admin.token });

describe('admins manage accounts', () => {
  test('an admin can list accounts in pages, without secrets', async () => {
    const people = [await clinic.patient(), await clinic.patient(), await clinic.person('doctor')];
    const list = (query: string) =>
      clinic.client.get<{ id: number }[]>(`/api/users${query}`, { token: admin.token });
    const page = (await list(`?after=${people[0]!.id - 1}&limit=2`)).body;
    expect(page.map(({ id }) => id)).toEqual([people[0]!.id, people[1]!.id]);
    expect(Object.keys(page[0]!).sort()).toEqual([
      'disabled',
      'email',
      'id',
      'locale',
      'role',
      'second_factor',
      'verified',
      'version',
    ]);
    expect((await list('?role=doctor')).body.map(({ id }) => id)).toContain(people[2]!.id);
    expect((await list('?role=doctor')).body.map(({ id }) => id)).not.toContain(people[0]!.id);
  });

  test('a disabled account gets the answer of a wrong password; once enabled again it can log in', async () => {
    const person = await clinic.patient();
    const attempt = () =>
      clinic.client.post('/api/auth/login', { email: person.email, password: person.password });
    expect((await change(person, { disabled: true })).body).toMatchObject({ disabled: true });
    expectProblem(await attempt(), {
      status: 400,
      code: 'INVALID_CREDENTIALS',
      detail: 'Invalid credentials',
    });
    expect((await change(person, { disabled: false })).body).toMatchObject({ disabled: false });
    expect((await attempt()).status).toBe(200);
    expectProblem(await getMe(person.token), REVOKED);
  });

  test('the last admin can be neither demoted nor disabled; of two who remove each other at the same time one stays', async () => {
    const LAST = { status: 400, code: 'LAST_ADMIN' };
    expectProblem(await change(admin, { role: 'user' }), LAST);
    expectProblem(await change(admin, { disabled: true }), LAST);
    const invited = await clinic.admin();
    await clinic.query('UPDATE accounts SET verified_at = NULL WHERE id = ?', [invited.id]);
    expectProblem(await change(admin, { role: 'user' }), LAST);
    await clinic.query("UPDATE accounts SET role = 'user' WHERE id = ?", [invited.id]);
    for (const body of [{ role: 'user' }, { disabled: true }]) {
      const second = await clinic.admin();
      const answers = await Promise.all([
        clinic.client.patch(`/api/users/${second.id}`, body, { token: admin.token }),
        other.client.patch(`/api/users/${admin.id}`, body, { token: second.token }),
      ]);
      const [remaining, ...more] = await clinic.query<{ id: number }>(
        "SELECT id FROM accounts WHERE role = 'admin' AND disabled_at IS NULL",
      );
      expect(more).toEqual([]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      // The remaining admin logs in again.
      const remainingAdmin = remaining!.id === admin.id ? admin : second;
      admin = { ...remainingAdmin, token: (await logIn(remainingAdmin)).token };
    }
  });
});

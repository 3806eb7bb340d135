import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digitsOf, withSecondFactor } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

const digits = (secret: string) => digitsOf(clinic, secret);
const logIn = ({ email, password }: Person, more: object = {}, at = clinic) =>
  at.client.post<{ token: string }>('/api/auth/login', { email, password, ...more });

test('an admin sees which accounts have one and can remove it; the audit trail records both changes', async () => {
  const person = await withSecondFactor(clinic, await clinic.patient());
  const change = (body: object) =>
    clinic.client.patch<{ second_factor: boolean }>(
      `/api/users/${person.id}`,
      { ...body, your_password: admin.password },
      admin,
    );
  expect((await change({ second_factor: true })).body).toMatchObject({ second_factor: true });
  expect((await clinic.client.get('/api/auth/me', person)).status, 'nothing has changed').toBe(200);
  expect((await change({ second_factor: false })).body).toMatchObject({ second_factor: false });
  expect((await clinic.client.get('/api/auth/me', person)).status).toBe(401);
  expect((await logIn(person)).status).toBe(200);
  const { body } = await clinic.client.get<{ actor_id: number; action: string }[]>(
    `/api/audit?subject=account&subject_id=${person.id}`,
    admin,
  );
  expect(body.filter(({ action }) => action.includes('second_factor'))).toMatchObject([
    { actor_id: admin.id, action: 'account.second_factor_removed' },
    { actor_id: person.id, action: 'account.second_factor_added' },
  ]);
});

describe('with ADMIN_SECOND_FACTOR_REQUIRED', () => {
  let strict: Clinic;

  beforeAll(async () => {
    strict = await Clinic.over(
      withSettings(clinic.environment, { ADMIN_SECOND_FACTOR_REQUIRED: true }),
      clinic.clock,
    );
  });

  afterAll(() => strict?.app.close());

  const NEEDED = { status: 403, code: 'SECOND_FACTOR_REQUIRED' };
  const page = async (name: string, secret: string, at: Clinic) =>
    (
      await sendVerbatim(at.client.baseUrl, '/admin/queues/api/queues', {
        headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
      })
    ).status;

  test('an admin without one can set one up and do nothing else', async () => {
    const newcomer = await clinic.admin();
    for (const path of ['/api/users', '/api/audit', '/api/bookings/me', '/api/notifications'])
      expectProblem(await strict.client.get(path, newcomer), NEEDED);
    expect((await strict.client.get('/api/auth/me', newcomer)).status).toBe(200);
    expect(await page(newcomer.email, newcomer.password, strict)).toBe(401);
    expect(await page(newcomer.email, newcomer.token, strict)).toBe(401);
    const { secret, ...person } = await withSecondFactor(clinic, newcomer);
    expect((await strict.client.get('/api/users', person)).status).toBe(200);
    const session = await logIn(person, { code: digits(secret) }, strict);
    expect((await strict.client.get('/api/users', session.body)).status).toBe(200);
    expect(await page(person.email, session.body.token, strict)).toBe(200);
  });

  test('other accounts are not affected', async () => {
    const patient = await clinic.patient();
    expect((await strict.client.get('/api/bookings/me', patient)).status).toBe(200);
    expect((await logIn(patient, {}, strict)).status).toBe(200);
  });

  test('the dashboard requires a token instead of the password from every admin with one', async () => {
    const newcomer = await clinic.admin();
    expect(await page(newcomer.email, newcomer.password, clinic), 'the dashboard remembers this log-in').toBe(
      200,
    );
    const { secret, ...person } = await withSecondFactor(clinic, newcomer);
    expect(await page(person.email, person.password, clinic)).toBe(401);
    expect(await page(person.email, digits(secret), clinic)).toBe(401);
    expect(await page(person.email, person.token, clinic)).toBe(200);
    expect(await page(person.email.toUpperCase(), person.token, clinic)).toBe(200);
    expect(await page(admin.email, person.token, clinic), 'a token of another admin').toBe(401);
    const patient = await clinic.patient();
    expect(await page(patient.email, patient.token, clinic)).toBe(401);
    await clinic.client.post('/api/auth/logout-everywhere', undefined, person);
    expect(await page(person.email, person.token, clinic), 'a revoked token').toBe(401);
  });
});

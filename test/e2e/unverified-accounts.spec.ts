import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withSecondFactor } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import type { Mailbox } from '../support/mailbox.js';
import { expectProblem } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';

const NOT_VERIFIED = { status: 400, code: 'EMAIL_NOT_VERIFIED' };
const WRONG_PASSWORD = { status: 400, code: 'WRONG_PASSWORD' };
const OWNERS_PASSWORD = 'what only the owner knows';

let service: ClinicWithEmail;
let clinic: Clinic;
let mailbox: Mailbox;
let admin: Person;
let strangers = 0;

beforeAll(async () => {
  service = await ClinicWithEmail.open();
  ({ clinic, mailbox } = service);
  admin = await clinic.admin();
});

afterAll(() => service?.close());

const post = (path: string, body: object) => clinic.client.post(`/api/auth/${path}`, body);
const change = (id: number, body: object) =>
  clinic.client.patch<{ role: string; verified: boolean }>(`/api/users/${id}`, body, admin);
const verify = (token: string, password: string) => post('verify-email', { token, password });
const logIn = ({ email }: Person, password: string) => post('login', { email, password });

/** An account that a stranger registered with another person's address and is logged in to. */
async function strangersAccount(role = 'user'): Promise<Person> {
  const account = { email: `owner${(strangers += 1)}@people.example`, password: 'what the stranger chose' };
  const { id } = (await post('register', account)).body as { id: number };
  await clinic.query('UPDATE accounts SET role = ? WHERE id = ?', [role, id]);
  const { token } = (await post('login', account)).body as { token: string };
  return { ...account, id, token };
}

const codeTo = (email: string, codes = 1) =>
  mailbox.codeTo(email, '(?:reset-password|verify-email|invitation)', codes);

async function verifyCode({ email }: Person): Promise<string> {
  await post('verify-email/send', { email });
  return codeTo(email);
}

async function reset({ email }: Person, mails = 1): Promise<void> {
  await post('password/forgot', { email });
  const answer = await post('password/reset', {
    token: await codeTo(email, mails),
    new_password: OWNERS_PASSWORD,
  });
  expect(answer.status).toBe(200);
}

describe('an account with an unconfirmed address cannot get a higher role', () => {
  test.each([
    ['user', 'doctor'],
    ['user', 'admin'],
    ['doctor', 'admin'],
  ])('%s to %s', async (from, to) => {
    const { id } = await strangersAccount(from);
    const problem = expectProblem(
      await change(id, { role: to, your_password: admin.password }),
      NOT_VERIFIED,
    );
    expect(problem.detail).toContain(`account ${id}`);
    expect(await clinic.query('SELECT role FROM accounts WHERE id = ?', [id])).toEqual([{ role: from }]);
  });

  test.each([
    ['doctor', { role: 'user' }],
    ['admin', { role: 'doctor' }],
    ['user', { role: 'user', disabled: true }],
  ])('but can change from %s to %j', async (from, body) => {
    const { id } = await strangersAccount(from);
    expect((await change(id, body)).status).toBe(200);
  });

  test('after a password reset by the owner, it can, and the stranger is locked out', async () => {
    const person = await strangersAccount();
    await reset(person);
    expect((await change(person.id, { role: 'doctor' })).body).toMatchObject({
      role: 'doctor',
      verified: true,
    });
    expect((await logIn(person, person.password)).status).toBe(400);
    expect((await clinic.client.get('/api/auth/me', person)).status).toBe(401);
    expect((await logIn(person, OWNERS_PASSWORD)).status).toBe(200);
  });
});

test('a doctor’s profile cannot be created for an account with an unconfirmed address', async () => {
  const { id } = await strangersAccount('doctor');
  const profile = { name: 'Dr. Who', specialty: 'Time', email: 'who@clinic.example', user_id: id };
  expectProblem(await clinic.client.post('/api/doctors', profile, admin), NOT_VERIFIED);
  expect(await clinic.query('SELECT 1 FROM doctors WHERE user_id = ?', [id])).toEqual([]);
  await clinic.query('UPDATE accounts SET verified_at = created_at WHERE id = ?', [id]);
  expect((await clinic.client.post('/api/doctors', profile, admin)).status).toBe(201);
});

test('an admin sees which addresses are confirmed', async () => {
  const [person, patient] = [await strangersAccount(), await clinic.patient()];
  const { body } = await clinic.client.get<{ id: number; verified: boolean }[]>(
    '/api/users?limit=1000',
    admin,
  );
  const verified = Object.fromEntries(body.map(({ id, verified }) => [id, verified]));
  expect([verified[person.id], verified[patient.id]]).toEqual([false, true]);
});

describe('a second factor', () => {
  const BEGIN = '/api/auth/second-factor';

  test('can be begun only after the address is confirmed', async () => {
    const person = await strangersAccount();
    const begin = () => clinic.client.post(BEGIN, { password: person.password }, person);
    expectProblem(await begin(), NOT_VERIFIED);
    expect((await verify(await verifyCode(person), person.password)).status).toBe(200);
    expect((await begin()).status).toBe(200);
  });

  test('cannot be confirmed either while the address is unconfirmed', async () => {
    const person = await clinic.patient();
    await clinic.client.post(BEGIN, { password: person.password }, person);
    await clinic.query('UPDATE accounts SET verified_at = NULL WHERE id = ?', [person.id]);
    expectProblem(await clinic.client.post(`${BEGIN}/confirm`, { code: '000000' }, person), NOT_VERIFIED);
  });

  test.each([
    ['before the address was confirmed', 'NULL'],
    ['before a mailed code confirmed it', 'second_factor_since + INTERVAL 1 SECOND'],
  ])('that was set up %s is removed by a password reset', async (_, verifiedAt) => {
    const person = await withSecondFactor(clinic, await clinic.patient());
    await clinic.query(`UPDATE accounts SET verified_at = ${verifiedAt} WHERE id = ?`, [person.id]);
    await reset(person);
    expect((await logIn(person, OWNERS_PASSWORD)).status).toBe(200);
    const { body } = await clinic.client.get<{ action: string }[]>(
      `/api/audit?subject=account&subject_id=${person.id}`,
      admin,
    );
    const changes = body.map(({ action }) => action).filter((action) => action !== 'account.logged_in');
    expect(changes.slice(0, 2)).toEqual(['account.password_reset', 'account.second_factor_removed']);
  });

  test('that was set up after the address was confirmed survives a password reset', async () => {
    const person = await withSecondFactor(clinic, await clinic.patient());
    await reset(person);
    expectProblem(await logIn(person, OWNERS_PASSWORD), { status: 400, code: 'SECOND_FACTOR_REQUIRED' });
  });
});

describe('a mailed code confirms the address', () => {
  test('only together with the password of the account', async () => {
    const person = await strangersAccount();
    const code = await verifyCode(person);
    const without = expectProblem(await post('verify-email', { token: code }), { status: 400 });
    expect(without.errors).toEqual([{ field: 'password', message: 'password is required' }]);
    for (const guess of ['', 'a wrong guess', 'What The Stranger Chose', admin.password])
      expectProblem(await verify(code, guess), WRONG_PASSWORD);
    expect(await clinic.query('SELECT verified_at FROM accounts WHERE id = ?', [person.id])).toEqual([
      { verified_at: null },
    ]);
    expect((await verify(code, person.password)).status, 'wrong passwords leave the code valid').toBe(200);
    expectProblem(await verify(code, person.password), { status: 400, code: 'LINK_INVALID' });
  });

  test('but not once the password has changed', async () => {
    const person = await strangersAccount();
    const code = await verifyCode(person);
    const body = { old_password: person.password, new_password: 'what the stranger chose next' };
    await clinic.client.post('/api/auth/password', body, person);
    for (const password of [person.password, body.new_password])
      expectProblem(await verify(code, password), { status: 400, code: 'LINK_INVALID' });
  });

  test('the owner, who does not know the password, can reset it by email', async () => {
    const person = await strangersAccount();
    expectProblem(await verify(await verifyCode(person), OWNERS_PASSWORD), WRONG_PASSWORD);
    await reset(person, 2);
    expect((await logIn(person, person.password)).status).toBe(400);
    expect((await logIn(person, OWNERS_PASSWORD)).status).toBe(200);
  });

  test('the password for a code can be guessed at most ten times a minute', async () => {
    const limited = await Clinic.over(
      withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
      clinic.clock,
    );
    const code = await verifyCode(await strangersAccount());
    const answers = await Promise.all(
      Array.from({ length: 11 }, (_, turn) =>
        limited.client.post('/api/auth/verify-email', { token: code, password: `guess ${turn}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(400), 429]);
    await limited.app.close();
  });
});

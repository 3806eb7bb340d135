import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withSecondFactor } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { expectProblem } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';
import { startWorker } from '../support/worker.js';

const LINK_INVALID = { status: 400, code: 'LINK_INVALID' };

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let addresses = 0;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    env: { SMTP_URL: mailbox.url, FRONT_END_URL: 'https://clinic.example/app' },
  });
  worker = await startWorker(clinic.environment, clinic.clock);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const newAddress = (): string => `new${(addresses += 1)}@people.example`;
const ask = (person: Person, email: string, more: object = {}) =>
  clinic.client.patch<{ email: string }>(
    '/api/auth/me',
    { email, password: person.password, ...more },
    person,
  );
const finish = (token: string, { password }: Pick<Person, 'password'> = { password: 'a guess' }) =>
  clinic.client.post('/api/auth/change-email', { token, password });
const logIn = (email: string, { password }: Person) =>
  clinic.client.post<{ token: string; user: { id: number } }>('/api/auth/login', { email, password });

const codeTo = (email: string) => mailbox.codeTo(email, 'change-email');

async function subjectsTo(email: string): Promise<string[]> {
  await waitUntilDueSettled(clinic);
  return mailbox.received.filter(({ to }) => to === email).map(({ mail }) => mail.subject!.split(':')[0]!);
}

describe('a change of address', () => {
  test('takes effect when the code mailed to the new address comes back; both addresses are notified, all sessions end', async () => {
    const person = await clinic.patient();
    const email = newAddress();
    const asked = await ask(person, email.toUpperCase());
    expect([asked.status, asked.body.email]).toEqual([200, person.email]);
    expect(await subjectsTo(person.email)).toEqual(['Your address is to be changed']);
    expect((await logIn(person.email, person)).status).toBe(200);
    const code = await codeTo(email);
    expectProblem(await finish(code), { status: 400, code: 'WRONG_PASSWORD' });
    expect((await finish(code, person)).status).toBe(200);
    expect((await logIn(person.email, person)).status).toBe(400);
    const { body } = await logIn(email, person);
    expect(body.user).toMatchObject({ id: person.id, email });
    expectProblem(await clinic.client.get('/api/auth/me', person), { status: 401, code: 'TOKEN_REVOKED' });
    expect(await subjectsTo(person.email)).toEqual([
      'Your address is to be changed',
      'Your address was changed',
    ]);
    expect(await subjectsTo(email)).toEqual(['Confirm your new address', 'Your address was changed']);
    expectProblem(await finish(code, person), LINK_INVALID);
  });

  test('notifies the former address even if it was never confirmed', async () => {
    const [email, next, password] = [newAddress(), newAddress(), 'the phrase of a patient'];
    const { body: registered } = await clinic.client.post<{ id: number }>('/api/auth/register', {
      email,
      password,
    });
    const { body } = await logIn(email, { id: registered.id, email, password, token: '' });
    const person = { id: registered.id, email, password, token: body.token };
    expect((await ask(person, next)).status).toBe(200);
    expect((await finish(await codeTo(next), person)).status).toBe(200);
    expect((await subjectsTo(email)).sort()).toEqual([
      'Your address is to be changed',
      'Your address was changed',
    ]);
  });

  test('confirms the new address and invalidates links mailed to the old one', async () => {
    const person = await clinic.patient();
    await clinic.query('UPDATE accounts SET verified_at = NULL WHERE id = ?', [person.id]);
    await clinic.client.post('/api/auth/password/forgot', { email: person.email });
    const token = await mailbox.codeTo(person.email, 'reset-password');
    const email = newAddress();
    await ask(person, email);
    await finish(await codeTo(email), person);
    const reset = { token, new_password: 'quite another phrase' };
    expectProblem(await clinic.client.post('/api/auth/password/reset', reset), LINK_INVALID);
    const rows = await clinic.query('SELECT verified_at FROM accounts WHERE id = ?', [person.id]);
    expect(rows).not.toEqual([{ verified_at: null }]);
  });

  test('needs the account’s password, so the owner of the new address cannot confirm a stranger’s change by a click', async () => {
    const stranger = await clinic.patient();
    const victim = newAddress();
    await ask(stranger, victim);
    const click = await finish(await codeTo(victim));
    expectProblem(click, { status: 400, code: 'WRONG_PASSWORD' });
    expect((await logIn(victim, stranger)).status).toBe(400);
  });

  test('keeps a second factor, which then outlives a later reset', async () => {
    const careful = await withSecondFactor(clinic, await clinic.patient());
    const email = newAddress();
    await ask(careful, email, { code: careful.digits() });
    await finish(await codeTo(email), careful);
    await clinic.client.post('/api/auth/password/forgot', { email });
    const token = await mailbox.codeTo(email, 'reset-password');
    const reset = { token, new_password: 'quite another phrase' };
    expect((await clinic.client.post('/api/auth/password/reset', reset)).status).toBe(200);
    const answer = await clinic.client.post('/api/auth/login', { email, password: reset.new_password });
    expectProblem(answer, { status: 400, code: 'SECOND_FACTOR_REQUIRED' });
  });

  test('is refused with a wrong password, without one, and without the digits of a second factor', async () => {
    const person = await clinic.patient();
    const email = newAddress();
    expectProblem(await ask(person, email, { password: 'a guess' }), { status: 400, code: 'WRONG_PASSWORD' });
    expectProblem(await ask(person, email, { password: undefined }), {
      status: 400,
      code: 'VALIDATION_FAILED',
    });
    const careful = await withSecondFactor(clinic, person);
    expectProblem(await ask(careful, email), { status: 400, code: 'SECOND_FACTOR_REQUIRED' });
    expect(await subjectsTo(email)).toEqual([]);
    expect((await ask(careful, email, { code: careful.digits() })).status).toBe(200);
    expect(await subjectsTo(email)).toHaveLength(1);
  });

  test('is refused if another account has the address, or registers it before the code comes back', async () => {
    const [person, other] = [await clinic.patient(), await clinic.patient()];
    expectProblem(await ask(person, other.email.toUpperCase()), { status: 400, code: 'EMAIL_TAKEN' });
    const email = newAddress();
    await ask(person, email);
    const code = await codeTo(email);
    await clinic.client.post('/api/auth/register', { email, password: 'a long enough password' });
    expectProblem(await finish(code, person), { status: 400, code: 'EMAIL_TAKEN' });
    expect((await logIn(person.email, person)).status).toBe(200);
  });

  test('accepts the last code only; the code sent to a mistyped address becomes invalid', async () => {
    const person = await clinic.patient();
    const [mistyped, email] = [newAddress(), newAddress()];
    await ask(person, mistyped);
    const wrong = await codeTo(mistyped);
    expectProblem(await ask(person, email), { status: 429, code: 'TOO_MANY_REQUESTS' });
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ minutes: 2 });
    expect((await ask(person, email)).status).toBe(200);
    expectProblem(await finish(wrong), LINK_INVALID);
    expect((await finish(await codeTo(email), person)).status).toBe(200);
  });

  test('is refused after a day, and after the sessions were ended', async () => {
    const [late, ended] = [await clinic.patient(), await clinic.patient()];
    const [first, second] = [newAddress(), newAddress()];
    await ask(late, first);
    await ask(ended, second);
    const codes = [await codeTo(first), await codeTo(second)];
    await clinic.client.post('/api/auth/logout-everywhere', undefined, ended);
    expectProblem(await finish(codes[1]!), LINK_INVALID);
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ hours: 24 });
    expectProblem(await finish(codes[0]!), LINK_INVALID);
  });
});

test('guessing the password with a mailed code does not use up the owner’s attempts', async () => {
  const limited = await Clinic.over(
    withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
    clinic.clock,
  );
  const person = await clinic.patient();
  const next = newAddress();
  expect((await ask(person, next)).status).toBe(200);
  const token = await codeTo(next);
  const guess = () => limited.client.post('/api/auth/change-email', { token, password: 'a wrong guess' });
  const statuses = [];
  for (let attempt = 0; attempt < 11; attempt += 1) statuses.push((await guess()).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
  const body = { old_password: person.password, new_password: 'quite another phrase' };
  expect((await limited.client.post('/api/auth/password', body, person)).status).toBe(200);
  await limited.app.close();
});

test('the address of the configured admin cannot change', async () => {
  const admin = await clinic.admin();
  const named = await Clinic.over(
    withSettings(clinic.environment, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }),
    clinic.clock,
  );
  const body = { email: newAddress(), password: admin.password };
  const refused = await named.client.patch('/api/auth/me', body, admin);
  expectProblem(refused, { status: 400, code: 'IS_CONFIGURED' });
  await named.app.close();
});

test('the configured admin can be neither demoted nor disabled, because every start relies on the account', async () => {
  const [admin, other] = [await clinic.admin(), await clinic.admin()];
  const named = await Clinic.over(
    withSettings(clinic.environment, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }),
    clinic.clock,
  );
  const change = ({ id }: Person, body: object) =>
    named.client.patch(`/api/users/${id}`, { ...body, your_password: other.password }, other);
  for (const body of [{ role: 'user' }, { disabled: true }, { role: 'user', disabled: true }])
    expectProblem(await change(admin, body), { status: 400, code: 'IS_CONFIGURED' });
  expect((await named.client.get('/api/auth/me', admin)).status).toBe(200);
  expect((await change(await clinic.admin(), { role: 'user' })).status).toBe(200);
  expect((await change(await clinic.admin(), { disabled: true })).status).toBe(200);
  await named.app.close();
});

test('asking for the present address changes nothing and sends no email', async () => {
  const person = await clinic.patient();
  expect((await ask(person, person.email.toUpperCase())).status).toBe(200);
  expect(await subjectsTo(person.email)).toEqual([]);
});

test('language and address can be changed together; a request for neither is refused', async () => {
  const person = await clinic.patient();
  const email = newAddress();
  expect((await ask(person, email, { locale: 'es' })).body).toMatchObject({ locale: 'es' });
  await codeTo(email);
  expectProblem(await clinic.client.patch('/api/auth/me', {}, person), {
    status: 400,
    code: 'VALIDATION_FAILED',
  });
});

test('erasing an account removes its address from other accounts’ requests for it', async () => {
  const person = await clinic.patient();
  const stranger = await clinic.patient();
  const links = () => clinic.query('SELECT id FROM account_links WHERE address = ?', [person.email]);
  await clinic.query(
    `INSERT INTO account_links (uid, account_id, kind, session_version, address, created_at, expires_at)
     SELECT 'a-request-of-a-stranger', id, 'change_address', session_version, ?, '2026-01-01', '2099-01-01'
     FROM accounts WHERE id = ?`,
    [person.email, stranger.id],
  );
  expect(await links()).toHaveLength(1);
  const body = { password: person.password };
  await clinic.client.send('DELETE', '/api/auth/me', { token: person.token, body });
  expect(await links()).toEqual([]);
  const [link] = await clinic.query<{ expires_at: Date }>(
    "SELECT expires_at FROM account_links WHERE uid = 'a-request-of-a-stranger'",
  );
  expect(link!.expires_at.getTime()).toBeLessThanOrEqual(clinic.clock.now());
});

describe('erasing an account removes its address from the emails about other accounts’ requests for it', () => {
  /** Another account requests an address; then its owner registers it, and erases that account. */
  async function requestAndErase(stranger: Person, beforeErasure: () => Promise<void>): Promise<string> {
    const [email, password] = [newAddress(), 'the phrase of the owner'];
    expect((await ask(stranger, email)).status).toBe(200);
    await beforeErasure();
    expect((await clinic.client.post('/api/auth/register', { email, password })).status).toBe(201);
    const { token } = (await logIn(email, { ...stranger, password })).body;
    const erasure = { token, body: { password } };
    expect((await clinic.client.send('DELETE', '/api/auth/me', erasure)).status).toBe(200);
    return email;
  }

  const notificationOf = async ({ id }: Person) =>
    (
      await clinic.query(
        "SELECT state, reason, address FROM notifications WHERE account_id = ? AND kind = 'change_address'",
        [id],
      )
    )[0];

  test('that were sent', async () => {
    const stranger = await clinic.patient();
    await requestAndErase(stranger, () => waitUntilDueSettled(clinic));
    expect(await notificationOf(stranger)).toEqual({ state: 'sent', reason: null, address: null });
  });

  test('that are not sent yet, which are cancelled and go to nobody', async () => {
    const stranger = await clinic.patient();
    await worker.close();
    const email = await requestAndErase(stranger, () => Promise.resolve());
    const cancelled = { state: 'cancelled', reason: 'the account was erased', address: null };
    expect(await notificationOf(stranger)).toEqual(cancelled);
    worker = await startWorker(clinic.environment, clinic.clock);
    expect(await subjectsTo(stranger.email)).toEqual(['Your address is to be changed']);
    expect(await subjectsTo(email)).toEqual([]);
    expect(await notificationOf(stranger)).toEqual(cancelled);
  });
});

test('an export contains the former addresses that notices went to', async () => {
  const person = await clinic.patient();
  const email = newAddress();
  await ask(person, email);
  await finish(await codeTo(email), person);
  await waitUntilDueSettled(clinic);
  const { token } = (await logIn(email, person)).body;
  const { body } = await clinic.client.post<{ messages: { kind: string; address?: string | null }[] }>(
    '/api/auth/me/export',
    { password: person.password },
    { token },
  );
  const notices = body.messages
    .filter(({ kind }) => kind === 'address_changed')
    .map(({ address }) => address);
  expect(notices.sort()).toEqual([null, person.email].sort());
});

test('an erased account leaves no address behind, neither in links nor in notifications', async () => {
  const person = await clinic.patient();
  await ask(person, newAddress());
  await waitUntilDueSettled(clinic);
  await clinic.client.send('DELETE', '/api/auth/me', {
    token: person.token,
    body: { password: person.password },
  });
  for (const table of ['account_links', 'notifications'])
    expect(
      await clinic.query(`SELECT id FROM ${table} WHERE account_id = ? AND address IS NOT NULL`, [person.id]),
    ).toEqual([]);
});

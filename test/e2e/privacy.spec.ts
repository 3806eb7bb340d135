import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Ledger } from '../../src/outbox/ledger.repository.js';
import { book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled, notificationsOf } from '../support/notifications.js';
import { expectProblem } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';
import { startWorker } from '../support/worker.js';

/** A unique name: wherever it is found, it belongs to the erased person. */
const CANARY = 'canary.lovelace';
const PASSWORD = 'canary-of-a-password';

type Export = Record<string, Record<string, unknown>[]>;

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url, RATE_LIMIT_ENABLED: 'true' } });
  worker = await startWorker(clinic.environment, clinic.clock);
  doctor = await clinic.doctor();
  admin = await clinic.admin();
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const erase = ({ token }: Pick<Person, 'token'>, password: string) =>
  clinic.client.send('DELETE', '/api/auth/me', { token, body: { password } });

async function logIn(email: string, password: string): Promise<Person> {
  const { body } = await clinic.client.post<{ token: string; user: { id: number } }>(
    '/api/auth/login',
    { email, password, refresh: true },
    { headers: { 'user-agent': `Phone of ${CANARY}` } },
  );
  return { id: body.user.id, email, password, token: body.token };
}

/** Every value of every table, and every key and value in Redis. */
async function allStoredData(): Promise<string> {
  const tables = (await clinic.query<Record<string, string>>('SHOW TABLES')).map(
    (row) => Object.values(row)[0]!,
  );
  const stored: unknown[] = [];
  for (const table of tables) stored.push(await clinic.query(`SELECT * FROM \`${table}\``));
  const redis = new Redis(clinic.environment.REDIS_URL);
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    const read: Record<string, () => Promise<unknown>> = {
      string: () => redis.get(key),
      hash: () => redis.hgetall(key),
      list: () => redis.lrange(key, 0, -1),
      set: () => redis.smembers(key),
      zset: () => redis.zrange(key, 0, -1, 'WITHSCORES'),
      stream: () => redis.xrange(key, '-', '+'),
    };
    stored.push(key, await read[type]!());
  }
  redis.disconnect();
  return JSON.stringify(stored);
}

/** Creates a person who leaves traces everywhere possible. */
async function canary(): Promise<{ person: Person; past: number; coming: number }> {
  const email = `${CANARY}@people.example`;
  const account = { email, password: PASSWORD };
  await clinic.client.post(
    '/api/users',
    { ...account, role: 'user' },
    {
      token: admin.token,
      headers: { 'idempotency-key': 'canary' },
    },
  );
  await clinic.client.post('/api/auth/login', { email, password: 'a wrong guess' });
  const person = await logIn(email, PASSWORD);
  // A mail server that names the recipient in its response.
  mailbox.onRecipient = (address) =>
    address === email ? { responseCode: 550, message: `no ${CANARY} here, <${email}>` } : undefined;
  const past = await book(clinic, person, doctor, { date: '2026-03-02', time: '09:00' });
  await waitUntilDueSettled(clinic);
  mailbox.onRecipient = () => undefined;
  clinic.clock.set('2026-03-02T12:00:00Z');
  // The token of the first session has expired.
  const again = await logIn(email, PASSWORD);
  const coming = await book(clinic, again, doctor, { date: '2026-03-05', time: '09:00' });
  await clinic.client.post('/api/auth/password/forgot', { email });
  await waitUntilDueSettled(clinic);
  return { person: await logIn(email, PASSWORD), past: past.id, coming: coming.id };
}

test('an export holds all data about an account, and none about others', async () => {
  const person = await clinic.patient();
  const booking = await book(clinic, person, doctor, { date: '2026-03-03', time: '09:00' });
  await book(clinic, await clinic.patient(), doctor, { date: '2026-03-03', time: '10:00' });
  const { email, password } = person;
  await clinic.client.post('/api/auth/login', { email, password, refresh: true });
  await clinic.client.post('/api/auth/password/forgot', { email });
  await clinic.client.post(
    '/api/bookings',
    { doctor_id: doctor.doctorId, date: '2026-03-03', time: '11:00' },
    { token: person.token, headers: { 'idempotency-key': 'one-of-mine' } },
  );
  await clinic.client.post('/api/exceptions', { date: '2026-03-20', is_full_day: true }, doctor);
  await waitUntilDueSettled(clinic);
  const exportOf = async ({ token, password }: Person) =>
    (await clinic.client.post<Export>('/api/auth/me/export', { password }, { token })).body;
  const mine = await exportOf(person);
  expect(mine.account).toMatchObject([{ id: person.id, email: person.email, role: 'user' }]);
  expect(mine.bookings).toMatchObject([
    { id: booking.id, date: '2026-03-03', start_time: '09:00:00' },
    { date: '2026-03-03', start_time: '11:00:00' },
  ]);
  expect(mine.sessions).toMatchObject([{ address: '127.0.0.1', ended_at: null }]);
  expect(mine.refresh_tokens).toMatchObject([{ session_id: mine.sessions![0]!.id, used_at: null }]);
  expect(mine.links).toMatchObject([{ kind: 'password_reset' }]);
  expect(mine.requests).toMatchObject([{ idempotency_key: 'one-of-mine' }]);
  expect(mine.messages!.map(({ kind, state }) => [kind, state])).toContainEqual(['booked', 'sent']);
  expect(mine.events!.map(({ action }) => action)).toEqual([
    'account.opened',
    'booking.booked',
    'account.logged_in',
    'account.reset_asked',
    'booking.booked',
    'account.exported',
  ]);
  const doctors = await exportOf(doctor);
  expect(mine.patients).toMatchObject([{ relation: 'self', version: 1 }]);
  expect(doctors.doctor_profile).toMatchObject([{ id: doctor.doctorId, active: 1, version: 1 }]);
  expect(doctors.events!.map(({ action }) => action)).toContain('doctor.created');
  expect(doctors.availability).toHaveLength(5);
  expect(doctors.exceptions).toMatchObject([{ date: '2026-03-20' }]);
  expect(JSON.stringify([mine, doctors])).not.toMatch(/argon2|token_hash/);
  expect(JSON.stringify(doctors)).not.toContain(person.email);
});

test('an erasure removes name and address everywhere, pseudonymises bookings, and frees future times', async () => {
  const { person, past, coming } = await canary();
  const before = await allStoredData();
  expect(before.split(CANARY).length, 'the canary has left traces').toBeGreaterThan(2);
  expectProblem(await erase(person, 'a guess'), { status: 400, code: 'WRONG_PASSWORD' });
  const mails = mailbox.received.length;
  expect((await erase(person, PASSWORD)).status).toBe(200);

  expect(await allStoredData()).not.toContain(CANARY);
  const seen = await clinic.client.get<{ id: number; patient_email: string; status: string }[]>(
    '/api/bookings/doctor?include_cancelled=true',
    { token: doctor.token },
  );
  const erasedBookings = seen.body.filter(({ id }) => id === past || id === coming);
  expect(erasedBookings.map(({ status }) => status)).toEqual(['booked', 'cancelled']);
  expect(JSON.stringify(seen.body)).not.toContain(CANARY);
  await book(clinic, await clinic.patient(), doctor, { date: '2026-03-05', time: '09:00' });

  // No further emails are sent, even when reminders would have been due.
  clinic.clock.set('2026-03-05T07:30:00Z');
  await waitUntilDueSettled(clinic);
  expect(
    mailbox.received
      .slice(mails)
      .map(({ to }) => to)
      .join(),
  ).not.toMatch(/canary|erased/);
  for (const { state } of await notificationsOf(clinic, coming))
    expect(['sent', 'cancelled']).toContain(state);
  const integrity = await clinic.client.get('/api/integrity', { token: admin.token });
  expect(integrity.body).toMatchObject({ healthy: true });

  expectProblem(await clinic.client.get('/api/auth/me', { token: person.token }), { status: 401 });
  expectProblem(await clinic.client.post('/api/auth/login', { email: person.email, password: PASSWORD }), {
    status: 400,
    code: 'INVALID_CREDENTIALS',
  });
  expectProblem(
    await clinic.client.post('/api/auth/login', {
      email: `erased-${person.id}@erased.invalid`,
      password: PASSWORD,
    }),
    { status: 400, code: 'INVALID_CREDENTIALS' },
  );
  const again = { email: person.email, password: PASSWORD };
  expect((await clinic.client.post('/api/auth/register', again)).status, 'the address is free').toBe(201);
});

test('an erasure deletes the counters of the address, and no others', async () => {
  const [person, other] = [await clinic.patient(), await clinic.patient()];
  const redis = new Redis(clinic.environment.REDIS_URL);
  /** Counters by a keyed hash, which stands for an email address. */
  const counters = async () => (await redis.keys('throttle:*')).filter((key) => /[\w-]{43}/.test(key)).sort();
  const before = await counters();
  const act = async ({ email, password }: Person) => {
    await clinic.client.post('/api/auth/login', { email: email.toUpperCase(), password: 'a wrong guess' });
    await clinic.client.post('/api/auth/login', { email, password });
  };
  await act(other);
  const ofOther = await counters();
  await act(person);
  expect((await counters()).length).toBeGreaterThanOrEqual(ofOther.length + 3);
  expect((await erase(person, person.password)).status).toBe(200);
  expect(await counters()).toEqual(ofOther);
  expect(ofOther.length).toBeGreaterThanOrEqual(before.length + 3);
  redis.disconnect();
});

test('neither the last admin nor a doctor with a profile can be erased', async () => {
  expectProblem(await erase(admin, admin.password), { status: 400, code: 'LAST_ADMIN' });
  expectProblem(await erase(doctor, doctor.password), { status: 400, code: 'HAS_PROFILE' });
  expect((await clinic.client.get('/api/auth/me', { token: doctor.token })).status).toBe(200);
});

test('registering the address that an erasure assigns does not block the erasure', async () => {
  const person = await clinic.patient();
  const { id } = person;
  const squatter = { email: `erased-${id}@erased.invalid`, password: PASSWORD };
  await clinic.client.post('/api/auth/register', squatter);
  expect((await erase(person, person.password)).status).toBe(200);
});

test('an erased account can neither be enabled nor become an admin', async () => {
  const former = await clinic.admin();
  expect((await erase(former, former.password)).status).toBe(200);
  for (const change of [{ disabled: false }, { role: 'doctor' }, { disabled: false, role: 'admin' }]) {
    const body = { ...change, your_password: admin.password };
    const answer = await clinic.client.patch(`/api/users/${former.id}`, body, { token: admin.token });
    expectProblem(answer, { status: 404, code: 'ACCOUNT_NOT_FOUND' });
  }
  const [account] = await clinic.query('SELECT role, disabled_at FROM accounts WHERE id = ?', [former.id]);
  expect(account).toMatchObject({ role: 'user', disabled_at: expect.anything() as Date });
});

test('an erased account that a former version enabled does not count as another admin', async () => {
  const former = await clinic.admin();
  await erase(former, former.password);
  await clinic.query("UPDATE accounts SET role = 'admin', disabled_at = NULL WHERE id = ?", [former.id]);
  const demote = (id: number) =>
    clinic.client.patch(`/api/users/${id}`, { role: 'user' }, { token: admin.token });
  expectProblem(await demote(admin.id), { status: 400, code: 'LAST_ADMIN' });
  expect((await demote(former.id)).status).toBe(200);
});

test('an account that somebody registers with such an address can be disabled', async () => {
  const squatter = { email: 'erased-0@erased.invalid', password: PASSWORD };
  const { body } = await clinic.client.post<{ id: number }>('/api/auth/register', squatter);
  const answer = await clinic.client.patch(
    `/api/users/${body.id}`,
    { disabled: true },
    { token: admin.token },
  );
  expect(answer.status).toBe(200);
});

test('the configured admin cannot be erased, because the next start would create it again', async () => {
  const boss = await clinic.admin();
  const configured = await Clinic.over(
    withSettings(clinic.environment, { ADMIN_EMAIL: boss.email, ADMIN_PASSWORD: 'never used' }),
    clinic.clock,
  );
  const answer = await configured.client.send('DELETE', '/api/auth/me', {
    token: boss.token,
    body: { password: boss.password },
  });
  expectProblem(answer, { status: 400, code: 'IS_CONFIGURED' });
  await configured.app.close();
});

test('an email in progress during the erasure stores no name afterwards and is not sent again', async () => {
  const person = await clinic.patient();
  await book(clinic, person, doctor, { date: '2026-03-09', time: '09:00' });
  const [row] = await clinic.query<{ id: number }>('SELECT MAX(id) AS id FROM notifications WHERE kind = ?', [
    'booked',
  ]);
  await clinic.query("UPDATE notifications SET state = 'sending', lease = 7 WHERE id = ?", [row!.id]);
  expect((await erase(person, person.password)).status).toBe(200);
  const ledger = clinic.app.get(Ledger);
  const outcome = { offered: true, reason: 'no such user (canary)' };
  await ledger.settle({ id: row!.id, lease: 7 }, { ...outcome, state: 'pending', dueAt: 0 });
  await ledger.settle({ id: row!.id, lease: 7 }, { ...outcome, state: 'dead' });
  expect(await clinic.query('SELECT state, reason FROM notifications WHERE id = ?', [row!.id])).toEqual([
    { state: 'cancelled', reason: 'the account was erased' },
  ]);
});

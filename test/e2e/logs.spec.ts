import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/support/build.js';
import type { Environment } from '../support/test-environment.js';
import { Client, type Json } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { Program } from '../support/program.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';

const PATIENT = { email: 'canary.patient@people.example', password: 'canary-patient-password' };
const ADMIN = { email: 'canary.admin@people.example', password: 'canary-admin-password' };
const DOCTOR = { email: 'canary.doctor@people.example', password: 'canary-doctor-password', role: 'doctor' };
const GUESS = 'canary-wrong-guess';
const CODE = 'canary-mailed-code';

let environment: Environment;
let mailbox: Mailbox;
let api: Program;
let worker: Program;
let client: Client;
const responses: { status: number; requestId: string | null }[] = [];
const tokens: string[] = [];
let session: Record<string, unknown>[];

beforeAll(async () => {
  await ensureBuilt();
  mailbox = await Mailbox.open();
  mailbox.onRecipient = (address) => ({ responseCode: 550, message: `No such person here: <${address}>` });
  environment = await testEnvironment({
    PORT: String(await freePort()),
    SMTP_URL: mailbox.url,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    // The most verbose level.
    LOG_LEVEL: 'trace',
  });
  api = Program.start('main.js', environment);
  worker = Program.worker(environment);
  client = new Client(`http://127.0.0.1:${environment.PORT}`);
  await eventually('the API answers', () => client.get('/health/live').catch(() => undefined));
  const before = api.lines.length;
  await playSession();
  await eventually('the last line is written', () =>
    Promise.resolve(api.lines.some((line) => line.includes(responses.at(-1)!.requestId!))),
  );
  session = api.lines.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
}, 120_000);

afterAll(async () => {
  await api?.stop();
  await worker?.stop();
  await mailbox?.close();
  if (environment) await dropDatabase(environment);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function send(
  method: string,
  path: string,
  options: Parameters<Client['send']>[2] = {},
): Promise<Json> {
  const { status, headers, body } = await client.send<Json>(method, path, options);
  responses.push({ status, requestId: headers.get('x-request-id') });
  for (const secret of [body.token, body.refresh_token]) if (typeof secret === 'string') tokens.push(secret);
  return body;
}

/** Sends all personal data and secrets that no log may hold, both in their proper fields and elsewhere. */
async function playSession(): Promise<void> {
  await send('POST', '/api/auth/register', { body: PATIENT });
  await send('POST', '/api/auth/register', { body: PATIENT });
  await send('POST', '/api/auth/login', { body: PATIENT });
  await send('POST', '/api/auth/login', { body: { ...PATIENT, password: GUESS } });
  await send('POST', '/api/auth/login', { body: ADMIN });
  const [token, admin] = tokens as [string, string];
  const { id } = await send('POST', '/api/users', { body: DOCTOR, token: admin });
  const profile = {
    name: 'Dr. Canary',
    specialty: 'Birds',
    email: 'canary.contact@clinic.example',
    user_id: id,
  };
  const doctor = await send('POST', '/api/doctors', { body: profile, token: admin });
  const date = new Date(Date.now() + 14 * 86_400_000);
  while (date.getUTCDay() === 0 || date.getUTCDay() === 6) date.setUTCDate(date.getUTCDate() + 1);
  const appointment = { doctor_id: doctor.id, date: date.toISOString().slice(0, 10), time: '10:00' };
  await send('POST', '/api/bookings', { body: appointment, token });
  await send('GET', '/api/bookings/me', { token });
  await sendSecrets(token, admin);
  await sendMalformedRequests(token);
  await breakTheDatabase(token, appointment);
}

/** Sends the other secrets: refresh tokens, mailed codes, an authenticator's secret, Basic credentials. */
async function sendSecrets(token: string, admin: string): Promise<void> {
  const { refresh_token } = await send('POST', '/api/auth/login', { body: { ...PATIENT, refresh: true } });
  await send('POST', '/api/auth/refresh', { body: { refresh_token } });
  await send('POST', '/api/auth/password/forgot', { body: { email: PATIENT.email } });
  await send('POST', '/api/auth/password/reset', { body: { token: CODE, new_password: `new-${GUESS}` } });
  await send('POST', '/api/auth/verify-email', { body: { token: CODE, password: GUESS } });
  await send('POST', '/api/auth/invitation', { body: { token: CODE, password: `new-${GUESS}` } });
  const { password } = ADMIN;
  const { secret } = await send('POST', '/api/auth/second-factor', { body: { password }, token: admin });
  tokens.push(secret as string);
  await send('POST', '/api/auth/me/export', { body: { password }, token });
  const basic = `Basic ${Buffer.from(`${ADMIN.email}:${ADMIN.password}`).toString('base64')}`;
  await send('GET', '/admin/queues', { headers: { authorization: basic } });
}

async function sendMalformedRequests(token: string): Promise<void> {
  const { email, password } = PATIENT;
  const basic = `Basic ${Buffer.from(`${ADMIN.email}:${GUESS}`).toString('base64')}`;
  await send('POST', '/api/auth/login', { body: `{"email":"${email}","password":"${password}` });
  await send('POST', '/api/auth/register', { body: { [email]: password } });
  await send('POST', '/api/auth/register', { body: { email, password: password.padEnd(70_000, 'x') } });
  await send('POST', '/api/auth/login', {
    body: `email=${email}&password=${password}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await send('GET', `/api/bookings/me?token=${token}&email=${email}&password=${password}`, {
    token: `${token}x`,
  });
  await send('GET', `/api/${email}/${password}/${token}`, { headers: { cookie: `token=${token}` } });
  await send('GET', `/api/availability/${email}`, {
    headers: { referer: `http://x/?${password}`, 'user-agent': email },
  });
  await send('GET', `/api/%zz/${email}`, { headers: { 'x-request-id': email } });
  await send('GET', '/admin/queues', { headers: { authorization: basic } });
  await send('GET', '/api/doctors', { token });
}

/** Renames tables to provoke errors of the database, and renames them back. */
async function breakTheDatabase(token: string, appointment: object): Promise<void> {
  const database = await createConnection(environment.DATABASE_URL);
  await eventually('the confirmation was refused', async () => {
    const [rows] = await database.query(
      "SELECT id FROM notifications WHERE kind = 'booked' AND state = 'dead'",
    );
    return (rows as unknown[]).length > 0;
  });
  await database.query('RENAME TABLE accounts TO accounts_away, bookings TO bookings_away');
  await send('POST', '/api/auth/register', { body: { ...PATIENT, email: `another.${PATIENT.email}` } });
  await send('POST', '/api/auth/login', { body: PATIENT });
  await send('POST', '/api/bookings', { body: appointment, token });
  await database.query('RENAME TABLE accounts_away TO accounts, bookings_away TO bookings');
  await database.end();
}

test('the session contained successes, refusals and database errors', () => {
  const statuses = responses.map(({ status }) => status);
  for (const status of [200, 201, 400, 401, 403, 404, 413, 415, 500]) expect(statuses).toContain(status);
  expect(tokens.length).toBeGreaterThan(6);
});

describe('JSON logs', () => {
  test('each line of both processes is JSON with a level, a time and a message', () => {
    for (const line of [...api.lines, ...worker.lines]) {
      const { level, time, msg } = JSON.parse(line) as Record<string, unknown>;
      expect(level, line).toMatch(/^(fatal|error|warn|info|debug|trace)$/);
      expect(new Date(String(time)).toISOString(), line).toBe(time);
      expect(typeof msg, line).toBe('string');
    }
  });
});

describe('a request id in each line and each answer', () => {
  test('each answer has a unique id', () => {
    const ids = responses.map(({ requestId }) => requestId);
    for (const id of ids) expect(id).toMatch(/^[\w-]{36}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });
  test('each line of the session has an id', () => {
    expect(session.length).toBeGreaterThanOrEqual(responses.length);
    expect(session.filter(({ request_id }) => typeof request_id !== 'string')).toEqual([]);
  });
  test('each answer has a line with its route and status', () => {
    for (const { status, requestId } of responses) {
      const line = session.find(({ request_id, msg }) => request_id === requestId && msg === 'request');
      expect(line, requestId!).toMatchObject({
        status,
        route: expect.any(String) as string,
        method: expect.any(String) as string,
      });
    }
  });
  test('the line names the account, even for a log-in, and the code of a refusal', () => {
    const lines = session.filter(({ msg }) => msg === 'request');
    const logIns = lines.filter(({ route, status }) => route === '/api/auth/login' && status === 200);
    expect(logIns.map(({ account }) => typeof account)).toEqual(logIns.map(() => 'number'));
    const refusals = lines.filter(({ status }) => Number(status) >= 400);
    expect(refusals.filter(({ code }) => !/^[A-Z_]+$/.test(String(code)))).toEqual([]);
    expect(new Set(refusals.map(({ code }) => code))).toContain('INVALID_CREDENTIALS');
    const forbidden = lines.filter(({ status }) => status === 403);
    expect(forbidden.map(({ account, code }) => [typeof account, code])).toEqual(
      forbidden.map(() => ['number', 'FORBIDDEN']),
    );
    expect(forbidden.length * logIns.length).toBeGreaterThan(0);
    const [page] = lines.filter(({ route, status }) => String(route).startsWith('/admin') && status === 200);
    expect(page).toHaveProperty('account');
  });
  test('the line names the client by a keyed hash of the network address, never by the address', () => {
    const lines = session.filter(({ msg }) => msg === 'request');
    const [client, ...more] = new Set(lines.map((line) => line.client));
    expect(client).toMatch(/^[\w-]{16}$/);
    expect(more, 'all requests came from one address').toEqual([]);
    expect(JSON.stringify(lines)).not.toContain('127.0.0.1');
  });
  test('an internal error is logged with its cause, under the request id of the answer', () => {
    for (const { requestId } of responses.filter(({ status }) => status === 500)) {
      const line = session.find(({ request_id, level }) => request_id === requestId && level === 'error');
      expect(line?.err).toMatchObject({
        type: 'QueryFailedError',
        stack: expect.stringContaining('at ') as string,
      });
    }
  });
});

describe('no password, token or email address in any line', () => {
  const output = () => [...api.lines, ...worker.lines].join('\n');

  test('the worker logged the refused email', () => {
    expect(worker.lines.some((line) => /550|No such person/.test(line))).toBe(true);
  });
  test('no password, and no hash of one', () => {
    for (const { password } of [PATIENT, ADMIN, DOCTOR]) expect(output()).not.toContain(password);
    expect(output()).not.toContain(GUESS);
    expect(output()).not.toMatch(/argon2id|canary-/);
    expect(output()).not.toContain(Buffer.from(`${ADMIN.email}:`).toString('base64').slice(0, 20));
  });
  test('no token, no part of one, and not JWT_SECRET', () => {
    for (const part of tokens.flatMap((token) => token.split('.'))) expect(output()).not.toContain(part);
    expect(output()).not.toMatch(/eyJ|Bearer|Basic /);
    expect(output()).not.toContain(environment.JWT_SECRET);
  });
  test('no name', () => {
    expect(output()).not.toMatch(/Dr\. Canary|Birds/);
  });
  test('no email address', () => {
    for (const { email } of [PATIENT, ADMIN, DOCTOR]) {
      expect(output()).not.toContain(email);
      expect(output()).not.toContain(encodeURIComponent(email));
    }
    expect(output()).not.toMatch(/canary\.|@(people|clinic)\.example/);
  });
});

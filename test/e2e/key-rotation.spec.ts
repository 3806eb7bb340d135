import { Redis } from 'ioredis';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { unseal } from '../../src/auth/second-factor/sealed-secret.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { tokenBy } from '../support/forged-token.js';
import { expectProblem } from '../support/problems.js';
import { spelled } from '../support/raw-http.js';
import { withSettings } from '../support/settings.js';

const FORMER = 'the key that is being replaced';
const NEW = 'the key that takes its place';

/** With the former key; while keys are rotated; with the new one alone. */
let before: Clinic;
let during: Clinic;
let after: Clinic;
let doctor: DoctorPerson;

beforeAll(async () => {
  before = await Clinic.open({ env: { JWT_SECRET: FORMER, RATE_LIMIT_ENABLED: 'true' } });
  const having = (JWT_SECRET: string) =>
    Clinic.over(withSettings(before.environment, { JWT_SECRET }), before.clock);
  during = await having(`${NEW},${FORMER}`);
  after = await having(NEW);
  doctor = await before.doctor();
});

afterAll(async () => {
  await after?.app.close();
  await during?.app.close();
  await before?.close();
});

const asking = (token: string, at: Clinic) => at.client.get('/api/auth/me', { token });
const logIn = async ({ email, password }: Person, at: Clinic, more: object = {}) =>
  (
    await at.client.post<{ token: string; refresh_token?: string }>('/api/auth/login', {
      email,
      password,
      ...more,
    })
  ).body;

describe('what the former key signed is read while keys are rotated, and no longer', () => {
  test('tokens; those issued meanwhile are signed with the new one', async () => {
    const person = await before.patient();
    const old = (await logIn(person, before)).token;
    expect((await asking(old, during)).status).toBe(200);
    expectProblem(await asking(old, after), { status: 401, code: 'TOKEN_INVALID' });
    const fresh = (await logIn(person, during)).token;
    expect((await asking(fresh, after)).status).toBe(200);
    expectProblem(await asking(fresh, before), { status: 401, code: 'TOKEN_INVALID' });
  });

  test('no third key, nor the text of both, signs a token', async () => {
    const { id, email } = await before.patient();
    for (const secret of [`${NEW},${FORMER}`, `${NEW},`, 'another', '']) {
      const token = tokenBy(secret, { id, email, role: 'user' }, { now: before.clock.now() });
      expectProblem(await asking(token, during), { status: 401, code: 'TOKEN_INVALID' });
    }
  });

  test('codes that were mailed', async () => {
    const mailed = async () => {
      const { id, email } = await before.patient();
      await before.client.post('/api/auth/password/forgot', { email });
      const [row] = await before.query<{ uid: string }>(
        'SELECT uid FROM account_links WHERE account_id = ?',
        [id],
      );
      return { token: linkTokenOf(row!.uid, 'password_reset', FORMER), new_password: 'quite another one' };
    };
    const reset = (body: object, at: Clinic) => at.client.post('/api/auth/password/reset', body);
    expectProblem(await reset(await mailed(), after), { status: 400, code: 'LINK_INVALID' });
    expect((await reset(await mailed(), during)).status).toBe(200);
  });

  test('the token to log in to the dashboard with', async () => {
    const { person } = await withSecondFactor(await before.admin());
    const page = async (at: Clinic) =>
      (
        await spelled(at.client.baseUrl, '/admin/queues/api/queues', {
          headers: {
            authorization: `Basic ${Buffer.from(`${person.email}:${person.token}`).toString('base64')}`,
          },
        })
      ).status;
    expect([await page(before), await page(during), await page(after)]).toEqual([200, 200, 401]);
  });

  test('requests with a key of their own, and what came of them', async () => {
    const person = await before.patient();
    const body = { doctor_id: doctor.doctorId, date: '2026-03-09', time: '09:00' };
    const send = (at: Clinic, token = person.token) =>
      at.client.post('/api/bookings', body, { token, headers: { 'idempotency-key': 'rotated' } });
    const first = await send(before);
    expect((await send(during)).body).toEqual(first.body);
    expectProblem(await send(after, (await logIn(person, after)).token), { status: 422 });
  });

  test('a refresh that is sent again', async () => {
    const { refresh_token } = await logIn(await before.patient(), before, { refresh: true });
    const refresh = (at: Clinic) =>
      at.client.post<{ refresh_token: string }>('/api/auth/refresh', { refresh_token });
    const first = (await refresh(before)).body;
    expect((await refresh(during)).body.refresh_token).toBe(first.refresh_token);
  });
});

/** Somebody who has one since before, whose next digits are shown already. */
async function withSecondFactor(person: Person): Promise<{ person: Person; secret: string }> {
  const { body } = await before.client.post<{ secret: string }>(
    '/api/auth/second-factor',
    { password: person.password },
    person,
  );
  const confirmed = await before.client.post<{ token: string }>(
    '/api/auth/second-factor/confirm',
    { code: digits(body.secret) },
    person,
  );
  before.clock.advance({ seconds: 30 });
  return { person: { ...person, token: confirmed.body.token }, secret: body.secret };
}

function digits(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: before.clock.now() });
}

test('a second factor is read with the former key, and sealed anew when its digits are used', async () => {
  const { person, secret } = await withSecondFactor(await before.patient());
  const sealed = async () =>
    (
      await before.query<{ second_factor: Buffer }>('SELECT second_factor FROM accounts WHERE id = ?', [
        person.id,
      ])
    )[0]!.second_factor;
  expect(unseal(await sealed(), person.id, NEW)).toBeUndefined();
  const { email, password } = person;
  const attempt = (at: Clinic) =>
    at.client.post('/api/auth/login', { email, password, code: digits(secret) });
  expectProblem(await attempt(after), { status: 400, code: 'SECOND_FACTOR_WRONG' });
  expect((await attempt(during)).status).toBe(200);
  expect(unseal(await sealed(), person.id, NEW)?.toString('hex')).toBe(
    Buffer.from(Secret.fromBase32(secret).bytes).toString('hex'),
  );
  before.clock.advance({ seconds: 30 });
  expect((await attempt(after)).status, 'the former one is needed no more').toBe(200);
});

test('from where an account was logged in to before, and how often strangers failed, is known under both keys', async () => {
  const { email, password } = await before.patient();
  const guess = (address: string, word: string, at: Clinic) =>
    spelled(at.client.baseUrl, '/api/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      chunks: [JSON.stringify({ email, password: word })],
      localAddress: address,
    });
  expect((await guess('127.0.0.90', password, before)).status).toBe(200);
  const redis = new Redis(before.environment.REDIS_URL);
  const [name] = (await redis.keys('throttle:failures:account:*')).sort();
  for (const key of await redis.keys('throttle:failures:account:*')) await redis.set(key, 12, 'EX', 3600);
  redis.disconnect();
  expect(name).toBeDefined();
  const took = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  // A stranger waits at least for the delay that the former failures make.
  expect(await took(() => guess('127.0.0.91', 'a wrong guess', during))).toBeGreaterThan(700);
  expect((await guess('127.0.0.90', password, during)).status).toBe(200);
});

import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { AddressCounters } from '../../src/auth/throttling/address-counters.js';
import { LoginFailures } from '../../src/auth/throttling/login-failures.js';
import { Throttle } from '../../src/http/rate-limits/throttle.js';
import { Keys } from '../../src/config/keys.js';
import { RedisClient } from '../../src/redis/redis.module.js';
import { unseal } from '../../src/auth/second-factor/sealed-secret.js';
import type { Client } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { forgeToken } from '../support/forged-token.js';
import { expectProblem } from '../support/problems.js';
import { Program } from '../support/program.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

const FORMER = 'the key that is being replaced';
const NEW = 'the key that takes its place';

/** An API process of its own, on the system clock. `before` has the former key, `after` the new one, `during` both. */
interface Process {
  readonly program: Program;
  readonly client: Client;
}

let clinic: Clinic;
let before: Process;
let during: Process;
let after: Process;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({
    now: new Date().toISOString(),
    env: { JWT_SECRET: FORMER, RATE_LIMIT_ENABLED: 'true' },
  });
  const startWith = (JWT_SECRET: string) => Program.api(withSettings(clinic.environment, { JWT_SECRET }));
  [before, during, after] = await Promise.all([
    startWith(FORMER),
    startWith(`${NEW},${FORMER}`),
    startWith(NEW),
  ]);
  const week = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '09:00', '17:00'] as const);
  doctor = await clinic.doctor({ week });
}, 60_000);

afterAll(async () => {
  for (const each of [before, during, after]) await each?.program.kill();
  await clinic?.close();
});

const getMe = (token: string, at: Process) => at.client.get('/api/auth/me', { token });
const logIn = async ({ email, password }: Person, at: Process, more: object = {}) =>
  (
    await at.client.post<{ token: string; refresh_token?: string }>('/api/auth/login', {
      email,
      password,
      ...more,
    })
  ).body;

describe('what the former key signed is accepted while keys are rotated, and not afterwards', () => {
  test('tokens; new tokens are signed with the new key', async () => {
    const person = await clinic.patient();
    const old = (await logIn(person, before)).token;
    expect((await getMe(old, during)).status).toBe(200);
    expectProblem(await getMe(old, after), { status: 401, code: 'TOKEN_INVALID' });
    const fresh = (await logIn(person, during)).token;
    expect((await getMe(fresh, after)).status).toBe(200);
    expectProblem(await getMe(fresh, before), { status: 401, code: 'TOKEN_INVALID' });
  });

  test('no other key, and not the text of both together, can sign a token', async () => {
    const { id, email } = await clinic.patient();
    for (const secret of [`${NEW},${FORMER}`, `${NEW},`, 'another', '']) {
      const token = forgeToken(secret, { id, email, role: 'user' }, { now: Date.now() });
      expectProblem(await getMe(token, during), { status: 401, code: 'TOKEN_INVALID' });
    }
  });

  test('mailed codes', async () => {
    const mailed = async () => {
      const { id, email } = await clinic.patient();
      await before.client.post('/api/auth/password/forgot', { email });
      const [row] = await clinic.query<{ uid: string }>(
        'SELECT uid FROM account_links WHERE account_id = ?',
        [id],
      );
      return { token: linkTokenOf(row!.uid, 'password_reset', FORMER), new_password: 'quite another one' };
    };
    const reset = (body: object, at: Process) => at.client.post('/api/auth/password/reset', body);
    expectProblem(await reset(await mailed(), after), { status: 400, code: 'LINK_INVALID' });
    expect((await reset(await mailed(), during)).status).toBe(200);
  });

  test('the token for the dashboard', async () => {
    const { person } = await withSecondFactor(await clinic.admin());
    const page = async (at: Process) =>
      (
        await sendVerbatim(at.client.baseUrl, '/admin/queues/api/queues', {
          headers: {
            authorization: `Basic ${Buffer.from(`${person.email}:${person.token}`).toString('base64')}`,
          },
        })
      ).status;
    expect([await page(before), await page(during), await page(after)]).toEqual([200, 200, 401]);
  });

  test('requests with an Idempotency-Key, and their outcomes', async () => {
    const person = await clinic.patient();
    const date = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    const body = { doctor_id: doctor.doctorId, date, time: '09:00' };
    const send = (at: Process, token = person.token) =>
      at.client.post('/api/bookings', body, { token, headers: { 'idempotency-key': 'rotated' } });
    const first = await send(before);
    expect((await send(during)).body).toEqual(first.body);
    expectProblem(await send(after, (await logIn(person, after)).token), { status: 422 });
  });

  test('a repeated refresh', async () => {
    const { refresh_token } = await logIn(await clinic.patient(), before, { refresh: true });
    const refresh = (at: Process) =>
      at.client.post<{ refresh_token: string }>('/api/auth/refresh', { refresh_token });
    const first = (await refresh(before)).body;
    expect((await refresh(during)).body.refresh_token).toBe(first.refresh_token);
  });
});

/** Gives a person a second factor under the former key. The current digits can be used again. */
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
  await allowDigitsAgain(person);
  return { person: { ...person, token: confirmed.body.token }, secret: body.secret };
}

/** Resets the last used step, so that no test waits for the next digits. */
async function allowDigitsAgain({ id }: Person): Promise<void> {
  await clinic.query('UPDATE accounts SET second_factor_step = 0 WHERE id = ?', [id]);
}

function digits(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() });
}

test('a second factor is decrypted with the former key, and encrypted with the new one when its digits are used', async () => {
  const { person, secret } = await withSecondFactor(await clinic.patient());
  const sealed = async () =>
    (
      await clinic.query<{ second_factor: Buffer }>('SELECT second_factor FROM accounts WHERE id = ?', [
        person.id,
      ])
    )[0]!.second_factor;
  expect(unseal(await sealed(), person.id, NEW)).toBeUndefined();
  const { email, password } = person;
  const attempt = (at: Process) =>
    at.client.post('/api/auth/login', { email, password, code: digits(secret) });
  expectProblem(await attempt(after), { status: 400, code: 'SECOND_FACTOR_WRONG' });
  expect((await attempt(during)).status).toBe(200);
  expect(unseal(await sealed(), person.id, NEW)?.toString('hex')).toBe(
    Buffer.from(Secret.fromBase32(secret).bytes).toString('hex'),
  );
  await allowDigitsAgain(person);
  expect((await attempt(after)).status, 'the former key is no longer needed').toBe(200);
});

test('known addresses and failed log-ins of an account are found under both keys', async () => {
  const failuresWith = (JWT_SECRET: string) => {
    const environment = withSettings(clinic.environment, { JWT_SECRET });
    return new LoginFailures(environment, new Keys(environment), clinic.app.get(RedisClient));
  };
  const [one, both, other] = [failuresWith(FORMER), failuresWith(`${NEW},${FORMER}`), failuresWith(NEW)];
  const email = 'somebody@people.example';
  await (await one.begin(email, '192.0.2.1')).succeeded();
  for (let turn = 0; turn < 12; turn += 1) await one.begin(email, `192.0.2.${100 + turn}`);
  const stranger = await both.begin(email, '192.0.2.200');
  expect(stranger.refusalDelayMs).toBeGreaterThan(0);
  expect(stranger.successDelayMs).toBe(stranger.refusalDelayMs);
  const known = await both.begin(email, '192.0.2.1');
  expect(known.successDelayMs).toBe(0);
  // From now on the address is known under the new key alone.
  await known.succeeded();
  for (let turn = 0; turn < 12; turn += 1) await other.begin(email, `192.0.2.${100 + turn}`);
  expect((await other.begin(email, '192.0.2.1')).successDelayMs).toBe(0);
  expect((await other.begin(email, '192.0.2.201')).successDelayMs).toBeGreaterThan(0);
});

test('an erasure deletes the counters of an email address under both keys, and no others', async () => {
  const redis = clinic.app.get(RedisClient);
  const partsWith = (JWT_SECRET: string) => {
    const environment = withSettings(clinic.environment, { JWT_SECRET });
    const keys = new Keys(environment);
    const [failures, throttle] = [
      new LoginFailures(environment, keys, redis),
      new Throttle(environment, keys, redis),
    ];
    return { failures, throttle, counters: new AddressCounters(failures, throttle, redis) };
  };
  const [old, both] = [partsWith(FORMER), partsWith(`${NEW},${FORMER}`)];
  const [email, other] = ['erased.one@people.example', 'another.one@people.example'];
  const keys = async () => (await redis.keys('throttle:*')).sort();
  const count = async (address: string) => {
    for (const { failures, throttle } of [old, both]) {
      await (await failures.begin(address, '192.0.2.77')).succeeded();
      await throttle.countFrom('login', '192.0.2.77', address);
    }
  };
  await count(other);
  const before = await keys();
  await count(email);
  expect((await keys()).length).toBeGreaterThanOrEqual(before.length + 6);
  await both.counters.forget(email);
  expect(await keys()).toEqual(before);
});

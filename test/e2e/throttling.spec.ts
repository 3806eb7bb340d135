import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { LoginFailures } from '../../src/auth/throttling/login-failures.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

let clinic: Clinic;
let second: Clinic;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  second = await Clinic.over(clinic.environment, clinic.clock);
  patient = await clinic.patient();
});

afterAll(async () => {
  await second?.app.close();
  await clinic?.close();
});

let addresses = 1;
/** A loopback address that no request has used yet. */
const nextAddress = () => `127.0.0.${(addresses += 1)}`;

/** Posts from a network address to one of the two processes. */
function post(path: string, body: object, address: string, to: Clinic = clinic) {
  return sendVerbatim(to.client.baseUrl, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    chunks: [JSON.stringify(body)],
    localAddress: address,
  });
}

const guess = (email: string, address: string, to?: Clinic) =>
  post('/api/auth/login', { email, password: 'a wrong guess' }, address, to);
const register = (name: string, address: string, to?: Clinic) =>
  post('/api/auth/register', { email: `${name}@people.example`, password: 'long enough' }, address, to);

/** Sends requests one after the other until one gets 429. Returns the number of earlier requests. */
async function untilTooMany(ask: (turn: number) => ReturnType<typeof post>): Promise<number> {
  for (let turn = 0; turn < 60; turn += 1) {
    const answer = await ask(turn);
    if (answer.status !== 429) continue;
    const problem = expectProblem(answer, { status: 429, code: 'TOO_MANY_REQUESTS' });
    const retryAfter = Number(answer.headers.get('retry-after'));
    expect(Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= 60).toBe(true);
    expect(problem.detail).toContain(String(retryAfter));
    return turn;
  }
  throw new Error('No request got 429.');
}

describe('strict limits on login and register, 429 with Retry-After', () => {
  test('the eleventh log-in to one account from one address in a minute is refused, however the email is spelled', async () => {
    const address = nextAddress();
    const spellings = [patient.email, patient.email.toUpperCase()];
    expect(await untilTooMany((turn) => guess(spellings[turn % 2]!, address))).toBe(10);
  });
  test('then even the right password is refused from there, but not from elsewhere', async () => {
    const [address, { email, password }] = [nextAddress(), await clinic.patient()];
    await untilTooMany(() => guess(email, address));
    expect((await post('/api/auth/login', { email, password }, address)).status).toBe(429);
    expect((await post('/api/auth/login', { email, password }, nextAddress())).status).toBe(200);
  });
  test('another account is not affected', async () => {
    const [address, { email }, other] = [nextAddress(), await clinic.patient(), await clinic.patient()];
    await untilTooMany(() => guess(email, address));
    const answer = await post('/api/auth/login', { email: other.email, password: other.password }, address);
    expect(answer.status).toBe(200);
  });
  test('an unknown account is limited in the same way', async () => {
    const address = nextAddress();
    expect(await untilTooMany(() => guess('nobody@people.example', address))).toBe(10);
  });
  test('the thirty-first log-in from one address is refused for all accounts; other addresses are not affected', async () => {
    const address = nextAddress();
    expect(await untilTooMany((turn) => guess(`nobody${turn}@people.example`, address))).toBe(30);
    expect((await guess(patient.email, nextAddress())).status).toBe(400);
  });
  test('the eleventh new account from one address is refused; other addresses, and logging in, are not affected', async () => {
    const address = nextAddress();
    expect(await untilTooMany((turn) => register(`new${turn}`, address))).toBe(10);
    expect((await register('elsewhere', nextAddress())).status).toBe(201);
    expect((await guess('new1@people.example', address)).status).toBe(400);
  });
  test('a refused registration creates no account', async () => {
    const rows = await clinic.query("SELECT email FROM accounts WHERE email LIKE 'new%@people.example'");
    expect(rows).toHaveLength(10);
  });
});

describe('strict limits on routes that check a secret or send an email', () => {
  const secret = { token: 'a-guess' };
  const cases: [string, number, object][] = [
    ['/api/auth/refresh', 60, { refresh_token: 'a-guess' }],
    ['/api/auth/logout', 60, { refresh_token: 'a-guess' }],
    ['/api/auth/password/forgot', 10, { email: 'nobody@people.example' }],
    ['/api/auth/verify-email/send', 10, { email: 'nobody@people.example' }],
    ['/api/auth/password/reset', 30, { ...secret, new_password: 'long enough' }],
    ['/api/auth/verify-email', 30, { ...secret, password: 'a guess' }],
    ['/api/auth/invitation', 30, { ...secret, password: 'long enough' }],
  ];
  test.each(cases)('%s: limited after %i requests from one address', async (path, most, body) => {
    const address = nextAddress();
    const answers = await Promise.all(Array.from({ length: most + 1 }, () => post(path, body, address)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
    expect((await post(path, body, nextAddress())).status).not.toBe(429);
  });

  test.each(['POST /api/auth/password', 'DELETE /api/auth/me', 'POST /api/auth/second-factor'])(
    'checks of an account’s own password, by %s: limited after ten, across addresses',
    async (route) => {
      const { token } = await clinic.patient();
      const [method, path] = route.split(' ') as [string, string];
      const body = { password: 'a guess', old_password: 'a guess', new_password: 'long enough' };
      const { password, ...passwords } = body;
      const ask = () =>
        clinic.client.send(method, path, {
          token,
          body: path.endsWith('password') ? passwords : { password },
        });
      const statuses: number[] = [];
      while (statuses.length < 11) statuses.push((await ask()).status);
      expect(statuses).toEqual([...Array<number>(10).fill(400), 429]);
    },
  );
});

describe('two API processes share the counters', () => {
  test('log-ins', async () => {
    const [address, { email }] = [nextAddress(), await clinic.patient()];
    expect(await untilTooMany((turn) => guess(email, address, turn % 2 ? second : clinic))).toBe(10);
    expect((await guess(email, address, clinic)).status).toBe(429);
    expect((await guess(email, address, second)).status).toBe(429);
  });
  test('new accounts', async () => {
    const address = nextAddress();
    expect(await untilTooMany((turn) => register(`shared${turn}`, address, turn % 2 ? second : clinic))).toBe(
      10,
    );
  });
});

describe('failed log-ins, counted for all processes', () => {
  const attempt = (email: string, address: string, at: Clinic = clinic) =>
    at.app.get(LoginFailures).begin(email, address);

  test('failures from anywhere slow down log-ins to an account more and more, but never lock it', async () => {
    const { email, password } = await clinic.patient();
    const delays: number[] = [];
    for (let turn = 0; turn < 18; turn += 1) {
      const at = turn % 2 ? clinic : second;
      delays.push((await attempt(turn % 3 ? email : email.toUpperCase(), nextAddress(), at)).refusalDelayMs);
    }
    expect(delays.slice(0, 11)).toEqual(Array(11).fill(0));
    expect(delays.slice(11)).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
    expect((await post('/api/auth/login', { email, password }, nextAddress())).status).toBe(200);
  });

  test('an address that logged in to the account before is not slowed down', async () => {
    const [{ email }, home] = [await clinic.patient(), nextAddress()];
    await (await attempt(email, home)).succeeded();
    for (let turn = 0; turn < 20; turn += 1) await attempt(email, nextAddress());
    expect((await attempt(email, home)).successDelayMs).toBe(0);
    expect(
      (await attempt(email, home)).refusalDelayMs,
      'the same for all, so that it does not reveal known addresses',
    ).toBe(4000);
    expect((await attempt(email, nextAddress())).successDelayMs).toBe(4000);
  });

  test('failures on any accounts slow down an address, and an IPv6 address with its whole network', async () => {
    const [first, last] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'];
    for (let turn = 0; turn < 31; turn += 1) await attempt(`nobody${turn}@people.example`, first);
    expect((await attempt('somebody@people.example', last)).refusalDelayMs).toBe(250);
    expect((await attempt('somebody@people.example', '2001:db8:1:3::1')).refusalDelayMs).toBe(0);
  });

  test('successes are not failures, and parallel attempts are all counted', async () => {
    const [{ email }, home] = [await clinic.patient(), nextAddress()];
    for (let turn = 0; turn < 20; turn += 1) await (await attempt(email, home)).succeeded();
    expect((await attempt(email, nextAddress())).refusalDelayMs).toBe(0);
    const many = await Promise.all(Array.from({ length: 16 }, () => attempt(email, nextAddress())));
    expect(Math.max(...many.map(({ refusalDelayMs }) => refusalDelayMs))).toBe(4000);
  });

  test('no email address is stored in Redis', async () => {
    const { email, password } = await clinic.patient();
    await guess(email, nextAddress());
    await post('/api/auth/login', { email, password }, nextAddress());
    const redis = new Redis(clinic.environment.REDIS_URL);
    const keys = await redis.keys('*');
    redis.disconnect();
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.join()).not.toContain('@');
  });
});

describe('behind a proxy', () => {
  const from = (forwarded: string, to: Clinic, email: string) =>
    sendVerbatim(to.client.baseUrl, '/api/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded },
      chunks: [JSON.stringify({ email, password: 'a wrong guess' })],
      localAddress: '127.0.0.1',
    });

  test('in TRUST_PROXY, the address comes from the proxy, and entries that the client adds are ignored', async () => {
    const behind = await Clinic.over(
      withSettings(clinic.environment, { TRUST_PROXY: ['127.0.0.1'] }),
      clinic.clock,
    );
    const { email } = await clinic.patient();
    let turn = 0;
    expect(await untilTooMany(() => from(`10.9.9.${(turn += 1)}, 203.0.113.9`, behind, email))).toBe(10);
    expect((await from('203.0.113.10', behind, email)).status).toBe(400);
    await behind.app.close();
  });
});

test('a forged X-Forwarded-For does not bypass the limit', async () => {
  const [address, { email }] = [nextAddress(), await clinic.patient()];
  await untilTooMany(() => guess(email, address));
  const answer = await sendVerbatim(clinic.client.baseUrl, '/api/auth/login', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
    },
    chunks: [JSON.stringify({ email, password: 'a wrong guess' })],
    localAddress: address,
  });
  expect(answer.status).toBe(429);
});

describe('generous limits elsewhere', () => {
  test('an account can send 600 requests a minute, over both processes; other accounts are not affected', async () => {
    const { token } = await clinic.patient();
    const ask = (turn: number) => [clinic, second][turn % 2]!.client.get('/api/auth/me', { token });
    const statuses: number[] = [];
    for (let sent = 0; sent < 620; sent += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => ask(turn)));
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(600);
    const refused = await ask(0);
    expectProblem(refused, { status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await clinic.client.get('/api/auth/me', { token: patient.token })).status).toBe(200);
  });
});

test('RATE_LIMIT_ENABLED=false disables all limits', async () => {
  const off = await Clinic.over(
    withSettings(clinic.environment, { RATE_LIMIT_ENABLED: false }),
    clinic.clock,
  );
  try {
    const address = nextAddress();
    for (let turn = 0; turn < 35; turn += 1)
      expect((await guess(patient.email, address, off)).status).toBe(400);
    for (let turn = 0; turn < 12; turn += 1)
      expect((await register(`off${turn}`, address, off)).status).toBe(201);
  } finally {
    await off.app.close();
  }
});

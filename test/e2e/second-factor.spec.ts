import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

interface Session {
  readonly token: string;
  readonly refresh_token?: string;
}

interface Begun {
  readonly secret: string;
  readonly uri: string;
}

const ROUTE = '/api/auth/second-factor';
const WRONG = { status: 400, code: 'SECOND_FACTOR_WRONG' };
const REQUIRED = { status: 400, code: 'SECOND_FACTOR_REQUIRED' };

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

/** The digits that an authenticator shows now. */
function digits(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clinic.clock.now() });
}

/** Digits that are wrong now and in the neighbouring time steps. */
function wrongDigits(secret: string): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const around = [-2, -1, 0, 1, 2].map((off) =>
    totp.generate({ timestamp: clinic.clock.now() + off * 30_000 }),
  );
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !around.includes(code))!;
}

const begin = ({ token, password }: Person) => clinic.client.post<Begun>(ROUTE, { password }, { token });
const confirm = ({ token }: Person, code: string) =>
  clinic.client.post<Session>(`${ROUTE}/confirm`, { code }, { token });
const remove = (token: string, password: string, code: string) =>
  clinic.client.send<Session>('DELETE', ROUTE, { token, body: { password, code } });
const logIn = ({ email, password }: Person, more: object = {}, at = clinic) =>
  at.client.post<Session>('/api/auth/login', { email, password, ...more });

/** Sets up a second factor and returns the new session's token. The clock advances to the next digits. */
async function withSecondFactor(person: Person): Promise<{ person: Person; secret: string }> {
  const { secret } = (await begin(person)).body;
  const { body } = await confirm(person, digits(secret));
  clinic.clock.advance({ seconds: 30 });
  return { person: { ...person, token: body.token }, secret };
}

describe('an account that sets up a second factor', () => {
  test('sends the password, confirms the digits, and needs digits for each log-in from then on', async () => {
    const person = await clinic.patient();
    const begun = await begin(person);
    expect(begun.status).toBe(200);
    const url = new URL(begun.body.uri);
    expect(url.searchParams.get('secret')).toBe(begun.body.secret);
    expect(url.searchParams.get('issuer')).toBe('Test Clinic');
    expect((await logIn(person)).status, 'the factor is not active yet').toBe(200);
    const confirmed = await confirm(person, digits(begun.body.secret));
    expect(confirmed.status).toBe(200);
    expectProblem(await clinic.client.get('/api/auth/me', person), { status: 401, code: 'TOKEN_REVOKED' });
    expect((await clinic.client.get('/api/auth/me', confirmed.body)).status).toBe(200);
    expectProblem(await logIn(person), REQUIRED);
    clinic.clock.advance({ seconds: 30 });
    const session = await logIn(person, { code: digits(begun.body.secret), refresh: true });
    expect(session.status).toBe(200);
    const { status } = await clinic.client.post('/api/auth/refresh', {
      refresh_token: session.body.refresh_token,
    });
    expect(status, 'a refresh needs no digits').toBe(200);
  });

  test('must know the password, and confirm digits of the last secret', async () => {
    const person = await clinic.patient();
    expectProblem(await begin({ ...person, password: 'a wrong guess' }), {
      status: 400,
      code: 'WRONG_PASSWORD',
    });
    expectProblem(await confirm(person, '000000'), { status: 400, code: 'SECOND_FACTOR_NOT_BEGUN' });
    const first = (await begin(person)).body.secret;
    const second = (await begin(person)).body.secret;
    expectProblem(await confirm(person, digits(first)), WRONG);
    expectProblem(await confirm(person, wrongDigits(second)), WRONG);
    expect((await confirm(person, digits(second))).status).toBe(200);
  });

  test('keeps its log-in attempts when somebody with the token alone keeps trying to confirm', async () => {
    const limited = await Clinic.over(
      withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
      clinic.clock,
    );
    const { person, secret } = await withSecondFactor(await clinic.patient());
    for (let turn = 0; turn < 12; turn += 1)
      await limited.client.post(`${ROUTE}/confirm`, { code: '000000' }, person);
    clinic.clock.advance({ seconds: 30 });
    const { email, password } = person;
    const login = { email, password, code: digits(secret) };
    expect((await limited.client.post('/api/auth/login', login)).status).toBe(200);
    await limited.app.close();
  });

  test('cannot begin again while a factor is active, nor confirm twice', async () => {
    const { person, secret } = await withSecondFactor(await clinic.patient());
    expectProblem(await begin(person), { status: 400, code: 'SECOND_FACTOR_IS_ON' });
    expectProblem(await confirm(person, digits(secret)), { status: 400, code: 'SECOND_FACTOR_NOT_BEGUN' });
  });

  test('can remove it with password and digits', async () => {
    const { person, secret } = await withSecondFactor(await clinic.patient());
    const { token, password } = person;
    expectProblem(await remove(token, 'a wrong guess', digits(secret)), {
      status: 400,
      code: 'WRONG_PASSWORD',
    });
    expectProblem(await remove(token, password, wrongDigits(secret)), WRONG);
    const removed = await remove(token, password, digits(secret));
    expect(removed.status).toBe(200);
    expect((await clinic.client.get('/api/auth/me', { token })).status).toBe(401);
    expect((await clinic.client.get('/api/auth/me', removed.body)).status).toBe(200);
    expect((await logIn(person)).status).toBe(200);
  });
});

describe('digits', () => {
  test('are valid once, even when they are sent in parallel', async () => {
    const { person, secret } = await withSecondFactor(await clinic.patient());
    const code = digits(secret);
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn(person, { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 400),
    ]);
    expectProblem(await logIn(person, { code }), WRONG);
  });

  test('of the previous step are accepted, and of the next step are not', async () => {
    const { person, secret } = await withSecondFactor(await clinic.patient());
    const [before, now] = [digits(secret), clinic.clock.now()];
    const coming = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now + 30_000 });
    expectProblem(await logIn(person, { code: coming }), WRONG);
    clinic.clock.advance({ seconds: 30 });
    expect((await logIn(person, { code: before })).status).toBe(200);
    expect((await logIn(person, { code: coming })).status, 'their step has begun').toBe(200);
  });

  test('of an earlier step are refused once later ones were used', async () => {
    const { person, secret } = await withSecondFactor(await clinic.patient());
    const earlier = digits(secret);
    clinic.clock.advance({ seconds: 30 });
    expect((await logIn(person, { code: digits(secret) })).status).toBe(200);
    expectProblem(await logIn(person, { code: earlier }), WRONG);
  });

  test('of another account are wrong', async () => {
    const one = await withSecondFactor(await clinic.patient());
    const other = await withSecondFactor(await clinic.patient());
    expectProblem(await logIn(one.person, { code: digits(other.secret) }), WRONG);
  });

  test('neither help nor reveal anything without the password', async () => {
    const { person, secret } = await withSecondFactor(await clinic.patient());
    const guess = { ...person, password: 'a wrong guess' };
    for (const code of [undefined, digits(secret), wrongDigits(secret)]) {
      expectProblem(await logIn(guess, { code }), { status: 400, code: 'INVALID_CREDENTIALS' });
    }
    expect((await logIn(person, { code: digits(secret) })).status, 'the digits are not used up').toBe(200);
  });

  test('are ignored for an account without a second factor', async () => {
    expect((await logIn(await clinic.patient(), { code: '000000' })).status).toBe(200);
  });

  test('can be guessed at most ten times in fifteen minutes', async () => {
    const limited = await Clinic.over(
      withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
      clinic.clock,
    );
    const { person, secret } = await withSecondFactor(await clinic.patient());
    const code = wrongDigits(secret);
    const statuses: number[] = [];
    // From many addresses, because the limit is per account.
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const { status } = await sendVerbatim(limited.client.baseUrl, '/api/auth/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        chunks: [JSON.stringify({ email: person.email, password: person.password, code })],
        localAddress: `127.0.0.${2 + attempt}`,
      });
      statuses.push(status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
    await limited.app.close();
  });

  test('are counted before the answer reveals whether there is anything to confirm', async () => {
    const limited = await Clinic.over(
      withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
      clinic.clock,
    );
    const { token } = await clinic.patient();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1)
      statuses.push((await limited.client.post(`${ROUTE}/confirm`, { code: '000000' }, { token })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
    await limited.app.close();
  });
});

test('the database does not hold the secret in plain text', async () => {
  const { person, secret } = await withSecondFactor(await clinic.patient());
  const [row] = await clinic.query<{ second_factor: Buffer }>('SELECT * FROM accounts WHERE id = ?', [
    person.id,
  ]);
  expect(row!.second_factor.includes(Buffer.from(Secret.fromBase32(secret).bytes))).toBe(false);
  expect(JSON.stringify(row)).not.toContain(secret);
});

test('a changed password leaves the second factor unchanged, and an erasure removes it', async () => {
  const { person, secret } = await withSecondFactor(await clinic.patient());
  const { token, password } = person;
  const changed = await clinic.client.post<Session>(
    '/api/auth/password',
    { old_password: password, new_password: 'quite another one' },
    { token },
  );
  expectProblem(await logIn({ ...person, password: 'quite another one' }), REQUIRED);
  const erased = await clinic.client.send('DELETE', '/api/auth/me', {
    token: changed.body.token,
    body: { password: 'quite another one', code: digits(secret) },
  });
  expect(erased.status).toBe(200);
  const rows = await clinic.query(
    'SELECT 1 FROM accounts WHERE id = ? AND COALESCE(second_factor, second_factor_since, second_factor_step) IS NOT NULL',
    [person.id],
  );
  expect(rows).toEqual([]);
});

test('a change of password discards an unconfirmed secret, which a thief could otherwise confirm', async () => {
  const person = await clinic.patient();
  const { secret } = (await begin(person)).body;
  const { body } = await clinic.client.post<Session>(
    '/api/auth/password',
    { old_password: person.password, new_password: 'quite another one' },
    person,
  );
  const stolen = { ...person, token: body.token };
  expectProblem(await confirm(stolen, digits(secret)), { status: 400, code: 'SECOND_FACTOR_NOT_BEGUN' });
  expect((await logIn({ ...person, password: 'quite another one' })).status).toBe(200);
});

test('an admin sees which accounts have one and can remove it; the audit trail records both changes', async () => {
  const { person } = await withSecondFactor(await clinic.patient());
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
    const { person, secret } = await withSecondFactor(newcomer);
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
    const { person, secret } = await withSecondFactor(newcomer);
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

test.each([
  ['POST', '/api/auth/me/export'],
  ['DELETE', '/api/auth/me'],
])('%s %s needs the digits too', async (method, path) => {
  const { person, secret } = await withSecondFactor(await clinic.patient());
  const send = (code?: string) =>
    clinic.client.send(method, path, { token: person.token, body: { password: person.password, code } });
  expectProblem(await send(), { status: 400, code: 'SECOND_FACTOR_REQUIRED' });
  expectProblem(await send('000000'), { status: 400, code: 'SECOND_FACTOR_WRONG' });
  expect((await send(digits(secret))).status).toBe(200);
});

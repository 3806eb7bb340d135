import { Secret } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digitsOf, withSecondFactor, wrongDigitsOf } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
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

beforeAll(async () => {
  clinic = await Clinic.open();
});

afterAll(() => clinic?.close());

const digits = (secret: string) => digitsOf(clinic, secret);
const wrongDigits = (secret: string) => wrongDigitsOf(clinic, secret);
const begin = ({ token, password }: Person) => clinic.client.post<Begun>(ROUTE, { password }, { token });
const confirm = ({ token }: Person, code: string) =>
  clinic.client.post<Session>(`${ROUTE}/confirm`, { code }, { token });
const remove = (token: string, password: string, code: string) =>
  clinic.client.send<Session>('DELETE', ROUTE, { token, body: { password, code } });
const logIn = ({ email, password }: Person, more: object = {}) =>
  clinic.client.post<Session>('/api/auth/login', { email, password, ...more });

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
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
    for (let turn = 0; turn < 12; turn += 1)
      await limited.client.post(`${ROUTE}/confirm`, { code: '000000' }, person);
    clinic.clock.advance({ seconds: 30 });
    const { email, password } = person;
    const login = { email, password, code: digits(secret) };
    expect((await limited.client.post('/api/auth/login', login)).status).toBe(200);
    await limited.app.close();
  });

  test('cannot begin again while a factor is active, nor confirm twice', async () => {
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
    expectProblem(await begin(person), { status: 400, code: 'SECOND_FACTOR_IS_ON' });
    expectProblem(await confirm(person, digits(secret)), { status: 400, code: 'SECOND_FACTOR_NOT_BEGUN' });
  });

  test('can remove it with password and digits', async () => {
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
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

test('the database does not hold the secret in plain text', async () => {
  const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
  const [row] = await clinic.query<{ second_factor: Buffer }>('SELECT * FROM accounts WHERE id = ?', [
    person.id,
  ]);
  expect(row!.second_factor.includes(Buffer.from(Secret.fromBase32(secret).bytes))).toBe(false);
  expect(JSON.stringify(row)).not.toContain(secret);
});

test('a changed password leaves the second factor unchanged, and an erasure removes it', async () => {
  const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
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

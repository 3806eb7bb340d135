import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digitsOf, withSecondFactor, wrongDigitsOf } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

const ROUTE = '/api/auth/second-factor';
const WRONG = { status: 400, code: 'SECOND_FACTOR_WRONG' };

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open();
});

afterAll(() => clinic?.close());

const digits = (secret: string) => digitsOf(clinic, secret);
const wrongDigits = (secret: string) => wrongDigitsOf(clinic, secret);
const logIn = ({ email, password }: Person, more: object = {}) =>
  clinic.client.post('/api/auth/login', { email, password, ...more });

describe('digits', () => {
  test('are valid once, even when they are sent in parallel', async () => {
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
    const code = digits(secret);
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn(person, { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 400),
    ]);
    expectProblem(await logIn(person, { code }), WRONG);
  });

  test('of the previous step are accepted, and of the next step are not', async () => {
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
    const [before, now] = [digits(secret), clinic.clock.now()];
    const coming = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now + 30_000 });
    expectProblem(await logIn(person, { code: coming }), WRONG);
    clinic.clock.advance({ seconds: 30 });
    expect((await logIn(person, { code: before })).status).toBe(200);
    expect((await logIn(person, { code: coming })).status, 'their step has begun').toBe(200);
  });

  test('of an earlier step are refused once later ones were used', async () => {
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
    const earlier = digits(secret);
    clinic.clock.advance({ seconds: 30 });
    expect((await logIn(person, { code: digits(secret) })).status).toBe(200);
    expectProblem(await logIn(person, { code: earlier }), WRONG);
  });

  test('of another account are wrong', async () => {
    const one = await withSecondFactor(clinic, await clinic.patient());
    const other = await withSecondFactor(clinic, await clinic.patient());
    expectProblem(await logIn(one, { code: digits(other.secret) }), WRONG);
  });

  test('neither help nor reveal anything without the password', async () => {
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
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
    const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
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

  test('that confirm a second factor can be guessed at most ten times in fifteen minutes', async () => {
    const limited = await Clinic.over(
      withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
      clinic.clock,
    );
    const { token, password } = await clinic.patient();
    const confirm = async (code: string) =>
      (await limited.client.post<{ code: string }>(`${ROUTE}/confirm`, { code }, { token })).body.code;
    expect(await confirm('000000'), 'not counted').toBe('SECOND_FACTOR_NOT_BEGUN');
    const begun = await clinic.client.post<{ secret: string }>(ROUTE, { password }, { token });
    const codes: string[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1)
      codes.push(await confirm(wrongDigits(begun.body.secret)));
    expect(codes).toEqual([...Array<string>(10).fill('SECOND_FACTOR_WRONG'), 'TOO_MANY_REQUESTS']);
    await limited.app.close();
  });
});

test.each([
  ['POST', '/api/auth/me/export'],
  ['DELETE', '/api/auth/me'],
])('%s %s needs the digits too', async (method, path) => {
  const { secret, ...person } = await withSecondFactor(clinic, await clinic.patient());
  const send = (code?: string) =>
    clinic.client.send(method, path, { token: person.token, body: { password: person.password, code } });
  expectProblem(await send(), { status: 400, code: 'SECOND_FACTOR_REQUIRED' });
  expectProblem(await send('000000'), { status: 400, code: 'SECOND_FACTOR_WRONG' });
  expect((await send(digits(secret))).status).toBe(200);
});

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { PasswordHasher } from '../../src/auth/passwords/password-hasher.js';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import type { Answer } from '../support/client.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';

const COMMON = ['password', 'ｐａｓｓｗｏｒｄ１', 'p4ssw0rd'.repeat(4), '24121985', 'aaaaaaaa'];
const RULE = 'must have 8 to 256 characters and not be one of the most common passwords';
/** Takes quadratic time to normalize. */
const MARKS = '\u0301'.repeat(16_000) + '\u0316'.repeat(16_000);

let clinic: Clinic;
let patient: Person;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  patient = await clinic.patient();
  admin = await clinic.admin();
});

afterEach(() => vi.restoreAllMocks());
afterAll(() => clinic?.close());

let addresses = 1;
/** Posts from the given loopback address, or from one that no request has used yet. */
function post(path: string, body: object, address = `127.0.1.${(addresses += 1)}`): Promise<Answer<unknown>> {
  return sendVerbatim(clinic.client.baseUrl, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    chunks: [JSON.stringify(body)],
    localAddress: address,
  });
}

async function resetToken({ id, email }: Person): Promise<string> {
  await post('/api/auth/password/forgot', { email });
  const [link] = await clinic.query<{ uid: string }>('SELECT uid FROM account_links WHERE account_id = ?', [
    id,
  ]);
  return linkTokenOf(link!.uid, 'password_reset', clinic.environment.JWT_SECRET);
}

/** Each way to set a password, and the field that carries it. */
const WAYS: Record<string, [field: string, set: (password: string) => Promise<Answer<unknown>>]> = {
  'for a registration': [
    'password',
    (password) => post('/api/auth/register', { email: `new${addresses}@people.example`, password }),
  ],
  'of an account that an admin creates': [
    'password',
    (password) =>
      clinic.client.post(
        '/api/users',
        { email: `new${(addresses += 1)}@people.example`, password, role: 'doctor' },
        { token: admin.token },
      ),
  ],
  'for a change': [
    'new_password',
    async (new_password) => {
      const { token, password: old_password } = await clinic.patient();
      return clinic.client.post('/api/auth/password', { old_password, new_password }, { token });
    },
  ],
  'with a mailed code': [
    'new_password',
    async (new_password) =>
      post('/api/auth/password/reset', { token: await resetToken(await clinic.patient()), new_password }),
  ],
};

describe.each(Object.entries(WAYS))('a new password %s', (_, [field, set]) => {
  test.each(COMMON)('cannot be %j: 400 that names the field', async (password) => {
    const message = `${field} ${RULE}`;
    const problem = expectProblem(await set(password), {
      status: 400,
      code: 'VALIDATION_FAILED',
      detail: message,
    });
    expect(problem.errors).toEqual([{ field, message }]);
  });

  test('is checked once, in a thread', async () => {
    const isCommon = vi.spyOn(clinic.app.get(PasswordHasher), 'isCommon');
    expect((await set('nine purple cats')).status).toBeLessThan(300);
    expect(isCommon).toHaveBeenCalledTimes(1);
  });
});

describe('a request is counted before its password is checked', () => {
  /** Sends `limit` requests and one more, and expects `times` checks. */
  const expectChecks = async (
    ask: () => Promise<Answer<unknown>>,
    limit: number,
    times = limit,
  ): Promise<void> => {
    const isCommon = vi.spyOn(clinic.app.get(PasswordHasher), 'isCommon').mockResolvedValue(true);
    for (let turn = 0; turn < limit; turn += 1) expect((await ask()).status).toBe(400);
    expectProblem(await ask(), { status: 429 });
    expect(isCommon).toHaveBeenCalledTimes(times);
  };

  test('when registering', async () => {
    const body = { email: 'counted@people.example', password: 'password' };
    await expectChecks(() => post('/api/auth/register', body, '127.0.1.250'), 10);
  });

  test('when changing it', async () => {
    const { token, password: old_password } = await clinic.patient();
    const body = { old_password, new_password: 'password' };
    await expectChecks(() => clinic.client.post('/api/auth/password', body, { token }), 10);
  });

  test('with a mailed code', async () => {
    const body = { token: await resetToken(patient), new_password: 'password' };
    await expectChecks(() => post('/api/auth/password/reset', body, '127.0.1.251'), 30);
  });

  test('and not checked at all if the code is a guess', async () => {
    const body = { token: 'a-guess', new_password: 'password' };
    await expectChecks(() => post('/api/auth/password/reset', body, '127.0.1.252'), 30, 0);
  });
});

describe('text that is longer than any password gets the answer of a wrong password', () => {
  /** Sends MARKS as a password. Expects that nothing so long was normalized and that one hash was verified as usual. */
  async function sendMarks(send: (password: string) => Promise<Answer<unknown>>): Promise<Answer<unknown>> {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    const hash = vi.spyOn(clinic.app.get(PasswordHasher)['threads'], 'run');
    const answer = await send(MARKS);
    const lengths = normalize.mock.contexts.map((text) => String(text).length);
    expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(1_024);
    expect(hash.mock.calls.map(([, options]) => options?.name)).toEqual(['verify']);
    return answer;
  }

  test.each(['an existing', 'an unknown'])('when logging in to %s account', async (whose) => {
    const email = whose === 'an unknown' ? 'nobody@people.example' : patient.email;
    const answer = await sendMarks((password) => post('/api/auth/login', { email, password }));
    expectProblem(answer, { status: 400, code: 'INVALID_CREDENTIALS' });
  });

  test('even if it begins with the right password', async () => {
    const { email, password } = patient;
    const answer = await post('/api/auth/login', { email, password: password.padEnd(1_025, '\0') });
    expectProblem(answer, { status: 400, code: 'INVALID_CREDENTIALS' });
  });

  test.each<[string, string, (password: string) => object]>([
    ['POST', '/api/auth/password', (old_password) => ({ old_password, new_password: 'nine purple cats' })],
    ['POST', '/api/auth/second-factor', (password) => ({ password })],
    ['DELETE', '/api/auth/second-factor', (password) => ({ password, code: '000000' })],
    ['DELETE', '/api/auth/me', (password) => ({ password })],
    ['POST', '/api/auth/me/export', (password) => ({ password })],
  ])('at %s %s', async (method, path, bodyOf) => {
    const { token } = patient;
    const answer = await sendMarks((password) =>
      clinic.client.send(method, path, { token, body: bodyOf(password) }),
    );
    expectProblem(answer, { status: 400, code: 'WRONG_PASSWORD' });
  });

  test('at the dashboard', async () => {
    const marks = MARKS.slice(12_000, 16_000) + MARKS.slice(-1_000);
    const basic = Buffer.from(`${admin.email}:${marks}`).toString('base64');
    const answer = await sendMarks(() =>
      sendVerbatim(clinic.client.baseUrl, '/admin/queues', { headers: { authorization: `Basic ${basic}` } }),
    );
    expectProblem(answer, { status: 401, code: 'ADMIN_REQUIRED' });
  });
});

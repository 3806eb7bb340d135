import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sweeper } from '../../src/ops/sweeper.js';
import { Clinic, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { idleWorker } from '../support/idle-worker.js';
import { expectProblem } from '../support/problems.js';

interface Session {
  readonly token: string;
  readonly refresh_token?: string;
}

let clinic: Clinic;
/** Another process of the same API. */
let other: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  other = await Clinic.over(clinic.environment, clinic.clock);
  admin = await clinic.admin();
});

afterAll(async () => {
  await other?.app.close();
  await clinic?.close();
});

const REVOKED = { status: 401, code: 'TOKEN_REVOKED' };

const logIn = async ({ email, password }: Person, more: object = {}): Promise<Session> =>
  (await clinic.client.post<Session>('/api/auth/login', { email, password, ...more })).body;

const getMe = (token: string, process = clinic) => process.client.get('/api/auth/me', { token });

const sessionsOf = async (token: string) =>
  (await clinic.client.get<{ current: boolean }[]>('/api/auth/sessions', { token })).body;

const change = (person: Person, body: object) =>
  clinic.client.patch(`/api/users/${person.id}`, body, { token: admin.token });

describe('refresh tokens', () => {
  const refresh = (refresh_token?: string) =>
    clinic.client.post<Session>('/api/auth/refresh', { refresh_token });
  const INVALID = { status: 401, code: 'REFRESH_TOKEN_INVALID' };

  test('are issued only on request, with a token of 15 minutes instead of 24 hours', async () => {
    const person = await clinic.patient();
    const lifetime = ({ token }: Session): number => {
      const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
        exp: number;
        iat: number;
      };
      return claims.exp - claims.iat;
    };
    const [plain, short] = [await logIn(person), await logIn(person, { refresh: true })];
    expect(plain).not.toHaveProperty('refresh_token');
    expect([lifetime(plain), lifetime(short)]).toEqual([86_400, 900]);
    expect((await getMe(short.token)).status).toBe(200);
  });

  test('each is exchanged once for the next, and none is stored in plain text', async () => {
    const first = await logIn(await clinic.patient(), { refresh: true });
    const second = (await refresh(first.refresh_token)).body;
    const third = (await refresh(second.refresh_token)).body;
    expect((await getMe(third.token)).status).toBe(200);
    const kept = JSON.stringify(await clinic.query('SELECT * FROM refresh_tokens'));
    for (const { refresh_token } of [first, second, third]) expect(kept).not.toContain(refresh_token);
  });

  test('late reuse of one ends its family and its session, and no others', async () => {
    const person = await clinic.patient();
    const stolen = await logIn(person, { refresh: true });
    const elsewhere = await logIn(person, { refresh: true });
    const next = (await refresh(stolen.refresh_token)).body;
    clinic.clock.advance({ seconds: 11 });
    expectProblem(await refresh(stolen.refresh_token), INVALID);
    expectProblem(await refresh(next.refresh_token), INVALID);
    for (const { token } of [stolen, next]) {
      await eventually(
        'the session’s tokens are revoked too',
        async () => (await getMe(token, other)).status === 401,
      );
      expectProblem(await getMe(token, other), REVOKED);
    }
    expect((await refresh(elsewhere.refresh_token)).status).toBe(200);
    expect((await getMe(elsewhere.token)).status).toBe(200);
  });

  test('one sent again within ten seconds by the same client gets the same successor, on another process too', async () => {
    const { refresh_token } = await logIn(await clinic.patient(), { refresh: true });
    const first = (await refresh(refresh_token)).body;
    clinic.clock.advance({ seconds: 10 });
    const again = await other.client.post<Session>('/api/auth/refresh', { refresh_token });
    expect(again.body.refresh_token).toBe(first.refresh_token);
    expect((await getMe(again.body.token)).status).toBe(200);
    expect((await refresh(first.refresh_token)).status, 'the successor is valid').toBe(200);
  });

  test('parallel exchanges of one by the same client all get the same successor', async () => {
    const { refresh_token } = await logIn(await clinic.patient(), { refresh: true });
    const answers = await Promise.all(
      [clinic, other, clinic, other].map((at) =>
        at.client.post<Session>('/api/auth/refresh', { refresh_token }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
  });

  test('one sent again by another client, or after its successor was used, ends its family', async () => {
    const foreign = { headers: { 'user-agent': 'somebody else' } };
    const person = await clinic.patient();
    const one = await logIn(person, { refresh: true });
    const next = (await refresh(one.refresh_token)).body;
    const body = { refresh_token: one.refresh_token };
    expectProblem(await clinic.client.post('/api/auth/refresh', body, foreign), INVALID);
    expectProblem(await refresh(next.refresh_token), INVALID);
    const two = await logIn(person, { refresh: true });
    const after = (await refresh((await refresh(two.refresh_token)).body.refresh_token)).body;
    expectProblem(await refresh(two.refresh_token), INVALID);
    expectProblem(await refresh(after.refresh_token), INVALID);
  });

  test('a family without a session gets one at its next exchange', async () => {
    const person = await clinic.patient();
    const { refresh_token } = await logIn(person, { refresh: true });
    await clinic.query('UPDATE refresh_tokens SET session_id = NULL WHERE account_id = ?', [person.id]);
    await clinic.query('DELETE FROM sessions WHERE account_id = ?', [person.id]);
    const { body } = await refresh(refresh_token);
    expect(await sessionsOf(body.token)).toMatchObject([{ current: true }]);
    expect((await refresh(body.refresh_token)).status).toBe(200);
    expect(await sessionsOf(body.token)).toHaveLength(1);
  });

  test('are invalid after 30 days, after a log-out, after all sessions were ended, or once the account is disabled', async () => {
    const person = await clinic.patient();
    const old = await logIn(person, { refresh: true });
    clinic.clock.advance({ days: 30 });
    expectProblem(await refresh(old.refresh_token), INVALID);
    const loggedOut = await logIn(person, { refresh: true });
    expect(
      (await clinic.client.post('/api/auth/logout', { refresh_token: loggedOut.refresh_token })).status,
    ).toBe(200);
    expectProblem(await refresh(loggedOut.refresh_token), INVALID);
    const ended = await logIn(person, { refresh: true });
    await clinic.client.post('/api/auth/logout-everywhere', undefined, {
      token: (await logIn(person)).token,
    });
    expectProblem(await refresh(ended.refresh_token), INVALID);
    const disabled = await logIn(person, { refresh: true });
    await change(person, { disabled: true });
    expectProblem(await refresh(disabled.refresh_token), INVALID);
  });

  test('are deleted with their sessions once their family has expired', async () => {
    await logIn(await clinic.patient(), { refresh: true });
    const worker = await idleWorker(clinic.environment, clinic.clock);
    const kept = async () =>
      (await clinic.query('SELECT id FROM refresh_tokens UNION ALL SELECT id FROM sessions')).length;
    try {
      clinic.clock.advance({ days: 29 });
      await worker.get(Sweeper).sweep();
      expect(await kept()).toBeGreaterThan(0);
      clinic.clock.advance({ days: 2 });
      await worker.get(Sweeper).sweep();
      expect(await kept()).toBe(0);
    } finally {
      await worker.close();
    }
  });

  test('an unknown one gets the same answer as an ended one', async () => {
    for (const token of ['guessed', 'x'.repeat(200)]) expectProblem(await refresh(token), INVALID);
    expect((await clinic.client.post('/api/auth/logout', { refresh_token: 'guessed' })).status).toBe(200);
  });
});

test('the audit trail records reuse of a refresh token', async () => {
  const person = await clinic.patient();
  const { refresh_token } = await logIn(person, { refresh: true });
  const exchange = () => clinic.client.post('/api/auth/refresh', { refresh_token });
  expect((await exchange()).status).toBe(200);
  clinic.clock.advance({ seconds: 11 });
  expect((await exchange()).status).toBe(401);
  const rows = await clinic.query('SELECT action FROM audit_events WHERE subject_id = ? AND action = ?', [
    person.id,
    'account.token_reused',
  ]);
  expect(rows).toHaveLength(1);
});

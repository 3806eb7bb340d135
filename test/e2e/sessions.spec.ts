import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sessions } from '../../src/auth/sessions/sessions.js';
import { Clinic, type Person } from '../support/clinic.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Sweeper } from '../../src/ops/sweeper.js';
import { eventually } from '../support/eventually.js';
import { forgeToken } from '../support/forged-token.js';
import { idleWorker } from '../support/idle-worker.js';
import { expectProblem } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';

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

interface LiveSession {
  readonly id: number;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly address: string;
  readonly user_agent: string | null;
  readonly current: boolean;
}

const sessionsOf = async (token: string, process = clinic): Promise<LiveSession[]> =>
  (await process.client.get<LiveSession[]>('/api/auth/sessions', { token })).body;

const change = (person: Person, body: object) =>
  clinic.client.patch(`/api/users/${person.id}`, body, { token: admin.token });

describe('a token stops working, on every process, when', () => {
  test.each<[string, (person: Person) => Promise<{ status: number }>]>([
    [
      'the password changes',
      ({ token, password }) =>
        clinic.client.post(
          '/api/auth/password',
          { old_password: password, new_password: 'quite another one' },
          { token },
        ),
    ],
    ['the role changes', (person) => change(person, { role: 'doctor' })],
    ['the account is disabled', (person) => change(person, { disabled: true })],
    [
      'its owner logs out everywhere',
      ({ token }) => clinic.client.post('/api/auth/logout-everywhere', undefined, { token }),
    ],
  ])('%s', async (_, happens) => {
    const person = await clinic.patient();
    const elsewhere = (await logIn(person)).token;
    for (const token of [person.token, elsewhere]) {
      expect((await getMe(token)).status).toBe(200);
      expect((await getMe(token, other)).status, 'the other process has cached it too').toBe(200);
    }
    expect((await happens(person)).status).toBe(200);
    for (const token of [person.token, elsewhere]) {
      expectProblem(await getMe(token), REVOKED);
      await eventually(
        'the other process has learned of it',
        async () => (await getMe(token, other)).status === 401,
      );
      expectProblem(await getMe(token, other), REVOKED);
    }
  });

  test('a process that starts later rejects it as well', async () => {
    const person = await clinic.patient();
    await clinic.client.post('/api/auth/logout-everywhere', undefined, { token: person.token });
    const late = await Clinic.over(clinic.environment, clinic.clock);
    expectProblem(await getMe(person.token, late), REVOKED);
    await late.app.close();
  });
});

test('a change without a difference ends no session', async () => {
  const person = await clinic.patient();
  expect((await change(person, { role: 'user', disabled: false })).status).toBe(200);
  expect((await getMe(person.token)).status).toBe(200);
});

test('no token is accepted while the revocations cannot be read', async () => {
  const proxy = await CuttingProxy.before(clinic.environment.DATABASE_URL);
  const url = proxy.urlOf(clinic.environment.DATABASE_URL.split('/').at(-1)!);
  const far = await Clinic.over(withSettings(clinic.environment, { DATABASE_URL: url }), clinic.clock);
  const { token } = await clinic.patient();
  expect((await getMe(token, far)).status).toBe(200);
  proxy.goDown();
  // With a valid token this request would get 400.
  await eventually('the process no longer trusts its cache', async () => {
    const { status } = await far.client.get('/api/bookings/available-slots', { token });
    return status === 503;
  });
  await far.app.close();
  await proxy.close();
});

test('a token without a session version is valid until all sessions are ended for the first time', async () => {
  const { id, email, token } = await clinic.patient();
  const now = clinic.clock.now();
  const old = forgeToken(clinic.environment.JWT_SECRET, { id, email, role: 'user' }, { now });
  expect((await getMe(old)).status).toBe(200);
  await clinic.client.post('/api/auth/logout-everywhere', undefined, { token });
  expectProblem(await getMe(old), REVOKED);
});

describe('POST /api/auth/password', () => {
  const NEW = 'the password after the first';

  test('returns a new session, and only the new password works from then on', async () => {
    const person = await clinic.patient();
    const { status, body } = await clinic.client.post<Session>(
      '/api/auth/password',
      { old_password: person.password, new_password: NEW },
      { token: person.token },
    );
    expect(status).toBe(200);
    expect((await getMe(body.token)).status).toBe(200);
    expect((await logIn({ ...person, password: NEW })).token).toBeTruthy();
    expectProblem(
      await clinic.client.post('/api/auth/login', { email: person.email, password: person.password }),
      { status: 400, code: 'INVALID_CREDENTIALS' },
    );
  });

  test('changes nothing if the old password is wrong or the new one too short', async () => {
    const person = await clinic.patient();
    const refused = (body: object) => clinic.client.post('/api/auth/password', body, { token: person.token });
    expectProblem(await refused({ old_password: 'a guess', new_password: NEW }), {
      status: 400,
      code: 'WRONG_PASSWORD',
    });
    expectProblem(await refused({ old_password: person.password, new_password: 'short' }), { status: 400 });
    expect((await getMe(person.token)).status).toBe(200);
    expect((await logIn(person)).token).toBeTruthy();
  });

  test('of two simultaneous changes one succeeds', async () => {
    const person = await clinic.patient();
    const answers = await Promise.all(
      ['the one of the first', 'the one of the second'].map((password) =>
        clinic.client.post(
          '/api/auth/password',
          { old_password: person.password, new_password: password },
          { token: person.token },
        ),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

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

describe('admins manage accounts', () => {
  test('an admin can list accounts in pages, without secrets', async () => {
    const people = [await clinic.patient(), await clinic.patient(), await clinic.person('doctor')];
    const list = (query: string) =>
      clinic.client.get<{ id: number }[]>(`/api/users${query}`, { token: admin.token });
    const page = (await list(`?after=${people[0]!.id - 1}&limit=2`)).body;
    expect(page.map(({ id }) => id)).toEqual([people[0]!.id, people[1]!.id]);
    expect(Object.keys(page[0]!).sort()).toEqual([
      'disabled',
      'email',
      'id',
      'locale',
      'role',
      'second_factor',
      'verified',
    ]);
    expect((await list('?role=doctor')).body.map(({ id }) => id)).toContain(people[2]!.id);
    expect((await list('?role=doctor')).body.map(({ id }) => id)).not.toContain(people[0]!.id);
  });

  test('a disabled account gets the answer of a wrong password; once enabled again it can log in', async () => {
    const person = await clinic.patient();
    const attempt = () =>
      clinic.client.post('/api/auth/login', { email: person.email, password: person.password });
    expect((await change(person, { disabled: true })).body).toMatchObject({ disabled: true });
    expectProblem(await attempt(), {
      status: 400,
      code: 'INVALID_CREDENTIALS',
      detail: 'Invalid credentials',
    });
    expect((await change(person, { disabled: false })).body).toMatchObject({ disabled: false });
    expect((await attempt()).status).toBe(200);
    expectProblem(await getMe(person.token), REVOKED);
  });

  test('the last admin can be neither demoted nor disabled; of two who remove each other at the same time one stays', async () => {
    const LAST = { status: 400, code: 'LAST_ADMIN' };
    expectProblem(await change(admin, { role: 'user' }), LAST);
    expectProblem(await change(admin, { disabled: true }), LAST);
    const invited = await clinic.admin();
    await clinic.query('UPDATE accounts SET verified_at = NULL WHERE id = ?', [invited.id]);
    expectProblem(await change(admin, { role: 'user' }), LAST);
    await clinic.query("UPDATE accounts SET role = 'user' WHERE id = ?", [invited.id]);
    for (const body of [{ role: 'user' }, { disabled: true }]) {
      const second = await clinic.admin();
      const answers = await Promise.all([
        clinic.client.patch(`/api/users/${second.id}`, body, { token: admin.token }),
        other.client.patch(`/api/users/${admin.id}`, body, { token: second.token }),
      ]);
      const [remaining, ...more] = await clinic.query<{ id: number }>(
        "SELECT id FROM accounts WHERE role = 'admin' AND disabled_at IS NULL",
      );
      expect(more).toEqual([]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      // The remaining admin logs in again.
      const remainingAdmin = remaining!.id === admin.id ? admin : second;
      admin = { ...remainingAdmin, token: (await logIn(remainingAdmin)).token };
    }
  });
});

describe('a revoked session has no effect, even on a process that does not know of it yet', () => {
  /** Ends the sessions and makes the other process forget it: a revocation takes some seconds to get there. */
  const withoutPropagation = async (
    person: Person,
    end: () => Promise<unknown>,
    then: () => Promise<{ status: number }>,
  ) => {
    const { versions, ended } = other.app.get<
      Sessions,
      { versions: Map<number, number>; ended: Set<number> }
    >(Sessions);
    await end();
    versions.delete(person.id);
    ended.clear();
    return then();
  };

  test('a disabled account cannot get a new token by changing the password', async () => {
    const person = await clinic.patient();
    const { token, password } = person;
    const changing = () =>
      other.client.post(
        '/api/auth/password',
        { old_password: password, new_password: 'quite another one' },
        { token },
      );
    const answer = await withoutPropagation(person, () => change(person, { disabled: true }), changing);
    expectProblem(answer as never, REVOKED);
  });

  test('a former admin cannot grant rights to anybody', async () => {
    const former = await clinic.admin();
    const { token, password: your_password } = former;
    const rights = { role: 'admin', disabled: false, your_password };
    const grants = [
      () => other.client.patch(`/api/users/${former.id}`, rights, { token }),
      () =>
        other.client.post(
          '/api/users',
          { email: 'friend@people.example', password: 'quite another one', role: 'admin', your_password },
          { token },
        ),
    ];
    for (const grant of grants) {
      const answer = await withoutPropagation(
        former,
        () => change(former, { role: 'user', disabled: true }),
        grant,
      );
      expectProblem(answer as never, REVOKED);
    }
    const rows = await clinic.query('SELECT role FROM accounts WHERE id = ? OR email = ?', [
      former.id,
      'friend@people.example',
    ]);
    expect(rows).toEqual([{ role: 'user' }]);
  });

  test('a disabled account cannot book', async () => {
    const [person, doctor] = [await clinic.patient(), await clinic.doctor()];
    const appointment = { doctor_id: doctor.doctorId, date: '2026-08-03', time: '10:00' };
    const booking = () => other.client.post('/api/bookings', appointment, { token: person.token });
    expectProblem(
      (await withoutPropagation(person, () => change(person, { disabled: true }), booking)) as never,
      REVOKED,
    );
  });

  test('a disabled account cannot confirm a second factor', async () => {
    const person = await clinic.patient();
    const { token, password } = person;
    const { body } = await clinic.client.post<{ secret: string }>(
      '/api/auth/second-factor',
      { password },
      { token },
    );
    const code = new TOTP({ secret: Secret.fromBase32(body.secret) }).generate({
      timestamp: clinic.clock.now(),
    });
    const confirming = () => other.client.post('/api/auth/second-factor/confirm', { code }, { token });
    expectProblem(
      (await withoutPropagation(person, () => change(person, { disabled: true }), confirming)) as never,
      // The secret was discarded with the sessions.
      { status: 400, code: 'SECOND_FACTOR_NOT_BEGUN' },
    );
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

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AccountsService } from '../../src/auth/accounts/accounts.service.js';
import { SessionActivity } from '../../src/auth/sessions/session-activity.js';
import { SessionStarter } from '../../src/auth/sessions/session-starter.js';
import { Sessions } from '../../src/auth/sessions/sessions.js';
import { Sweeper } from '../../src/ops/sweeper.js';
import { requestBooking } from '../support/appointments.js';
import { digitsOf } from '../support/authenticator.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { forgeToken } from '../support/forged-token.js';
import { idleWorker } from '../support/idle-worker.js';
import { expectProblem } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';

interface LiveSession {
  readonly id: number;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly address: string;
  readonly user_agent: string | null;
  readonly current: boolean;
}

interface Tokens {
  readonly token: string;
  readonly refresh_token?: string;
}

const REVOKED = { status: 401, code: 'TOKEN_REVOKED' };
const NOT_FOUND = { status: 404, code: 'SESSION_NOT_FOUND' };

let clinic: Clinic;
/** Another process of the same API. */
let other: Clinic;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open();
  other = await Clinic.over(clinic.environment, clinic.clock);
  doctor = await clinic.doctor();
});

afterAll(async () => {
  await other?.app.close();
  await clinic?.close();
});

async function logIn(
  { email, password }: Person,
  { userAgent = 'a test', ...more }: { userAgent?: string; refresh?: boolean } = {},
): Promise<Tokens> {
  const headers = { 'user-agent': userAgent };
  return (await clinic.client.post<Tokens>('/api/auth/login', { email, password, ...more }, { headers }))
    .body;
}

const list = async ({ token }: Tokens, at = clinic) =>
  (await at.client.get<LiveSession[]>('/api/auth/sessions', { token })).body;
const current = async (tokens: Tokens) => (await list(tokens)).find((session) => session.current)!;
const getMe = ({ token }: Tokens, at = clinic) => at.client.get('/api/auth/me', { token });
const logOut = ({ token }: Tokens, body?: object, at = clinic) =>
  at.client.post('/api/auth/logout', body, { token });
const end = ({ token }: Tokens, id: number) => clinic.client.delete(`/api/auth/sessions/${id}`, { token });
const claimsOf = ({ token }: Tokens) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;

async function expectEndedEverywhere(tokens: Tokens): Promise<void> {
  expectProblem(await getMe(tokens), REVOKED);
  await eventually(
    'the other process has learned of it',
    async () => (await getMe(tokens, other)).status === 401,
  );
  expectProblem(await getMe(tokens, other), REVOKED);
}

describe('a session', () => {
  test('begins with a log-in, is named in its token, and is listed with times, address and user agent', async () => {
    const person = await clinic.patient();
    const phone = await logIn(person, { userAgent: 'phone\u00e9 1.0' });
    clinic.clock.advance({ seconds: 1 });
    const desk = await logIn(person, { userAgent: 'x'.repeat(300), refresh: true });
    const sessions = await list(desk);
    expect(sessions).toEqual([
      {
        id: claimsOf(desk).sid,
        created_at: new Date(clinic.clock.now()).toISOString(),
        last_seen_at: new Date(clinic.clock.now()).toISOString(),
        address: '127.0.0.1',
        user_agent: 'x'.repeat(200),
        current: true,
      },
      {
        id: claimsOf(phone).sid,
        created_at: new Date(clinic.clock.now() - 1000).toISOString(),
        last_seen_at: expect.any(String) as string,
        address: '127.0.0.1',
        user_agent: 'phone 1.0',
        current: false,
      },
    ]);
  });

  test('stays the same when it is refreshed', async () => {
    const first = await logIn(await clinic.patient(), { refresh: true });
    const { body } = await clinic.client.post<Tokens>('/api/auth/refresh', {
      refresh_token: first.refresh_token,
    });
    expect(claimsOf(body).sid).toBe(claimsOf(first).sid);
    expect(await list(body)).toHaveLength(1);
  });

  test('is listed until its tokens expire, and its row is then deleted', async () => {
    const person = await clinic.patient();
    const [day, month] = [await logIn(person), await logIn(person, { refresh: true })];
    expect(await list(day)).toHaveLength(2);
    const worker = await idleWorker(clinic.environment, clinic.clock);
    const rows = async () =>
      (await clinic.query<{ id: number }>('SELECT id FROM sessions WHERE account_id = ?', [person.id])).map(
        ({ id }) => id,
      );
    try {
      clinic.clock.advance({ hours: 25 });
      expect(await list(person)).toMatchObject([{ id: claimsOf(month).sid, current: false }]);
      await worker.get(Sweeper).sweep();
      expect(await rows()).toEqual([claimsOf(month).sid]);
    } finally {
      await worker.close();
    }
  });

  test('begins anew with a changed password, and the earlier ones end', async () => {
    const person = await clinic.patient();
    const before = [await logIn(person), await logIn(person)];
    const { body } = await clinic.client.post<Tokens>(
      '/api/auth/password',
      { old_password: person.password, new_password: 'quite another one' },
      { token: before[0]!.token },
    );
    expect(await list(body)).toMatchObject([{ id: claimsOf(body).sid, current: true }]);
    for (const tokens of before) await expectEndedEverywhere(tokens);
  });

  test('does not begin if the account was disabled after its credentials were checked', async () => {
    const { id } = await clinic.patient();
    const account = await clinic.app.get(AccountsService).get(id);
    await clinic.query('UPDATE accounts SET disabled_at = created_at WHERE id = ?', [id]);
    const actor = { id: null, role: null, address: '127.0.0.1', userAgent: null };
    const context = { actor, requestId: null };
    await expect(clinic.app.get(SessionStarter).begin(context, account, true)).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
    expect(await clinic.query('SELECT id FROM sessions WHERE account_id = ?', [id])).toEqual([]);
    expect(await clinic.query('SELECT id FROM refresh_tokens WHERE account_id = ?', [id])).toEqual([]);
  });
});

describe('a replay of a request that renews its session', () => {
  type Renewal = (person: Person) => Promise<readonly [path: string, body: object]>;
  test.each<[string, Renewal]>([
    [
      'a password change',
      ({ password }) =>
        Promise.resolve([
          '/api/auth/password',
          { old_password: password, new_password: 'quite another one' },
        ]),
    ],
    [
      'the confirmation of a second factor',
      async ({ password, token }) => {
        const path = '/api/auth/second-factor';
        const { body } = await clinic.client.post<{ secret: string }>(path, { password }, { token });
        return [`${path}/confirm`, { code: digitsOf(clinic, body.secret) }];
      },
    ],
  ])('starts none with a token of an ended session: %s', async (_name, requestOf) => {
    const person = await clinic.patient();
    const [path, body] = await requestOf(person);
    const headers = { 'idempotency-key': 'once' };
    const { body: renewed } = await clinic.client.post<Tokens>(path, body, { token: person.token, headers });
    await logOut(renewed);
    // The other process does not know yet.
    const isRevoked = vi.spyOn(other.app.get(Sessions), 'isRevoked').mockResolvedValue(false);
    for (const { token } of [renewed, person])
      expectProblem(await other.client.post(path, body, { token, headers }), REVOKED);
    isRevoked.mockRestore();
    const live = 'SELECT id FROM sessions WHERE account_id = ? AND ended_at IS NULL';
    expect(await clinic.query(live, [person.id])).toEqual([]);
  });
});

describe('POST /api/auth/logout', () => {
  test('with a bearer token alone ends its session on every process, and no other', async () => {
    const person = await clinic.patient();
    const [mine, elsewhere] = [await logIn(person, { refresh: true }), await logIn(person)];
    expect((await getMe(mine, other)).status, 'the other process has cached it').toBe(200);
    expect((await logOut(mine)).status).toBe(200);
    await expectEndedEverywhere(mine);
    expectProblem(await clinic.client.post('/api/auth/refresh', { refresh_token: mine.refresh_token }), {
      status: 401,
      code: 'REFRESH_TOKEN_INVALID',
    });
    expect((await getMe(elsewhere)).status).toBe(200);
    expect(await list(elsewhere)).toMatchObject([{ id: claimsOf(elsewhere).sid }]);
    expectProblem(await logOut(mine), REVOKED);
  });

  test('is known to a process that starts later', async () => {
    const tokens = await logIn(await clinic.patient());
    await logOut(tokens, {});
    const late = await Clinic.over(clinic.environment, clinic.clock);
    expectProblem(await getMe(tokens, late), REVOKED);
    await late.app.close();
  });

  test('with a refresh token ends the session of the refresh token, whatever the bearer token', async () => {
    const person = await clinic.patient();
    const [mine, elsewhere] = [await logIn(person), await logIn(person, { refresh: true })];
    expect((await logOut(mine, { refresh_token: elsewhere.refresh_token })).status).toBe(200);
    await eventually('the session has ended', async () => (await getMe(elsewhere)).status === 401);
    expectProblem(await getMe(elsewhere), REVOKED);
    expect((await getMe(mine)).status).toBe(200);
    expect((await logOut({ token: 'a.b.c' }, { refresh_token: 'guessed' })).status).toBe(200);
  });

  test('with neither, or with an invalid, expired or session-less token, says what is wrong', async () => {
    expectProblem(await clinic.client.post('/api/auth/logout', {}), { status: 400 });
    expectProblem(await logOut({ token: 'a.b.c' }), { status: 401, code: 'TOKEN_INVALID' });
    const person = await clinic.patient();
    expectProblem(await logOut(person), { status: 400, code: 'NO_SESSION' });
    const old = forgeToken(
      clinic.environment.JWT_SECRET,
      { id: person.id, email: person.email, role: 'user' },
      { now: clinic.clock.now() - 2 * 3_600_000 },
    );
    expectProblem(await logOut({ token: old }), {
      status: 401,
      code: 'TOKEN_EXPIRED',
      detail: 'Token expired',
    });
  });
});

describe('DELETE /api/auth/sessions/:id', () => {
  test('ends a session of the same account, on every process', async () => {
    const person = await clinic.patient();
    const [lost, mine] = [await logIn(person), await logIn(person)];
    const { id } = await current(lost);
    expect((await end(mine, id)).status).toBe(200);
    await expectEndedEverywhere(lost);
    expect((await getMe(mine)).status).toBe(200);
    expectProblem(await end(mine, id), NOT_FOUND);
  });

  test('another account’s session and an unknown one get the same answer, and the other session goes on', async () => {
    const [mine, theirs] = [await logIn(await clinic.patient()), await logIn(await clinic.patient())];
    const answers = [await end(mine, (await current(theirs)).id), await end(mine, 4_294_967_295)];
    for (const answer of answers) expectProblem(answer, NOT_FOUND);
    expect({ ...(answers[0]!.body as object), request_id: '' }).toEqual({
      ...(answers[1]!.body as object),
      request_id: '',
    });
    expect((await getMe(theirs)).status).toBe(200);
  });
});

describe('an ended session has no effect, even on a process that does not know of it yet', () => {
  async function endWithoutPropagation(tokens: Tokens): Promise<void> {
    await logOut(tokens);
    const { ended } = other.app.get<Sessions, { ended: Set<number> }>(Sessions);
    ended.clear();
  }

  test('it cannot book', async () => {
    const person = await clinic.patient();
    const tokens = await logIn(person);
    await endWithoutPropagation(tokens);
    const appointment = { date: '2026-03-10', time: '09:00' };
    expectProblem(await requestBooking(other, { ...person, ...tokens }, doctor, appointment), REVOKED);
    expect((await requestBooking(other, person, doctor, appointment)).status, 'the time is still open').toBe(
      201,
    );
  });

  test('it can neither change the password nor grant rights', async () => {
    const admin = await clinic.admin();
    const tokens = await logIn(admin);
    await endWithoutPropagation(tokens);
    const { token } = tokens;
    const account = {
      email: 'friend@people.example',
      password: 'quite another one',
      role: 'admin',
      your_password: admin.password,
    };
    expectProblem(await other.client.post('/api/users', account, { token }), REVOKED);
    await endWithoutPropagation(tokens);
    const passwords = { old_password: admin.password, new_password: 'quite another one' };
    expectProblem(await other.client.post('/api/auth/password', passwords, { token }), REVOKED);
  });
});

describe('last_seen_at', () => {
  const seenAt = async (tokens: Tokens) => Date.parse((await current(tokens)).last_seen_at);

  test('is updated about once a minute, and not by the request itself', async () => {
    const tokens = await logIn(await clinic.patient());
    const began = await seenAt(tokens);
    await clinic.app.get(SessionActivity).write();
    clinic.clock.advance({ seconds: 30 });
    expect(await seenAt(tokens), 'less than a minute later').toBe(began);
    await clinic.app.get(SessionActivity).write();
    expect(await seenAt(tokens)).toBe(began);
    clinic.clock.advance({ seconds: 40 });
    expect(await seenAt(tokens), 'not by the request').toBe(began);
    await clinic.app.get(SessionActivity).write();
    expect(await seenAt(tokens)).toBe(clinic.clock.now());
  });
});

describe('with SESSION_IDLE_MINUTES', () => {
  let strict: Clinic;

  beforeAll(async () => {
    strict = await Clinic.over(withSettings(clinic.environment, { SESSION_IDLE_MINUTES: 30 }), clinic.clock);
  });

  afterAll(() => strict?.app.close());

  /** Ends idle sessions now, which the process otherwise does every ten seconds. */
  async function endIdle(): Promise<void> {
    const activity = strict.app.get<SessionActivity, { idleEndedAt: number }>(SessionActivity);
    activity.idleEndedAt = -Infinity;
    await strict.app.get(SessionActivity).write();
  }

  test('a used session goes on, and unused ones end with their refresh tokens', async () => {
    const person = await clinic.patient();
    const [used, unused] = [await logIn(person), await logIn(person)];
    const { refresh_token } = await logIn(person, { refresh: true });
    for (let turn = 0; turn < 3; turn += 1) {
      clinic.clock.advance({ minutes: 20 });
      expect((await getMe(used, strict)).status).toBe(200);
      await endIdle();
    }
    await eventually(
      'the other process has learned of it',
      async () => (await getMe(unused, other)).status === 401,
    );
    expectProblem(await getMe(unused, other), REVOKED);
    expectProblem(await clinic.client.post('/api/auth/refresh', { refresh_token }), {
      status: 401,
      code: 'REFRESH_TOKEN_INVALID',
    });
    expect((await getMe(used, strict)).status).toBe(200);
  });

  test('without the limit no session ends by itself', async () => {
    const tokens = await logIn(await clinic.patient());
    await strict.app.close();
    clinic.clock.advance({ hours: 23 });
    await clinic.app.get(SessionActivity).write();
    expect((await getMe(tokens)).status).toBe(200);
  });
});

import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sessions } from '../../src/auth/sessions/sessions.js';
import { Clinic, type Person } from '../support/clinic.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/eventually.js';
import { forgeToken } from '../support/forged-token.js';
import { expectProblem } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';

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

const logIn = async ({ email, password }: Person) =>
  (await clinic.client.post<{ token: string }>('/api/auth/login', { email, password })).body;

const getMe = (token: string, process = clinic) => process.client.get('/api/auth/me', { token });

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

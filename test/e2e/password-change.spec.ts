import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

interface Session {
  readonly token: string;
}

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open();
});

afterAll(() => clinic?.close());

const logIn = async ({ email, password }: Person): Promise<Session> =>
  (await clinic.client.post<Session>('/api/auth/login', { email, password })).body;

const getMe = (token: string) => clinic.client.get('/api/auth/me', { token });

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

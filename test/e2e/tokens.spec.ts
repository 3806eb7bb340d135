import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { type Forgery, toEpochSeconds, forgeToken } from '../support/forged-token.js';
import { expectProblem } from '../support/problems.js';

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
  doctor = await clinic.doctor();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

/** Gets /api/bookings/me with an Authorization header. */
function getWith(authorization?: string) {
  return clinic.client.get('/api/bookings/me', {
    headers: authorization === undefined ? {} : { authorization },
  });
}

function forge(forgery: Forgery = {}): string {
  return forgeToken(
    clinic.environment.JWT_SECRET,
    { id: patient.id, email: patient.email, role: 'user' },
    { now: clinic.clock.now(), ...forgery },
  );
}

const INVALID = { status: 401, code: 'TOKEN_INVALID', detail: 'Invalid token' };

test('Authorization: Bearer <token> is accepted', async () => {
  expect((await getWith(`Bearer ${patient.token}`)).status).toBe(200);
  expect((await getWith(`bearer ${patient.token}`)).status, 'the scheme is case-insensitive').toBe(200);
  expect((await getWith(`Bearer   ${patient.token}`)).status, 'one space or more').toBe(200);
  expect(
    (await getWith(`Bearer ${forge()}`)).status,
    'a valid token made by forge(), as a control for the forgeries',
  ).toBe(200);
});

test('No header: 401 "Token required"', async () => {
  const answer = await getWith();
  expectProblem(answer, { status: 401, code: 'TOKEN_REQUIRED', detail: 'Token required' });
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
});

describe('WWW-Authenticate says what is wrong with the token', () => {
  test.each([
    ['forged', 'Bearer a.b.c', 'Bearer error="invalid_token", error_description="Invalid token"'],
    ['with another scheme', 'Basic YTpi', 'Bearer'],
  ])('%s', async (_, header, challenge) => {
    expect((await getWith(header)).headers.get('www-authenticate')).toBe(challenge);
  });

  test('the wrong role: 403 insufficient_scope', async () => {
    const answer = await clinic.client.get('/api/users', { token: patient.token });
    expectProblem(answer, { status: 403, code: 'FORBIDDEN' });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", error_description="Forbidden"',
    );
  });
});

test('a token in the query or a cookie is ignored', async () => {
  for (const name of ['token', 'access_token', 'auth_token']) {
    const answer = await clinic.client.get(`/api/bookings/me?${name}=${patient.token}`, {
      headers: { cookie: `${name}=${patient.token}` },
    });
    expectProblem(answer, { status: 401, detail: 'Token required' });
  }
});

describe('Malformed: 401 "Invalid token"', () => {
  test.each([
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Bearer a.b.c',
    'Bearer a.b',
    'Bearer ..',
    'Bearer null',
    'Bearer undefined',
    'x',
    'Bearer \u00e9',
  ])('%s', async (header) => {
    expectProblem(await getWith(header), INVALID);
  });
  test('truncated, lengthened, repeated, or without a scheme', async () => {
    const { token } = patient;
    for (const header of [
      token,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}A`,
      `Bearer ${token}.${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token} x`,
      `Bearer ${token.split('.').slice(0, 2).join('.')}`,
      `Bearer ${'a'.repeat(8000)}`,
    ]) {
      expectProblem(await getWith(header), INVALID);
    }
  });
});

describe('Forged: 401 "Invalid token"', () => {
  const later = { exp: 4_000_000_000 };
  test.each<[string, Forgery]>([
    ['with a critical header that is not supported', { header: { crit: ['exp-policy'], 'exp-policy': 'x' } }],
    ['with a key id', { header: { kid: '../../dev/null' } }],
    ['signed with another secret', { secret: 'guessed' }],
    ['signed with an empty secret', { secret: '' }],
    ['not signed', { digest: 'none' }],
    ['of another issuer', { claims: { iss: 'another clinic' } }],
    ['of no issuer', { claims: { iss: undefined } }],
    ['for another audience', { claims: { aud: 'another api' } }],
    ['for no audience', { claims: { aud: undefined } }],
    ['not valid yet', { claims: { nbf: 4_000_000_000, ...later } }],
    ['of an unknown role', { claims: { role: 'root' } }],
    ['of a role that is a property of every object', { claims: { role: 'constructor' } }],
    ['without a role', { claims: { role: undefined } }],
    ['without an id', { claims: { id: undefined } }],
    ['with text as an id', { claims: { id: '1 OR 1=1' } }],
    ['without an email', { claims: { email: undefined } }],
    ['with an exp that is not a number', { claims: { exp: 'tomorrow' } }],
    ['with an nbf that is not a number', { claims: { nbf: 'yesterday' } }],
    ['with a sid that is not a number', { claims: { sid: '1' } }],
  ])('%s', async (_, forgery) => {
    expectProblem(await getWith(`Bearer ${forge(forgery)}`), INVALID);
  });
  test('with claims that were changed after signing', async () => {
    const [head, , signature] = patient.token.split('.');
    const claims = Buffer.from(forge({ claims: { role: 'admin' } }).split('.')[1]!, 'base64url');
    const forged = [head, claims.toString('base64url'), signature].join('.');
    expectProblem(await clinic.client.get('/api/doctors', { token: forged }), INVALID);
  });
});

describe('Wrong algorithm: 401 "Invalid token"', () => {
  test.each<[string, Forgery]>([
    ['none', { header: { alg: 'none' }, digest: 'none' }],
    ['None', { header: { alg: 'None' }, digest: 'none' }],
    ['none, but signed', { header: { alg: 'none' } }],
    ['HS512 with the right secret', { header: { alg: 'HS512' }, digest: 'sha512' }],
    ['HS384 with the right secret', { header: { alg: 'HS384' }, digest: 'sha384' }],
    ['RS256 in the header alone', { header: { alg: 'RS256' } }],
    ['no algorithm', { header: { alg: undefined } }],
  ])('%s', async (_, forgery) => {
    expectProblem(await getWith(`Bearer ${forge(forgery)}`), INVALID);
  });
});

test('Wrong scheme: 401 "Invalid token"', async () => {
  const basic = Buffer.from(`${patient.email}:${patient.password}`).toString('base64');
  for (const header of [
    `Basic ${basic}`,
    `Token ${patient.token}`,
    `JWT ${patient.token}`,
    `BearerX ${patient.token}`,
  ])
    expectProblem(await getWith(header), INVALID);
});

test('Expired: 401 "Token expired", with "code": "TOKEN_EXPIRED"', async () => {
  const expired = { status: 401, code: 'TOKEN_EXPIRED', detail: 'Token expired' };
  const now = toEpochSeconds(clinic.clock.now());
  const ended = { iat: now - 86_410, exp: now - 10 };
  expectProblem(await getWith(`Bearer ${forge({ claims: ended })}`), expired);
});

describe('the lifetime of a token follows the clock of the service, not the system clock', () => {
  const logIn = async () => {
    const { email, password } = await clinic.patient();
    return (await clinic.client.post<{ token: string }>('/api/auth/login', { email, password })).body.token;
  };

  test('it contains when it was issued and expires 24 hours later', async () => {
    const token = await logIn();
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;
    const now = toEpochSeconds(clinic.clock.now());
    expect(claims).toMatchObject({ iat: now, exp: now + 86_400 });
  });

  test('a cached token expires to the second', async () => {
    const token = await logIn();
    clinic.clock.advance({ hours: 23, minutes: 59, seconds: 59 });
    expect((await getWith(`Bearer ${token}`)).status).toBe(200);
    clinic.clock.advance({ seconds: 1 });
    expectProblem(await getWith(`Bearer ${token}`), { status: 401, code: 'TOKEN_EXPIRED' });
  });

  test('a premature token becomes valid', async () => {
    const token = forge({ claims: { nbf: toEpochSeconds(clinic.clock.now()) + 60 } });
    expectProblem(await getWith(`Bearer ${token}`), INVALID);
    clinic.clock.advance({ seconds: 60 });
    expect((await getWith(`Bearer ${token}`)).status).toBe(200);
  });
});

test('a token that is both expired and forged gets the answer of a forged one', async () => {
  const ended = { exp: toEpochSeconds(clinic.clock.now()) - 10 };
  expectProblem(await getWith(`Bearer ${forge({ claims: ended, secret: 'guessed' })}`), INVALID);
  expectProblem(
    await getWith(`Bearer ${forge({ claims: ended, header: { alg: 'none' }, digest: 'none' })}`),
    INVALID,
  );
});

describe('Right token, wrong role: 403 "Forbidden"', () => {
  test.each([
    ['GET', '/api/doctors', ['user', 'doctor']],
    ['POST', '/api/doctors', ['user', 'doctor']],
    ['POST', '/api/users', ['user', 'doctor']],
    ['PATCH', '/api/users/1', ['user', 'doctor']],
    ['GET', '/api/notifications', ['user', 'doctor']],
    ['POST', '/api/notifications/1/retry', ['user', 'doctor']],
    ['GET', '/api/doctors/me', ['user', 'admin']],
    ['GET', '/api/bookings/doctor', ['user', 'admin']],
    ['GET', '/api/availability/me', ['user', 'admin']],
    ['POST', '/api/availability', ['user']],
    ['DELETE', '/api/availability/1', ['user']],
    ['GET', '/api/exceptions/me', ['user', 'admin']],
    ['POST', '/api/exceptions', ['user']],
    ['DELETE', '/api/exceptions/1', ['user']],
  ] as const)('%s %s', async (method, path, roles) => {
    const people = { user: patient, doctor, admin };
    for (const role of roles) {
      // 403 comes before the validation of the body.
      const answer = await clinic.client.send(method, path, {
        token: people[role].token,
        ...(method !== 'GET' && { body: {} }),
      });
      expectProblem(answer, { status: 403, code: 'FORBIDDEN', detail: 'Forbidden' });
    }
  });
});

test('roles on the wire are admin, doctor and user (a patient)', async () => {
  for (const [person, role] of [
    [admin, 'admin'],
    [doctor, 'doctor'],
    [patient, 'user'],
  ] as const) {
    const { body } = await clinic.client.get('/api/auth/me', { token: person.token });
    expect(body).toMatchObject({ id: person.id, email: person.email, role });
  }
});

test('a public route ignores an invalid token', async () => {
  for (const path of ['/api/doctors/public', `/api/availability/${doctor.doctorId}`, '/health/live']) {
    expect((await clinic.client.get(path, { token: 'a.b.c' })).status).toBe(200);
  }
});

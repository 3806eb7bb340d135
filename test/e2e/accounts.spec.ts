import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PasswordHasher } from '../../src/auth/passwords/password-hasher.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem, invalidFields } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';

const FIRST_ADMIN = { email: 'First.Admin@clinic.example', password: 'the first password' };

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  const env = { ADMIN_EMAIL: FIRST_ADMIN.email, ADMIN_PASSWORD: FIRST_ADMIN.password, DEFAULT_LOCALE: 'es' };
  clinic = await Clinic.open({ env });
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

interface Session {
  token: string;
  user: { id: number; email: string; role: string; locale: string };
}

const register = (body: object) => clinic.client.post('/api/auth/register', body);
const logIn = (email: string, password: string) =>
  clinic.client.post<Session>('/api/auth/login', { email, password });
const INVALID = { status: 400, code: 'INVALID_CREDENTIALS', detail: 'Invalid credentials' };

async function hashOf(id: number): Promise<string> {
  const [row] = await clinic.query<{ password_hash: string }>(
    'SELECT password_hash FROM accounts WHERE id = ?',
    [id],
  );
  return row!.password_hash;
}

describe('POST /api/auth/register', () => {
  test('201 { id, email }, and the account can log in as a patient', async () => {
    const { status, body } = await register({ email: 'ada@people.example', password: 'eight ch' });
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(Number) as number, email: 'ada@people.example' });
    const session = await logIn('ada@people.example', 'eight ch');
    expect(session.body.user).toMatchObject({ id: body.id, email: 'ada@people.example', role: 'user' });
  });
  test('Email is compared without regard to case', async () => {
    expect((await register({ email: 'Grace.Hopper@People.Example', password: 'long enough' })).status).toBe(
      201,
    );
    expect((await logIn('GRACE.HOPPER@PEOPLE.EXAMPLE', 'long enough')).status).toBe(200);
    expect((await logIn('grace.hopper@people.example', 'long enough')).status).toBe(200);
  });
  test('Taken: 400 "Email already exists", in any case', async () => {
    const taken = { status: 400, code: 'EMAIL_TAKEN', detail: 'Email already exists' };
    await register({ email: 'taken@people.example', password: 'long enough' });
    for (const email of ['taken@people.example', 'TAKEN@People.example'])
      expectProblem(await register({ email, password: 'other password' }), taken);
    expect((await logIn('taken@people.example', 'long enough')).status).toBe(200);
  });
  test('two simultaneous registrations of one address: one 201, one "Email already exists"', async () => {
    const answers = await Promise.all(
      ['twice@people.example', 'Twice@people.example'].map((email) =>
        register({ email, password: 'long enough' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
    expectProblem(
      answers.find(({ status }) => status === 400)!,
      { status: 400, detail: 'Email already exists' },
    );
  });
  test('Malformed email: 400', async () => {
    for (const email of ['plain', 'a@', '@b.example', 'a b@c.example', 'a@b..example', '']) {
      const problem = expectProblem(await register({ email, password: 'long enough' }), { status: 400 });
      expect(invalidFields(problem)).toEqual(['email']);
    }
  });
  test('one of the most common passwords: 400, also with capitals and substituted characters', async () => {
    for (const password of [
      'password',
      '12345678',
      'Qwertyuiop',
      'ILOVEYOU1',
      '00000000',
      'P@ssw0rd1',
      'Admin@123',
    ]) {
      const problem = expectProblem(await register({ email: 'common@people.example', password }), {
        status: 400,
      });
      expect(invalidFields(problem)).toEqual(['password']);
    }
  });
  test('Password under 8 characters: 400', async () => {
    for (const password of ['', '1234567', 'pässwör', '😀😀😀😀']) {
      const problem = expectProblem(await register({ email: 'short@people.example', password }), {
        status: 400,
      });
      expect(problem.detail).toBe(
        'password must have 8 to 256 characters and not be one of the most common passwords',
      );
    }
    expect((await register({ email: 'eight@people.example', password: '8 & seven' })).status).toBe(201);
  });
  test.each(['role', 'is_admin', 'id', 'password_hash'])('"%s" in the body is refused', async (field) => {
    const email = 'sneaky@people.example';
    const problem = expectProblem(await register({ email, password: 'long enough', [field]: 'admin' }), {
      status: 400,
    });
    expect(problem.detail).toBe(`${field} is not a known field`);
    expectProblem(await logIn(email, 'long enough'), INVALID);
  });
});

describe('Long passwords count in full', () => {
  test.each([
    ['beyond 72 bytes, where bcrypt stops', 'x'.repeat(100)],
    ['with 256 characters', 'x'.repeat(256)],
    ['with 256 characters of four bytes each', '😀'.repeat(256)],
    ['with a NUL in it', `before\0${'x'.repeat(80)}`],
  ])('%s', async (name, password) => {
    const email = `${name.replaceAll(/\W/g, '')}@people.example`;
    expect((await register({ email, password })).status).toBe(201);
    expect((await logIn(email, password)).status).toBe(200);
    const shorter = [...password].slice(0, -1).join('');
    for (const wrong of [
      shorter,
      `${shorter}y`,
      `${password}x`,
      password.slice(0, 72),
      password.split('\0')[0] + ' ',
    ])
      expectProblem(await logIn(email, wrong), INVALID);
  });
  test('leading and trailing spaces count, and so does case', async () => {
    await register({ email: 'spaces@people.example', password: '  Spaced Out  ' });
    expect((await logIn('spaces@people.example', '  Spaced Out  ')).status).toBe(200);
    for (const wrong of ['Spaced Out', '  spaced out  '])
      expectProblem(await logIn('spaces@people.example', wrong), INVALID);
  });
});

describe('POST /api/auth/login', () => {
  test('200 { token, user: { id, email, role } }, and the token is accepted', async () => {
    const patient = await clinic.patient();
    const { status, body } = await logIn(patient.email, patient.password);
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ id: patient.id, email: patient.email, role: 'user' });
    expect((await clinic.client.get('/api/bookings/me', { token: body.token })).status).toBe(200);
    expect(JSON.stringify(body)).not.toMatch(/hash|argon/);
  });
  test('wrong email or password: 400 "Invalid credentials", the same answer for both', async () => {
    const { email, password } = await clinic.patient();
    const [wrongPassword, wrongEmail] = [
      await logIn(email, 'not the password'),
      await logIn(`x${email}`, password),
    ];
    const differing = { request_id: '' };
    expect({ ...expectProblem(wrongPassword, INVALID), ...differing }).toEqual({
      ...expectProblem(wrongEmail, INVALID),
      ...differing,
    });
    const names = ({ headers }: { headers: Headers }) => [...headers.keys()].sort();
    expect(names(wrongPassword)).toEqual(names(wrongEmail));
  });
  test('neither an empty password nor the dummy password of unknown accounts logs anybody in', async () => {
    for (const password of ['', 'a password that nobody has'])
      expectProblem(await logIn('nobody@people.example', password), INVALID);
  });
  test('Token: JWT, claims id, email, role, 24 h', async () => {
    const doctor = await clinic.doctor();
    const { token } = (await logIn(doctor.email, doctor.password)).body;
    const [header, claims] = token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
    expect(header).toMatchObject({ alg: 'HS256' });
    expect(claims).toMatchObject({ id: doctor.id, email: doctor.email, role: 'doctor' });
    expect(Number(claims!.exp) - Number(claims!.iat)).toBe(24 * 60 * 60);
  });
});

test('passwords are stored as argon2id hashes with 19 MiB, two passes and one lane, each with its own salt', async () => {
  const [one, two] = [
    await register({ email: 'one@people.example', password: 'the same words' }),
    await register({ email: 'two@people.example', password: 'the same words' }),
  ];
  const [first, second] = [await hashOf(one.body.id!), await hashOf(two.body.id!)];
  for (const hash of [first, second]) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(first).not.toBe(second);
});

describe('An admin can also make the account', () => {
  test.each(['admin', 'doctor', 'user'])(
    'POST /api/users { email, password, role: "%s" }: 201',
    async (role) => {
      const body = { email: `Made.${role}@people.example`, password: 'made by an admin', role };
      const proof = role === 'admin' ? { your_password: admin.password } : {};
      const made = await clinic.client.post('/api/users', { ...body, ...proof }, { token: admin.token });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({
        id: expect.any(Number) as number,
        email: body.email.toLowerCase(),
        role,
      });
      expect((await logIn(body.email, body.password)).body.user).toMatchObject({ id: made.body.id, role });
    },
  );
  test('an unknown role, a short password, a malformed or a taken email: 400', async () => {
    const good = { email: 'another@people.example', password: 'long enough', role: 'user' };
    for (const wrong of [
      { role: 'root' },
      { role: 'patient' },
      { password: '1234567' },
      { email: 'x' },
      { email: admin.email },
    ]) {
      expectProblem(await clinic.client.post('/api/users', { ...good, ...wrong }, { token: admin.token }), {
        status: 400,
      });
    }
  });
  test('PATCH /api/users/:id { role }: the account has the new role at its next log-in', async () => {
    const patient = await clinic.patient();
    const changed = await clinic.client.patch(
      `/api/users/${patient.id}`,
      { role: 'doctor' },
      { token: admin.token },
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ id: patient.id, email: patient.email, role: 'doctor' });
    const session = await logIn(patient.email, patient.password);
    expect(session.body.user.role).toBe('doctor');
    const mine = await clinic.client.get('/api/doctors/me', { token: session.body.token });
    expectProblem(mine, { status: 404, code: 'PROFILE_NOT_FOUND' });
  });
  test('an account that does not exist: 404', async () => {
    const answer = await clinic.client.patch(
      '/api/users/4294967295',
      { role: 'user' },
      { token: admin.token },
    );
    expectProblem(answer, { status: 404 });
  });
});

describe('The first admin comes from ADMIN_EMAIL and ADMIN_PASSWORD', () => {
  test('it exists after the start', async () => {
    const { body } = await logIn(FIRST_ADMIN.email, FIRST_ADMIN.password);
    expect(body.user.role).toBe('admin');
    expect((await clinic.client.get('/api/doctors', { token: body.token })).status).toBe(200);
  });
  test('another start leaves it unchanged, even with another ADMIN_PASSWORD', async () => {
    const environment = withSettings(clinic.environment, { ADMIN_PASSWORD: 'a later password' });
    const second = await Clinic.over(environment, clinic.clock);
    await second.app.close();
    expect((await logIn(FIRST_ADMIN.email, FIRST_ADMIN.password)).status).toBe(200);
    expectProblem(await logIn(FIRST_ADMIN.email, 'a later password'), INVALID);
  });
});

describe('The language of the emails is per account', () => {
  test("the clinic's by default; an account can choose another when it registers and change it later", async () => {
    const account = { password: 'long enough' };
    await register({ ...account, email: 'default@people.example' });
    expect((await logIn('default@people.example', account.password)).body.user.locale).toBe('es');
    await register({ ...account, email: 'english@people.example', locale: 'en' });
    const { token, user } = (await logIn('english@people.example', account.password)).body;
    expect(user.locale).toBe('en');
    expect((await clinic.client.patch('/api/auth/me', { locale: 'es' }, { token })).body).toMatchObject({
      locale: 'es',
    });
    expect((await clinic.client.get('/api/auth/me', { token })).body).toMatchObject({
      id: user.id,
      locale: 'es',
    });
  });
  test('an unsupported language: 400', async () => {
    expectProblem(await register({ email: 'fr@people.example', password: 'long enough', locale: 'fr' }), {
      status: 400,
    });
  });
});

test('a log-in hashes the password once, even when the account does not exist or is disabled', async () => {
  const { threads } = clinic.app.get<PasswordHasher, { threads: { completed: number } }>(PasswordHasher);
  const hashed = async (email: string, password: string): Promise<number> => {
    const before = threads.completed;
    expectProblem(await logIn(email, password), INVALID);
    return threads.completed - before;
  };
  const [one, disabled] = [await clinic.patient(), await clinic.patient()];
  await clinic.client.patch(`/api/users/${disabled.id}`, { disabled: true }, admin);
  expect(await hashed(one.email, 'a wrong guess')).toBe(1);
  expect(await hashed('nobody@people.example', 'a wrong guess')).toBe(1);
  expect(await hashed(disabled.email, disabled.password)).toBe(1);
});

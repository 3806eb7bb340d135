import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem } from '../support/problems.js';
import { Clinic, type Person } from '../support/clinic.js';

const PASSWORD = 'a password for one mailbox';

/** Pairs of spellings of the same email address. */
const SAME_MAILBOX: readonly (readonly [what: string, one: string, other: string])[] = [
  ['Unicode and ASCII domain', 'idn@münchen.example', 'idn@xn--mnchen-3ya.example'],
  ['ASCII and Unicode domain', 'back@XN--MNCHEN-3YA.example', 'back@MÜNCHEN.example'],
  ['composed and decomposed domain', 'nfd@münchen.example', 'nfd@mu\u0308nchen.example'],
  ['composed and decomposed local part', 'jos\u00e9@people.example', 'jose\u0301@people.example'],
  ['final sigma', 'Νίκος@people.example', 'ΝΊΚΟΣ@people.example'],
  ['sharp s', 'straße@people.example', 'STRASSE@people.example'],
  ['surrounding spaces', ' spaced@people.example', 'spaced@people.example \t'],
  ['case', 'Case@People.example', 'cASE@pEOPLE.EXAMPLE'],
];

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({
    env: { ADMIN_EMAIL: 'Chef@münchen.example', ADMIN_PASSWORD: 'a chef of München' },
  });
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

const post = (path: string, body: object, actor?: Person) =>
  clinic.client.post<{ id: number; email: string; user: { id: number; email: string } }>(path, body, {
    token: actor?.token,
  });
const register = (email: string) => post('/api/auth/register', { email, password: PASSWORD });
const logIn = (email: string, password = PASSWORD) => post('/api/auth/login', { email, password });

describe('two spellings of one mailbox are one account', () => {
  test.each(SAME_MAILBOX)(
    '%s: the second cannot register, and logs in to the first',
    async (_, one, other) => {
      const first = await register(one);
      expect(first.status).toBe(201);
      expectProblem(await register(other), { status: 400, code: 'EMAIL_TAKEN' });
      const session = await logIn(other);
      expect([session.status, session.body.user?.id]).toEqual([200, first.body.id]);
      const opened = { email: other, password: PASSWORD, role: 'user' };
      expectProblem(await post('/api/users', opened, admin), { status: 400, code: 'EMAIL_TAKEN' });
    },
  );

  test('a password reset finds the account by any spelling of its address', async () => {
    const { body } = await register('forgot@münchen.example');
    await post('/api/auth/password/forgot', { email: ' FORGOT@xn--mnchen-3ya.example ' });
    expect(
      await clinic.query("SELECT kind FROM account_links WHERE account_id = ? AND kind = 'password_reset'", [
        body.id,
      ]),
    ).toHaveLength(1);
  });

  test('the first admin can log in with either spelling, and is created once', async () => {
    expect((await logIn('chef@xn--mnchen-3ya.example', 'a chef of München')).status).toBe(200);
    expectProblem(await register('chef@münchen.example'), { status: 400, code: 'EMAIL_TAKEN' });
  });

  test('changing the address to another spelling of the same mailbox changes nothing', async () => {
    const mine = await register('same@münchen.example');
    const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', {
      email: 'same@münchen.example',
      password: PASSWORD,
    });
    const change = { email: 'SAME@xn--mnchen-3ya.example', password: PASSWORD };
    const changed = await clinic.client.patch('/api/auth/me', change, { token: body.token });
    expect(changed).toMatchObject({ status: 200, body: { email: 'same@münchen.example' } });
    expect(
      await clinic.query('SELECT id FROM account_links WHERE account_id = ?', [mine.body.id]),
    ).toHaveLength(0);
  });

  test('another spelling of another account’s address is taken', async () => {
    await register('owner@münchen.example');
    const person = await clinic.patient();
    const change = { email: 'owner@xn--mnchen-3ya.example', password: person.password };
    const changed = await clinic.client.patch('/api/auth/me', change, { token: person.token });
    expectProblem(changed, { status: 400, code: 'EMAIL_TAKEN' });
  });
});

describe('the form of an address', () => {
  test('a domain is stored in ASCII and shown in Unicode', async () => {
    const { body } = await register('Shown@XN--MNCHEN-3YA.example');
    expect(body.email).toBe('shown@münchen.example');
    const [row] = await clinic.query('SELECT email, mail_address FROM accounts WHERE id = ?', [body.id]);
    expect(row).toEqual({ email: 'shown@xn--mnchen-3ya.example', mail_address: null });
    const session = await logIn('shown@münchen.example');
    expect(session.body.user.email).toBe('shown@münchen.example');
  });

  test('a local part is stored case-folded, and used and shown as it was given', async () => {
    const { body } = await register('Groß@people.example');
    expect(body.email).toBe('groß@people.example');
    const [row] = await clinic.query('SELECT email, mail_address FROM accounts WHERE id = ?', [body.id]);
    expect(row).toEqual({ email: 'gross@people.example', mail_address: 'groß@people.example' });
  });

  test('a doctor’s contact address is trimmed, and its domain shown in Unicode', async () => {
    const { id } = await clinic.person('doctor');
    const profile = {
      name: 'Dr. Trim',
      specialty: 'Cardiology',
      email: ' Dr.Trim@xn--mnchen-3ya.example ',
      user_id: id,
    };
    const { body, status } = await post('/api/doctors', profile, admin);
    expect([status, body.email]).toEqual([201, 'Dr.Trim@münchen.example']);
  });
});

describe('an invalid address', () => {
  test.each([
    ['an invalid IDN', 'x@xn--a.example'],
    ['a port', 'x@people.example:80'],
    ['a path', 'x@people.example/a'],
    ['percent signs in the domain', 'x@p%65ople.example'],
    ['a space inside', 'x y@people.example'],
    ['a zero width space', 'x\u200b@people.example'],
    ['a very long text', `${' '.repeat(30_000)}x@people.example`],
    ['too long after case folding', `${'ΐ'.repeat(40)}@people.example`],
  ])('%s: 400', async (_, email) => {
    expectProblem(await register(email), { status: 400, code: 'VALIDATION_FAILED' });
  });
});

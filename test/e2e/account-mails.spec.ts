import { createHash } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Ledger } from '../../src/outbox/ledger.repository.js';
import { Clinic, type Person } from '../support/clinic.js';
import { idleWorker } from '../support/idle-worker.js';
import { Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { expectProblem } from '../support/problems.js';
import { Statements } from '../support/statements.js';
import { withSettings } from '../support/with-settings.js';
import { startWorker } from '../support/worker.js';

const NEW = 'the password after the first';
const LINK_INVALID = { status: 400, code: 'LINK_INVALID' };

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    env: {
      SMTP_URL: mailbox.url,
      FRONT_END_URL: 'https://clinic.example/app/',
      EMAIL_VERIFICATION_REQUIRED: 'true',
    },
  });
  worker = await startWorker(clinic.environment, clinic.clock);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const post = (path: string, body: object) => clinic.client.post(`/api/auth/${path}`, body);
const forgot = (email: string) => post('password/forgot', { email });
const reset = (token: string, new_password = NEW) => post('password/reset', { token, new_password });
const verify = (token: string, { password }: Pick<Person, 'password'>) =>
  post('verify-email', { token, password });
const logIn = (email: string, password: string) => post('login', { email, password });
const codeIn = ({ mail }: ReceivedMail): string => /#token=([\w-]+)/.exec(mail.text!)![1]!;

/** The code in the newest email to a person, once `codes` emails with a code have arrived. */
const codeOf = ({ email }: Pick<Person, 'email'>, codes = 1) => mailbox.codeTo(email, '[a-z-]+', codes);

async function lastNotification(): Promise<Record<string, unknown>> {
  const [row] = await clinic.query('SELECT kind, state, reason FROM notifications ORDER BY id DESC LIMIT 1');
  return row!;
}

describe('a forgotten password', () => {
  test('a code and a link are mailed in text and HTML; the code sets a new password and ends all sessions', async () => {
    const person = await clinic.patient('es');
    expect((await forgot(person.email.toUpperCase())).status).toBe(200);
    const [email] = await mailbox.mailsTo(person.email, 1);
    const code = codeIn(email!);
    expect(email!.mail.subject).toBe('Elija una contraseña nueva: Test Clinic');
    expect(email!.mail.text).toContain(`Código para una contraseña nueva:\n${code}\n`);
    expect(email!.mail.text).toContain(`https://clinic.example/app/reset-password#token=${code}`);
    expect(email!.mail.html).toContain(`href="https://clinic.example/app/reset-password#token&#x3D;${code}"`);
    expect((await reset(code)).status).toBe(200);
    expect((await logIn(person.email, NEW)).status).toBe(200);
    expect((await logIn(person.email, person.password)).status).toBe(400);
    const answer = await clinic.client.get('/api/auth/me', { token: person.token });
    expectProblem(answer, { status: 401, code: 'TOKEN_REVOKED' });
  });

  test('a code is valid once, even when it is sent twice at the same time', async () => {
    const person = await clinic.patient();
    await forgot(person.email);
    const code = await codeOf(person);
    const answers = await Promise.all([reset(code, 'the first of two'), reset(code, 'the second of two')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expectProblem(await reset(code), LINK_INVALID);
  });

  test('a code is valid for an hour', async () => {
    const person = await clinic.patient();
    await forgot(person.email);
    const code = await codeOf(person);
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ minutes: 60 });
    expectProblem(await reset(code), LINK_INVALID);
    expect((await logIn(person.email, person.password)).status).toBe(200);
  });

  test('a person who knows the password cannot invalidate the code in the owner’s mailbox', async () => {
    const person = await clinic.patient();
    await forgot(person.email);
    const code = await codeOf(person);
    await clinic.client.post('/api/auth/logout-everywhere', undefined, { token: person.token });
    const { body } = await logIn(person.email, person.password);
    const change = { old_password: person.password, new_password: 'what a thief chose' };
    await clinic.client.post('/api/auth/password', change, { token: (body as { token: string }).token });
    expect((await reset(code)).status).toBe(200);
    expect((await logIn(person.email, NEW)).status).toBe(200);
  });

  test('using a code invalidates the other mailed ones', async () => {
    const person = await clinic.patient();
    await forgot(person.email);
    const first = await codeOf(person);
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ minutes: 2 });
    await forgot(person.email);
    expect((await reset(await codeOf(person, 2))).status).toBe(200);
    expectProblem(await reset(first), LINK_INVALID);
  });

  test('a code is refused for another kind of link, and once the account is disabled', async () => {
    const person = await clinic.patient();
    await forgot(person.email);
    const next = await codeOf(person);
    expectProblem(await verify(next, person), LINK_INVALID);
    const admin = await clinic.admin();
    await clinic.client.patch(`/api/users/${person.id}`, { disabled: true }, { token: admin.token });
    expectProblem(await reset(next), LINK_INVALID);
  });

  test('invented and altered codes are refused in the same way', async () => {
    const person = await clinic.patient();
    await forgot(person.email);
    const code = await codeOf(person);
    const flipped = `${code.slice(0, 40)}${code[40] === 'A' ? 'B' : 'A'}${code.slice(41)}`;
    for (const guess of ['x', 'A'.repeat(64), code.slice(0, -1), flipped, `${code}A`]) {
      expectProblem(await reset(guess), LINK_INVALID);
    }
    expect((await reset(code)).status).toBe(200);
  });

  test('a code is refused even after the account was disabled and enabled again, or erased', async () => {
    const [person, erased, admin] = [await clinic.patient(), await clinic.patient(), await clinic.admin()];
    for (const { email } of [person, erased]) await forgot(email);
    const [code, codeOfErased] = [await codeOf(person), await codeOf(erased)];
    await clinic.client.patch(`/api/users/${person.id}`, { disabled: true }, admin);
    const erasure = { token: erased.token, body: { password: erased.password } };
    expect((await clinic.client.send('DELETE', '/api/auth/me', erasure)).status).toBe(200);
    const enable = ({ id }: Person) => clinic.client.patch(`/api/users/${id}`, { disabled: false }, admin);
    expect([(await enable(person)).status, (await enable(erased)).status]).toEqual([200, 404]);
    for (const each of [code, codeOfErased]) expectProblem(await reset(each), LINK_INVALID);
    expect((await logIn(person.email, person.password)).status).toBe(200);
  });

  test('an address without an account, or of a disabled account, gets the same answer and no email', async () => {
    const [person, disabled, admin] = [await clinic.patient(), await clinic.patient(), await clinic.admin()];
    await clinic.client.patch(`/api/users/${disabled.id}`, { disabled: true }, { token: admin.token });
    const answers = [];
    for (const email of [person.email, disabled.email, 'stranger@people.example']) {
      const { status, body } = await forgot(email);
      answers.push([status, body]);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    await mailbox.mailsTo(person.email, 1);
    await waitUntilDueSettled(clinic);
    const recipients = mailbox.received.map(({ to }) => to);
    expect(recipients).not.toContain(disabled.email);
    expect(recipients).not.toContain('stranger@people.example');
  });

  test('repeated requests lead to one email, and to further ones at growing intervals', async () => {
    const person = await clinic.patient();
    await Promise.all([forgot(person.email), forgot(person.email)]);
    await forgot(person.email);
    await mailbox.mailsTo(person.email, 1);
    await waitUntilDueSettled(clinic);
    expect(
      (await clinic.query('SELECT id FROM account_links WHERE account_id = ?', [person.id])).length,
    ).toBe(1);
    clinic.clock.advance({ minutes: 2 });
    await forgot(person.email);
    expect(await mailbox.mailsTo(person.email, 2)).toHaveLength(2);
    await waitUntilDueSettled(clinic);
    for (const [minutes, mails] of [
      [9, 2],
      [1, 3],
      [59, 3],
      [1, 4],
      [1439, 4],
      [1, 5],
    ] as const) {
      clinic.clock.advance({ minutes });
      expect((await forgot(person.email)).status).toBe(200);
      await waitUntilDueSettled(clinic);
      expect(mailbox.received.filter(({ to }) => to === person.email)).toHaveLength(mails);
    }
  });

  test('only a request that leads to an email is an event', async () => {
    const person = await clinic.patient();
    await Promise.all(Array.from({ length: 8 }, () => forgot(person.email)));
    for (let turn = 0; turn < 3; turn += 1) await forgot(person.email);
    const events = () =>
      clinic.query("SELECT id FROM audit_events WHERE action = 'account.reset_asked' AND subject_id = ?", [
        person.id,
      ]);
    expect(await events()).toHaveLength(1);
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ minutes: 2 });
    await forgot(person.email);
    expect(await events()).toHaveLength(2);
  });

  test('ending all sessions does not shorten the pauses between codes', async () => {
    const person = await clinic.patient();
    for (const [minutes, mails] of [
      [0, 1],
      [2, 2],
      [10, 3],
      [59, 3],
      [1, 4],
      [1439, 4],
      [1, 5],
    ] as const) {
      await waitUntilDueSettled(clinic);
      clinic.clock.advance({ minutes });
      await forgot(person.email);
      await waitUntilDueSettled(clinic);
      const sql = 'UPDATE accounts SET session_version = session_version + 1 WHERE id = ?';
      await clinic.query(sql, [person.id]);
      expect(mailbox.received.filter(({ to }) => to === person.email)).toHaveLength(mails);
    }
  });

  test('neither the ledger nor the links hold the secret part of a code', async () => {
    const person = await clinic.patient();
    await forgot(person.email);
    const code = await codeOf(person);
    for (const table of ['account_links', 'notifications']) {
      expect(JSON.stringify(await clinic.query(`SELECT * FROM ${table}`))).not.toContain(code.slice(30));
    }
  });
});

describe.each([
  ['a new password', 'password/forgot'],
  ['the confirmation of an address', 'verify-email/send'],
])('requests for %s', (_, path) => {
  const unverified = async (): Promise<Person> => {
    const person = await clinic.patient();
    await clinic.query('UPDATE accounts SET verified_at = NULL WHERE id = ?', [person.id]);
    return person;
  };
  const ask = (email: string) => post(path, { email });
  const work = ({ sent }: Statements): string[] =>
    sent
      .map(({ sql }) => sql.replace(/\s+/g, ' '))
      .filter((sql) => !/^SET SESSION|find-ended-sessions|touch-sessions/.test(sql));

  test('during the pause run the same statements whether or not the address has an account, and lock nothing', async () => {
    const statements = Statements.of(clinic.dataSource);
    const [person, refused] = [await unverified(), await unverified()];
    const hash = createHash('sha256').update(refused.email).digest();
    await clinic.query('INSERT INTO refused_addresses (hash, refused_at) VALUES (?, ?)', [
      hash,
      '2026-01-01',
    ]);
    for (const { email } of [person, refused]) await ask(email);
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ minutes: 1 });
    const sent: string[][] = [];
    for (const email of [person.email, refused.email, 'unknown@people.example']) {
      statements.reset();
      expect((await ask(email)).status).toBe(200);
      sent.push(work(statements));
    }
    expect(sent[0]!.length).toBeGreaterThan(0);
    expect(sent[0]!.join()).not.toMatch(/TRANSACTION|FOR UPDATE|lock-address/);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
  });

  test('at the same moment for one address lock its account once', async () => {
    const statements = Statements.of(clinic.dataSource);
    const { email } = await unverified();
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(email)));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect(work(statements).filter((sql) => /FOR UPDATE/.test(sql))).toHaveLength(1);
  });
});

describe('a link that is sent late', () => {
  test.each([
    ['used', 'UPDATE account_links SET used_at = created_at WHERE account_id = ?', 'the link was used'],
    [
      'expired',
      'UPDATE account_links SET expires_at = created_at WHERE account_id = ?',
      'the link has expired',
    ],
    [
      'of a disabled account',
      'UPDATE accounts SET disabled_at = created_at WHERE id = ?',
      'the sessions of the account were ended',
    ],
  ])('is not mailed if it is %s', async (_, sql, reason) => {
    const person = await clinic.patient();
    await worker.close();
    await forgot(person.email);
    await clinic.query(sql, [person.id]);
    worker = await startWorker(clinic.environment, clinic.clock);
    await waitUntilDueSettled(clinic);
    expect(await lastNotification()).toEqual({ kind: 'password_reset', state: 'cancelled', reason });
  });
});

describe('a new account confirms its address', () => {
  const register = async (email: string): Promise<Person> => {
    const account = { email, password: 'long enough' };
    const { status, body } = await post('register', account);
    expect(status).toBe(201);
    return { ...account, id: body.id!, token: '' };
  };

  test('until then nobody can log in, and only the right password reveals why', async () => {
    const person = await register('ada@people.example');
    const refused = await logIn(person.email, person.password);
    expectProblem(refused, { status: 400, code: 'EMAIL_NOT_VERIFIED' });
    expectProblem(await logIn(person.email, 'a guess'), { status: 400, code: 'INVALID_CREDENTIALS' });
    const code = await codeOf(person);
    expect((await verify(code, person)).status).toBe(200);
    expect((await logIn(person.email, person.password)).status).toBe(200);
    expectProblem(await verify(code, person), LINK_INVALID);
  });

  test('the code is mailed again on request, but not to a confirmed address', async () => {
    const person = await register('grace@people.example');
    await codeOf(person);
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ minutes: 2 });
    const verified = await clinic.patient();
    for (const email of [person.email, verified.email, 'stranger@people.example']) {
      expect((await post('verify-email/send', { email })).status).toBe(200);
    }
    expect((await verify(await codeOf(person, 2), person)).status).toBe(200);
    await waitUntilDueSettled(clinic);
    expect(mailbox.received.map(({ to }) => to)).not.toContain(verified.email);
  });

  test('a password reset confirms the address as well', async () => {
    const person = await register('edith@people.example');
    await codeOf(person);
    await forgot(person.email);
    expect((await reset(await codeOf(person, 2))).status).toBe(200);
    expect((await logIn(person.email, NEW)).status).toBe(200);
  });

  test('without EMAIL_VERIFICATION_REQUIRED a new account can log in at once', async () => {
    const lax = await Clinic.over(
      withSettings(clinic.environment, { EMAIL_VERIFICATION_REQUIRED: false }),
      clinic.clock,
    );
    const account = { email: 'mary@people.example', password: 'long enough' };
    expect((await lax.client.post('/api/auth/register', account)).status).toBe(201);
    expect((await lax.client.post('/api/auth/login', account)).status).toBe(200);
    await lax.app.close();
  });
});

test('an email with a code survives a worker crash, like any other', async () => {
  const person = await clinic.patient();
  await worker.close();
  const dying = await idleWorker(clinic.environment, clinic.clock);
  await forgot(person.email);
  expect((await dying.get(Ledger).claimDue(10)).rows).toHaveLength(1);
  await dying.close();
  clinic.clock.advance({ minutes: 1 });
  worker = await startWorker(clinic.environment, clinic.clock);
  await codeOf(person);
  await waitUntilDueSettled(clinic);
  expect(await lastNotification()).toMatchObject({ kind: 'password_reset', state: 'sent' });
});

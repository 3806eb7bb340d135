import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { expectProblem, invalidFields } from '../support/problems.js';
import { startWorker } from '../support/worker.js';

const LINK_INVALID = { status: 400, code: 'LINK_INVALID' };
const CHOSEN = 'what only the owner knows';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let admin: Person;
let invited = 0;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    env: {
      SMTP_URL: mailbox.url,
      FRONT_END_URL: 'https://clinic.example',
      EMAIL_VERIFICATION_REQUIRED: 'true',
    },
  });
  worker = await startWorker(clinic.environment, clinic.clock);
  admin = await clinic.admin();
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const newAddress = (): string => `Invited${(invited += 1)}@people.example`;
const invite = (body: object, key?: string) =>
  clinic.client.post('/api/users', body, {
    token: admin.token,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const accept = (token: string, password = CHOSEN) =>
  clinic.client.post('/api/auth/invitation', { token, password });
const logIn = (email: string, password = CHOSEN) =>
  clinic.client.post<{ user: { role: string } }>('/api/auth/login', { email, password });

const codeIn = ({ mail }: ReceivedMail): string => /#token=([\w-]+)/.exec(mail.text!)![1]!;
const emailsTo = (email: string, count = 1) => mailbox.mailsTo(email.toLowerCase(), count);

async function invitation(role = 'user'): Promise<{ id: number; email: string; code: string }> {
  const email = newAddress();
  const { body } = await invite({ email, role });
  const [received] = await emailsTo(email);
  return { id: body.id!, email, code: codeIn(received!) };
}

describe('an account that an admin creates without a password', () => {
  test.each([
    ['en', 'Your new account: Test Clinic', 'Choose a password, and it is yours.'],
    ['es', 'Su nueva cuenta: Test Clinic', 'Elija una contraseña y será suya.'],
  ])(
    'is taken over by its owner with a mailed code, in the owner’s language: %s',
    async (locale, subject, sentence) => {
      const email = newAddress();
      const { status, body } = await invite({ email, role: 'doctor', locale });
      expect(status).toBe(201);
      expect(body).toEqual({ id: body.id, email: email.toLowerCase(), role: 'doctor', locale, version: 1 });
      const [received] = await emailsTo(email);
      const code = codeIn(received!);
      expect(received!.mail.subject).toBe(subject);
      expect(received!.mail.text).toContain(sentence);
      expect(received!.mail.text).toContain(`https://clinic.example/invitation#token=${code}`);
      expect((await accept(code)).status).toBe(200);
      expect((await logIn(email)).body.user.role).toBe('doctor');
    },
  );

  test('cannot be logged in to before that, and its address is unconfirmed', async () => {
    const { id, email, code } = await invitation('doctor');
    for (const password of ['', CHOSEN, 'undefined', 'null'])
      expectProblem(await logIn(email, password), { status: 400, code: 'INVALID_CREDENTIALS' });
    const profile = { name: 'Dr. New', specialty: 'All', email: 'new@clinic.example', user_id: id };
    const bind = () => clinic.client.post('/api/doctors', profile, admin);
    expectProblem(await bind(), { status: 400, code: 'EMAIL_NOT_VERIFIED' });
    await accept(code);
    expect((await bind()).status).toBe(201);
  });

  test('leaves an event of its creation and one of its acceptance', async () => {
    const { id, code } = await invitation();
    await accept(code);
    const { body } = await clinic.client.get<{ action: string; actor_id: number | null }[]>(
      `/api/audit?subject=account&subject_id=${id}`,
      admin,
    );
    expect(body).toMatchObject([
      { action: 'account.invitation_accepted', actor_id: null },
      { action: 'account.opened', actor_id: admin.id, particulars: { role: 'user', invited: true } },
    ]);
  });

  test('is one account with one email, however often the request is sent with its key', async () => {
    const email = newAddress();
    const answers = [];
    for (let turn = 0; turn < 3; turn += 1) answers.push(await invite({ email, role: 'user' }, 'one key'));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await waitUntilDueSettled(clinic);
    expect(await emailsTo(email)).toHaveLength(1);
  });

  test('for a taken address: 400, and no email', async () => {
    const patient = await clinic.patient();
    expectProblem(await invite({ email: patient.email, role: 'doctor' }), {
      status: 400,
      code: 'EMAIL_TAKEN',
    });
    await waitUntilDueSettled(clinic);
    expect(mailbox.received.map(({ to }) => to)).not.toContain(patient.email);
  });

  test('can be taken over by a password reset too, which ends the invitation', async () => {
    const { email, code } = await invitation();
    await clinic.client.post('/api/auth/password/forgot', { email });
    const reset = await mailbox.codeTo(email.toLowerCase(), 'reset-password');
    const body = { token: reset, new_password: CHOSEN };
    expect((await clinic.client.post('/api/auth/password/reset', body)).status).toBe(200);
    expect((await logIn(email)).status).toBe(200);
    expectProblem(await accept(code, 'another password'), LINK_INVALID);
  });
});

describe('the code of an invitation', () => {
  test('is valid once, even when it is sent twice at the same time', async () => {
    const { email, code } = await invitation();
    const passwords = ['the first of two', 'the second of two'];
    const answers = await Promise.all(passwords.map((password) => accept(code, password)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expectProblem(await accept(code), LINK_INVALID);
    const winner = passwords[answers.findIndex(({ status }) => status === 200)]!;
    expect((await logIn(email, winner)).status).toBe(200);
  });

  test('stays valid when a password is refused', async () => {
    const { email, code } = await invitation();
    for (const password of ['short', 'password', email, 'TestClinic2026']) {
      const problem = expectProblem(await accept(code, password), { status: 400 });
      expect(invalidFields(problem)).toEqual(['password']);
    }
    expect((await accept(code)).status).toBe(200);
  });

  test('works for nothing else, and no other code works as an invitation', async () => {
    const { email, code } = await invitation();
    const { client } = clinic;
    expectProblem(
      await client.post('/api/auth/password/reset', { token: code, new_password: CHOSEN }),
      LINK_INVALID,
    );
    expectProblem(
      await client.post('/api/auth/verify-email', { token: code, password: CHOSEN }),
      LINK_INVALID,
    );
    await client.post('/api/auth/password/forgot', { email });
    expectProblem(await accept(await mailbox.codeTo(email.toLowerCase(), 'reset-password')), LINK_INVALID);
    for (const guess of ['x', 'A'.repeat(64), code.slice(0, -1)])
      expectProblem(await accept(guess), LINK_INVALID);
    expect((await accept(code)).status).toBe(200);
  });

  test('is invalid while the account is disabled', async () => {
    const { id, code } = await invitation();
    await clinic.client.patch(`/api/users/${id}`, { disabled: true }, admin);
    expectProblem(await accept(code), LINK_INVALID);
  });

  test('is valid for seven days', async () => {
    const [late, soon] = [await invitation(), await invitation()];
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ days: 6, hours: 23, minutes: 59 });
    expect((await accept(soon.code)).status).toBe(200);
    clinic.clock.advance({ minutes: 1 });
    expectProblem(await accept(late.code), LINK_INVALID);
  });
});

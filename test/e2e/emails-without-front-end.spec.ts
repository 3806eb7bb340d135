import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { oneLine, visibleText } from '../support/readable.js';
import { startWorker } from '../support/worker.js';

// Without FRONT_END_URL, emails cannot link to a page, so their text names the route that accepts the code.

const PASSWORD = 'a long enough password';
const NEW = 'the phrase of the owner';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
  worker = await startWorker(clinic.environment, clinic.clock);
  doctor = await clinic.doctor();
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

async function register(email: string): Promise<Person> {
  const account = { email, password: PASSWORD };
  expect((await clinic.client.post('/api/auth/register', account)).status).toBe(201);
  const { body } = await clinic.client.post<{ token: string; user: { id: number } }>(
    '/api/auth/login',
    account,
  );
  return { ...account, id: body.user.id, token: body.token };
}

/** The text of the newest of `count` emails to an address, in one line. Its HTML must name the same routes. */
async function lastEmail(email: string, count = 1): Promise<string> {
  const { mail } = (await mailbox.mailsTo(email, count)).at(-1)!;
  const text = oneLine(mail.text);
  for (const route of text.match(/POST \/api\/[\w/-]+/g) ?? [])
    expect(visibleText(mail.html!)).toContain(route);
  return text;
}

/** Follows the instructions of an email: sends the body to the route that is named after `words`. */
async function follow(text: string, words: RegExp, body: object): Promise<number> {
  const [, path] = new RegExp(`${words.source}.*?POST (/api/[\\w/-]*\\w)`).exec(text)!;
  return (await clinic.client.post(path!, body)).status;
}

const codeIn = (text: string, label: string): string => new RegExp(`${label}: ([\\w-]{60,})`).exec(text)![1]!;

test('an email to an unconfirmed address says how to confirm it, and the instructions work', async () => {
  const person = await register('reader@people.example');
  await book(clinic, person, doctor, { date: '2026-03-04', time: '09:00' });
  expect(await follow(await lastEmail(person.email), /Confirm this address/, { email: person.email })).toBe(
    200,
  );
  const email = await lastEmail(person.email, 2);
  const token = codeIn(email, 'Code to confirm this address');
  expect(await follow(email, /Enter the “Code to confirm this address”/, { token, password: PASSWORD })).toBe(
    200,
  );
  const { body } = await clinic.client.get('/api/auth/me', person);
  expect(body).toMatchObject({ email: person.email });
  expect(
    await clinic.query('SELECT 1 FROM accounts WHERE id = ? AND verified_at IS NULL', [person.id]),
  ).toEqual([]);
});

test('an email to an unconfirmed address says how to refuse further ones, and the instructions work', async () => {
  const person = await register('refuser@people.example');
  await book(clinic, person, doctor, { date: '2026-03-04', time: '10:00' });
  const text = await lastEmail(person.email);
  const token = codeIn(text, 'Code for “This is not me”');
  expect(await follow(text, /This is not me/, { token })).toBe(200);
  await book(clinic, person, doctor, { date: '2026-03-04', time: '11:00' });
  await waitUntilDueSettled(clinic);
  expect(mailbox.received.filter(({ to }) => to === person.email)).toHaveLength(1);
});

test('an email with a code says where to enter it, and not to share it', async () => {
  const [person, admin] = [await clinic.patient(), await clinic.admin()];
  await clinic.client.post('/api/auth/password/forgot', { email: person.email });
  const reset = await lastEmail(person.email);
  expect(reset).toContain('Give this code to nobody');
  const token = codeIn(reset, 'Code for a new password');
  expect(await follow(reset, /Enter the “Code/, { token, new_password: NEW })).toBe(200);

  const email = 'invited@people.example';
  await clinic.client.post('/api/users', { email, role: 'user' }, admin);
  const invitation = await lastEmail(email);
  const accepted = { token: codeIn(invitation, 'Code to choose a password'), password: NEW };
  expect(await follow(invitation, /Enter the “Code/, accepted)).toBe(200);

  const change = { email: 'changed@people.example', password: admin.password };
  expect((await clinic.client.patch('/api/auth/me', change, admin)).status).toBe(200);
  const changed = await lastEmail(change.email);
  const finished = { token: codeIn(changed, 'Code to confirm this address'), password: admin.password };
  expect(await follow(changed, /Enter the “Code/, finished)).toBe(200);
});

test('the instructions are in Spanish too', async () => {
  const account = { email: 'lectora@people.example', password: PASSWORD, locale: 'es' };
  await clinic.client.post('/api/auth/register', account);
  await clinic.client.post('/api/auth/verify-email/send', { email: account.email });
  const text = await lastEmail(account.email);
  expect(text).toMatch(/POST \/api\/auth\/verify-email[.,]/);
  expect(text).toContain('POST /api/auth/not-me');
  expect(codeIn(text, 'Código para «No soy yo»')).not.toBe(
    codeIn(text, 'Código para confirmar esta dirección'),
  );
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { withSecondFactor } from '../support/authenticator.js';
import type { Clinic, Person } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import type { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { oneLine, visibleText } from '../support/readable.js';

const NEW = 'quite another pass phrase';

let service: ClinicWithEmail;
let clinic: Clinic;
let mailbox: Mailbox;
let admin: Person;

beforeAll(async () => {
  service = await ClinicWithEmail.open();
  ({ clinic, mailbox } = service);
  admin = await clinic.admin();
});

afterAll(() => service?.close());

const subjectsTo = ({ email }: Pick<Person, 'email'>) => service.subjectsTo(email);

const change = (id: number, body: object) =>
  clinic.client.patch(`/api/users/${id}`, { your_password: admin.password, ...body }, admin);

test('the owner is notified of a changed password, in the account’s language, with the time', async () => {
  const person = await clinic.patient('es');
  const { status } = await clinic.client.post(
    '/api/auth/password',
    { old_password: person.password, new_password: NEW },
    person,
  );
  expect(status).toBe(200);
  expect(await subjectsTo(person)).toEqual(['Su contraseña ha cambiado']);
  const [email] = await mailbox.mailsTo(person.email, 1);
  for (const text of [oneLine(email!.mail.text), visibleText(email!.mail.html!)]) {
    expect(text).toMatch(/domingo, 1 de marzo de 2026, a las 11:00 \(Europe\/Madrid, GMT\+1\)/);
    expect(text).toContain('avise al centro');
    expect(text).not.toContain(NEW);
  }
});

test('the owner is notified of a password reset too', async () => {
  const person = await clinic.patient();
  await clinic.client.post('/api/auth/password/forgot', { email: person.email });
  const [email] = await mailbox.mailsTo(person.email, 1);
  const token = /#token=([\w-]+)/.exec(email!.mail.text!)![1];
  await clinic.client.post('/api/auth/password/reset', { token, new_password: NEW });
  expect(await subjectsTo(person)).toEqual(['Choose a new password', 'Your password was changed']);
});

test('a refused change sends no notice', async () => {
  const person = await clinic.patient();
  const body = { old_password: 'a guess', new_password: NEW };
  expect((await clinic.client.post('/api/auth/password', body, person)).status).toBe(400);
  expect(await subjectsTo(person)).toEqual([]);
});

test('the owner is notified when a second factor is added and when it is removed', async () => {
  const person = await withSecondFactor(clinic, await clinic.patient());
  const body = { password: person.password, code: person.digits() };
  expect(
    (await clinic.client.send('DELETE', '/api/auth/second-factor', { token: person.token, body })).status,
  ).toBe(200);
  const removed = await withSecondFactor(clinic, await clinic.patient());
  expect((await change(removed.id, { second_factor: false })).status).toBe(200);
  for (const each of [person, removed])
    expect((await subjectsTo(each)).sort()).toEqual([
      'A second factor was added',
      'The second factor was removed',
    ]);
});

test('the owner is notified of a new role, and all other admins of a new admin', async () => {
  const [other, disabled, person, patient] = [
    await clinic.admin(),
    await clinic.admin(),
    await clinic.person('doctor'),
    await clinic.patient(),
  ];
  await change(disabled.id, { disabled: true });
  await waitUntilDueSettled(clinic);
  const before = mailbox.received.length;
  expect((await change(person.id, { role: 'admin' })).status).toBe(200);
  expect(await subjectsTo(person)).toEqual(['Your role was changed']);
  const later = mailbox.received.slice(before);
  expect(later.map(({ to }) => to).sort()).toEqual([admin.email, other.email, person.email].sort());
  const toOther = later.find(({ to }) => to === other.email)!;
  expect(toOther.mail.subject).toBe('There is a new admin: Test Clinic');
  expect(oneLine(toOther.mail.text)).toContain(`Account: ${person.email}`);
  expect(oneLine(later.find(({ to }) => to === person.email)!.mail.text)).toContain('Role: Admin');
  expect(await subjectsTo(patient)).toEqual([]);
});

test.each([
  ['with a password', { password: 'a long enough password' }],
  ['by invitation', {}],
])('the other admins are notified of an admin account created %s', async (_, more) => {
  const email = `opened${Object.keys(more).length}@people.example`;
  const body = { email, role: 'admin', your_password: admin.password, ...more };
  const before = mailbox.received.length;
  expect((await clinic.client.post('/api/users', body, admin)).status).toBe(201);
  await waitUntilDueSettled(clinic);
  const notices = mailbox.received.slice(before).filter(({ to }) => to === admin.email);
  expect(notices).toHaveLength(1);
  expect(oneLine(notices[0]!.mail.text)).toContain(`Account: ${email}`);
});

test('all other admins are notified when an admin is enabled again, but not when a patient is', async () => {
  const [former, patient] = [await clinic.admin(), await clinic.patient()];
  for (const { id } of [former, patient]) await change(id, { disabled: true });
  await waitUntilDueSettled(clinic);
  const before = mailbox.received.length;
  expect((await change(former.id, { disabled: false })).status).toBe(200);
  expect((await change(patient.id, { disabled: false })).status).toBe(200);
  // No change, so no notice.
  expect((await change(former.id, { disabled: false })).status).toBe(200);
  await waitUntilDueSettled(clinic);
  const notices = mailbox.received.slice(before);
  expect(notices.map(({ to }) => to)).toContain(admin.email);
  expect(notices.map(({ to }) => to)).not.toContain(former.email);
  expect(new Set(notices.map(({ to }) => to)).size).toBe(notices.length);
  for (const { mail } of notices) {
    expect(mail.subject).toBe('There is a new admin: Test Clinic');
    expect(oneLine(mail.text)).toContain(`Account: ${former.email}`);
  }
});

test('a notice is in the ledger as soon as the change is made, even if the worker is down', async () => {
  const person = await clinic.patient();
  await service.worker.close();
  const body = { old_password: person.password, new_password: NEW };
  await clinic.client.post('/api/auth/password', body, person);
  const rows = await clinic.query(
    'SELECT kind, state, account_id, booking_id, link_id FROM notifications WHERE account_id = ?',
    [person.id],
  );
  expect(rows).toEqual([
    { kind: 'password_changed', state: 'pending', account_id: person.id, booking_id: null, link_id: null },
  ]);
  await service.restartWorker();
  await mailbox.mailsTo(person.email, 1);
});

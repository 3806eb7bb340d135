import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Clinic, Person } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import { eventually } from '../support/eventually.js';
import type { Mailbox } from '../support/mailbox.js';
import { notificationsOf, waitUntilDueSettled } from '../support/notifications.js';
import { bookFor, insertPatient } from '../support/patients.js';
import { expectProblem } from '../support/problems.js';

const NEW = 'another fine password';

let service: ClinicWithEmail;
let clinic: Clinic;
let mailbox: Mailbox;
let admin: Person;
let patient: Person;

beforeAll(async () => {
  service = await ClinicWithEmail.open();
  ({ clinic, mailbox } = service);
  admin = await clinic.admin();
});

afterAll(() => service?.close());

beforeEach(async () => {
  mailbox.onRecipient = () => undefined;
  patient = await clinic.patient();
});

const retry = (id: number) => clinic.client.post(`/api/notifications/${id}/retry`, undefined, admin);

/** Waits until the email that `cause` triggers is dead, then lets the mail server accept emails again. */
async function causeDead(kind: string, cause: () => Promise<unknown>): Promise<number> {
  mailbox.onRecipient = (address) =>
    address === patient.email ? { responseCode: 550, message: 'gone' } : undefined;
  await cause();
  const id = await eventually(`${kind} is dead`, async () => {
    const [row] = await clinic.query<{ id: number }>(
      "SELECT id FROM notifications WHERE account_id = ? AND kind = ? AND state = 'dead'",
      [patient.id, kind],
    );
    return row?.id;
  });
  mailbox.onRecipient = () => undefined;
  return id;
}

const forgot = () => clinic.client.post('/api/auth/password/forgot', { email: patient.email });
const changePassword = () =>
  clinic.client.post('/api/auth/password', { old_password: patient.password, new_password: NEW }, patient);

test('a dead code can be retried, and then works', async () => {
  const id = await causeDead('password_reset', forgot);
  expect((await retry(id)).status).toBe(200);
  const token = await mailbox.codeTo(patient.email, 'reset-password');
  const body = { token, new_password: 'a new password for all' };
  expect((await clinic.client.post('/api/auth/password/reset', body)).status).toBe(200);
  await waitUntilDueSettled(clinic);
  expectProblem(await retry(id), { status: 404, code: 'NOT_DEAD' });
});

test('a dead account notice can be retried', async () => {
  const id = await causeDead('password_changed', changePassword);
  expect((await retry(id)).status).toBe(200);
  const [mail] = await mailbox.mailsTo(patient.email, 1);
  expect(mail!.mail.subject).toBe('Your password was changed: Test Clinic');
});

test('a used or expired code cannot be retried', async () => {
  const id = await causeDead('password_reset', forgot);
  await clinic.query('UPDATE account_links SET used_at = ? WHERE account_id = ?', [
    new Date(clinic.clock.now()),
    patient.id,
  ]);
  expectProblem(await retry(id), { status: 404, code: 'NOT_DEAD' });
  await clinic.query('UPDATE account_links SET used_at = NULL WHERE account_id = ?', [patient.id]);
  await waitUntilDueSettled(clinic);
  clinic.clock.advance({ minutes: 60 });
  expectProblem(await retry(id), { status: 404, code: 'NOT_DEAD' });
});

test('an email to an erased account cannot be retried', async () => {
  const id = await causeDead('password_changed', changePassword);
  const { email } = patient;
  const { body } = await clinic.client.post('/api/auth/login', { email, password: NEW });
  const erased = await clinic.client.send('DELETE', '/api/auth/me', {
    body: { password: NEW },
    token: body.token as string,
  });
  expect(erased.status).toBe(200);
  expectProblem(await retry(id), { status: 404, code: 'NOT_DEAD' });
});

test('a dead email to a patient without an account can be retried', async () => {
  const [desk, doctor, email] = [
    await clinic.person('staff'),
    await clinic.doctor(),
    'retried@people.example',
  ];
  mailbox.onRecipient = (address) => (address === email ? { responseCode: 550, message: 'gone' } : undefined);
  const wish = { date: '2026-03-03', time: '09:00' };
  const { id } = await bookFor(clinic, desk, await insertPatient(clinic, { email }), doctor, wish);
  await waitUntilDueSettled(clinic);
  mailbox.onRecipient = () => undefined;
  const [dead] = await notificationsOf(clinic, id);
  expect(dead!.state).toBe('dead');
  expect((await retry(dead!.id)).status).toBe(200);
  await mailbox.mailsTo(email, 1);
});

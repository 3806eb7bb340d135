import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { book } from '../support/appointments.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { expectProblem } from '../support/problems.js';
import { cancel } from '../support/races.js';
import { startWorker } from '../support/worker.js';

const WEDNESDAY = '2026-03-04';
const LINK_INVALID = { status: 400, code: 'LINK_INVALID' };

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;
let patient: Person;
let registered = 0;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    env: { SMTP_URL: mailbox.url, FRONT_END_URL: 'https://clinic.example/app/' },
  });
  worker = await startWorker(clinic.environment, clinic.clock);
});

beforeEach(async () => {
  [doctor, patient] = [await clinic.doctor(), await clinic.patient()];
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const post = (path: string, body: object, person?: Person) =>
  clinic.client.post(`/api/auth/${path}`, body, person);
const bookAt = (time: string, person = patient) => book(clinic, person, doctor, { date: WEDNESDAY, time });

async function subjectsTo({ email }: Pick<Person, 'email'>): Promise<string[]> {
  await waitUntilDueSettled(clinic);
  return mailbox.received.filter(({ to }) => to === email).map(({ mail }) => mail.subject!.split(':')[0]!);
}

/** Counts the settled notifications of an account by state and reason. */
async function outcomes({ id }: Person): Promise<Record<string, number>> {
  await waitUntilDueSettled(clinic);
  const rows = await clinic.query<{ state: string; reason: string | null }>(
    "SELECT state, reason FROM notifications WHERE account_id = ? AND state IN ('sent', 'cancelled', 'dead')",
    [id],
  );
  const counts: Record<string, number> = {};
  for (const { state, reason } of rows) {
    const outcome = reason === null ? state : `${state}: ${reason}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** Registers a patient with an unconfirmed address. */
async function unconfirmedPatient(): Promise<Person> {
  registered += 1;
  const account = { email: `unconfirmed${registered}@people.example`, password: 'a long enough password' };
  expect((await post('register', account)).status).toBe(201);
  const { body } = await clinic.client.post<{ token: string; user: { id: number } }>(
    '/api/auth/login',
    account,
  );
  return { ...account, id: body.user.id, token: body.token };
}

describe('an address has a daily budget', () => {
  test('of twenty emails about bookings within 24 hours; further notifications are cancelled with the reason', async () => {
    await bookInBulk(clinic, patient, doctor, 25);
    expect(await outcomes(patient)).toEqual({
      sent: 20,
      'cancelled: the address has had its mails of the day': 5,
    });
    clinic.clock.advance({ hours: 23, minutes: 59 });
    await bookInBulk(clinic, patient, doctor, 1);
    expect(await subjectsTo(patient)).toHaveLength(20);
    clinic.clock.advance({ minutes: 2 });
    await bookInBulk(clinic, patient, doctor, 1);
    expect(await subjectsTo(patient)).toHaveLength(21);
    clinic.clock.set('2026-03-01T10:00:00Z');
  });

  test('of five until it is confirmed, and the last is reserved for a password reset', async () => {
    const person = await unconfirmedPatient();
    await bookInBulk(clinic, person, doctor, 8);
    expect(await outcomes(person)).toEqual({
      sent: 4,
      'cancelled: the address has had its mails of the day': 4,
    });
    await post('password/forgot', { email: person.email });
    expect(await outcomes(person)).toMatchObject({ sent: 5 });
  });

  test('that never suppresses a cancellation, a notice or a code', async () => {
    const booking = await bookAt('09:00');
    await bookInBulk(clinic, patient, doctor, 25);
    await waitUntilDueSettled(clinic);
    expect((await cancel(clinic, patient, booking.id)).status).toBe(200);
    await post('password/forgot', { email: patient.email });
    await post('password', { old_password: patient.password, new_password: 'quite another phrase' }, patient);
    expect((await subjectsTo(patient)).slice(20).sort()).toEqual([
      'Appointment cancelled',
      'Choose a new password',
      'Your password was changed',
    ]);
  });

  test('of its own', async () => {
    await bookInBulk(clinic, patient, doctor, 25);
    const other = await clinic.patient();
    await bookAt('10:00', other);
    expect(await subjectsTo(other)).toEqual(['Appointment confirmed']);
  });
});

describe('an email to an unconfirmed address', () => {
  const linkIn = (text: string, page: string): string | undefined =>
    new RegExp(`https://clinic\\.example/app/${page}(?:#token=([\\w-]+))?`).exec(text)?.[0];
  const notMeIn = (text: string): string => /not-me#token=([\w-]+)/.exec(text)![1]!;

  /** Books, and returns the "This is not me" code of the confirmation. */
  async function codeTo(person: Person): Promise<string> {
    await bookAt('11:00', person);
    const { mail } = (await mailbox.mailsTo(person.email, 1))[0]!;
    return notMeIn(mail.text!);
  }

  test('links to confirming the address and to "This is not me"; one to a confirmed address does not', async () => {
    const person = await unconfirmedPatient();
    await bookAt('10:00', person);
    const { mail } = (await mailbox.mailsTo(person.email, 1))[0]!;
    expect(linkIn(mail.text!, 'verify-email')).toBe('https://clinic.example/app/verify-email');
    expect(linkIn(mail.text!, 'not-me')).toMatch(/#token=[\w-]{80,}$/);
    expect(mail.html).toContain('>This is not me</a>');
    await bookAt('10:30', patient);
    const [confirmed] = await mailbox.mailsTo(patient.email, 1);
    expect(confirmed!.mail.text).not.toContain('not-me');
  });

  test('is the last one after "This is not me": no bookings, notices or codes follow, even for a new account', async () => {
    const person = await unconfirmedPatient();
    const token = await codeTo(person);
    expect((await post('not-me', { token })).status).toBe(200);
    expect((await post('not-me', { token })).status).toBe(200);
    const booking = await bookAt('12:00', person);
    await cancel(clinic, person, booking.id);
    await post('verify-email/send', { email: person.email });
    await post('password', { old_password: person.password, new_password: 'quite another phrase' }, person);
    expect(await subjectsTo(person)).toHaveLength(1);
    expect(await outcomes(person)).toMatchObject({
      sent: 1,
      'cancelled: the owner of the address wants no mails': 4,
    });
    // Erase the account and register the same address again.
    const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', {
      email: person.email,
      password: 'quite another phrase',
    });
    const erased = await clinic.client.send('DELETE', '/api/auth/me', {
      token: body.token,
      body: { password: 'quite another phrase' },
    });
    expect(erased.status).toBe(200);
    await post('register', { email: person.email, password: person.password });
    await post('verify-email/send', { email: person.email });
    expect(await subjectsTo(person)).toHaveLength(1);
  });

  test('is sent again after the owner has confirmed the address by a password reset', async () => {
    const person = await unconfirmedPatient();
    await post('not-me', { token: await codeTo(person) });
    await post('password/forgot', { email: person.email });
    const mails = await mailbox.mailsTo(person.email, 2);
    await post('password/forgot', { email: person.email });
    await waitUntilDueSettled(clinic);
    const token = /reset-password#token=([\w-]+)/.exec(mails[1]!.mail.text!)![1];
    expect((await post('password/reset', { token, new_password: 'the phrase of the owner' })).status).toBe(
      200,
    );
    expect(await subjectsTo(person)).toEqual([
      'Appointment confirmed',
      'Choose a new password',
      'Your password was changed',
    ]);
    expectProblem(await post('not-me', { token: notMeIn(mails[0]!.mail.text!) }), LINK_INVALID);
  });

  test('has a "This is not me" code that is invalid after the account is erased', async () => {
    const person = await unconfirmedPatient();
    const token = await codeTo(person);
    const erased = await clinic.client.send('DELETE', '/api/auth/me', {
      token: person.token,
      body: { password: person.password },
    });
    expect(erased.status).toBe(200);
    expectProblem(await post('not-me', { token }), LINK_INVALID);
  });

  test('is not stopped by invented or altered codes', async () => {
    const person = await unconfirmedPatient();
    const token = await codeTo(person);
    for (const guess of ['x', token.slice(1), `${token}A`, 'A'.repeat(token.length)])
      expectProblem(await post('not-me', { token: guess }), LINK_INVALID);
    await post('password/forgot', { email: person.email });
    expect(await subjectsTo(person)).toHaveLength(2);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import type { Clinic, DoctorPerson, Person } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import type { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { registered } from '../support/registration.js';

const PASSWORD = 'a long enough password';
const NOON = '2026-03-01T12:00:00Z';
const SPENT = 'the address has had its mails of the day';

let service: ClinicWithEmail;
let clinic: Clinic;
let mailbox: Mailbox;
let doctor: DoctorPerson;
let addresses = 0;

beforeAll(async () => {
  service = await ClinicWithEmail.open();
  ({ clinic, mailbox } = service);
  doctor = await clinic.doctor();
});

beforeEach(() => clinic.clock.set(NOON));

afterAll(() => service?.close());

const newAddress = (): string => `victim${(addresses += 1)}@people.example`;
const post = (path: string, body: object, person?: Person) =>
  clinic.client.post(`/api/auth/${path}`, body, person);
const forgot = (email: string) => post('password/forgot', { email });
const askFor = (email: string, person: Person) =>
  clinic.client.patch('/api/auth/me', { email, password: person.password }, person);
const register = (email: string) => registered(clinic, email, PASSWORD);
const subjectsTo = (email: string) => service.subjectsTo(email);
const count = async (email: string) => (await service.subjectsTo(email)).length;

async function pass(time: { days?: number; hours?: number; minutes?: number }): Promise<void> {
  await waitUntilDueSettled(clinic);
  clinic.clock.advance(time);
}

describe('all kinds of emails together', () => {
  test('an unconfirmed address gets five a day, and the last is reserved for a password reset', async () => {
    const email = newAddress();
    const person = await register(email);
    await post('verify-email/send', { email });
    await bookInBulk(clinic, person, doctor, 6);
    await waitUntilDueSettled(clinic);
    expect(await count(email)).toBe(4);
    await forgot(email);
    expect((await subjectsTo(email)).at(-1)).toBe('Choose a new password');
    await pass({ minutes: 2 });
    await forgot(email);
    await post('verify-email/send', { email });
    expect(await count(email)).toBe(5);
    const rows = await clinic.query<{ reason: string }>(
      "SELECT DISTINCT reason FROM notifications WHERE account_id = ? AND state = 'cancelled'",
      [person.id],
    );
    expect(rows).toEqual([{ reason: SPENT }]);
  });

  test('emails that strangers request leave an unconfirmed address room for two about bookings and two notices', async () => {
    const email = newAddress();
    const person = await register(email);
    for (const minutes of [0, 2, 10, 60]) {
      await pass({ minutes });
      await forgot(email);
      await post('verify-email/send', { email });
    }
    expect(await count(email)).toBe(5);
    await bookInBulk(clinic, person, doctor, 6);
    expect(await count(email)).toBe(7);
    await askFor(newAddress(), person);
    expect((await subjectsTo(email)).at(-1)).toBe('Your address is to be changed');
    await post('password', { old_password: PASSWORD, new_password: 'quite another phrase' }, person);
    expect((await subjectsTo(email)).at(-1)).toBe('Your password was changed');
    expect(await count(email)).toBe(9);
  });

  test('emails that strangers request take at most a quarter of a confirmed address’s budget', async () => {
    const person = await clinic.patient();
    for (const minutes of [0, 2, 10, 60]) {
      await pass({ minutes });
      await forgot(person.email);
    }
    await bookInBulk(clinic, person, doctor, 20);
    const subjects = await subjectsTo(person.email);
    expect(subjects.filter((subject) => subject === 'Choose a new password')).toHaveLength(4);
    expect(subjects).toHaveLength(20);
  });

  test('no flood keeps a cancellation, a notice or a code from a confirmed address', async () => {
    const person = await clinic.patient();
    await bookInBulk(clinic, person, doctor, 25);
    expect(await count(person.email)).toBe(20);
    await bookInBulk(clinic, person, doctor, 25, 'cancelled');
    expect(await count(person.email)).toBe(40);
    await forgot(person.email);
    await waitUntilDueSettled(clinic);
    await post('password', { old_password: person.password, new_password: 'quite another phrase' }, person);
    expect((await subjectsTo(person.email)).slice(40).sort()).toEqual([
      'Choose a new password',
      'Your password was changed',
    ]);
  });

  test('the limit of an unconfirmed address holds when its account changes to another address meanwhile', async () => {
    const [email, next] = [newAddress(), newAddress()];
    const person = await register(email);
    await bookInBulk(clinic, person, doctor, 6);
    expect(await count(email)).toBe(4);
    await service.worker.close();
    try {
      expect((await askFor(next, person)).status).toBe(200);
      const [link] = await clinic.query<{ uid: string }>(
        "SELECT uid FROM account_links WHERE account_id = ? AND kind = 'change_address'",
        [person.id],
      );
      const token = linkTokenOf(link!.uid, 'change_address', clinic.environment.JWT_SECRET);
      expect((await post('change-email', { token, password: PASSWORD })).status).toBe(200);
    } finally {
      await service.restartWorker();
    }
    expect((await subjectsTo(email)).slice(4).sort()).toEqual([
      'Your address is to be changed',
      'Your address was changed',
    ]);
    expect(await subjectsTo(next)).toEqual(['Your address was changed']);
  });

  test('emails that could not be sent do not count', async () => {
    const email = newAddress();
    const person = await register(email);
    mailbox.onRecipient = (address) =>
      address === email ? { responseCode: 550, message: 'not now' } : undefined;
    await bookInBulk(clinic, person, doctor, 4);
    expect(await count(email)).toBe(0);
    mailbox.onRecipient = () => undefined;
    await bookInBulk(clinic, person, doctor, 4);
    expect(await count(email)).toBe(4);
  });
});

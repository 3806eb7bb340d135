import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Clinic } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import type { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { loggedIn, registered } from '../support/registration.js';

const PASSWORD = 'a long enough password';
const NOON = '2026-03-01T12:00:00Z';

let service: ClinicWithEmail;
let clinic: Clinic;
let mailbox: Mailbox;
let addresses = 0;

beforeAll(async () => {
  service = await ClinicWithEmail.open();
  ({ clinic, mailbox } = service);
});

beforeEach(() => clinic.clock.set(NOON));

afterAll(() => service?.close());

const newAddress = (): string => `victim${(addresses += 1)}@people.example`;
const post = (path: string, body: object) => clinic.client.post(`/api/auth/${path}`, body);
const forgot = (email: string) => post('password/forgot', { email });
const register = (email: string) => registered(clinic, email, PASSWORD);
const logIn = (email: string, password: string) => loggedIn(clinic, email, password);
const count = async (email: string) => (await service.subjectsTo(email)).length;

async function pass(time: { days?: number; hours?: number; minutes?: number }): Promise<void> {
  await waitUntilDueSettled(clinic);
  clinic.clock.advance(time);
}

describe('the owner has a valid code, however often strangers request codes', () => {
  const reset = (token: string) => post('password/reset', { token, new_password: 'the phrase of the owner' });
  const lastReset = (email: string, many: number) => mailbox.codeTo(email, 'reset-password', many);

  test('even on a day when no further code is mailed, and the email says until when it is valid', async () => {
    const person = await clinic.patient();
    for (const minutes of [0, 2, 10, 60]) {
      await pass({ minutes });
      await forgot(person.email);
    }
    const token = await lastReset(person.email, 4);
    const { mail } = mailbox.received.filter(({ to }) => to === person.email).at(-1)!;
    expect(mail.text).toMatch(/Valid until: Monday, 2 March 2026 at 14:12/);
    await pass({ hours: 23, minutes: 58 });
    await forgot(person.email);
    expect(await count(person.email)).toBe(4);
    expect((await reset(token)).status).toBe(200);
  });

  test('after a day without requests the next code is mailed', async () => {
    const person = await clinic.patient();
    for (const minutes of [0, 2, 10, 60, 1440]) {
      await pass({ minutes });
      await forgot(person.email);
    }
    expect((await reset(await lastReset(person.email, 5))).status).toBe(200);
  });

  test('even if somebody who knows the password ends all sessions', async () => {
    const person = await clinic.patient();
    for (const minutes of [0, 2, 10, 60]) {
      await pass({ minutes });
      await forgot(person.email);
    }
    await waitUntilDueSettled(clinic);
    const { token } = await logIn(person.email, person.password);
    expect((await clinic.client.post('/api/auth/logout-everywhere', undefined, { token })).status).toBe(200);
    expect((await reset(await lastReset(person.email, 4))).status).toBe(200);
  });

  test('a code that confirms an address is valid for as long as the pause after it', async () => {
    const email = newAddress();
    await register(email);
    for (const minutes of [0, 2, 10, 60]) {
      await pass({ minutes });
      await post('verify-email/send', { email });
    }
    const token = await mailbox.codeTo(email, 'verify-email', 4);
    await pass({ hours: 23, minutes: 58 });
    expect((await post('verify-email', { token, password: PASSWORD })).status).toBe(200);
  });

  test('a reset that exceeded the budget does not start a pause of a day', async () => {
    const person = await clinic.patient();
    for (const minutes of [0, 2, 10, 60]) {
      await pass({ minutes });
      await forgot(person.email);
    }
    await waitUntilDueSettled(clinic);
    await clinic.query("UPDATE notifications SET state = 'cancelled' WHERE account_id = ?", [person.id]);
    await pass({ hours: 1 });
    await forgot(person.email);
    expect(await count(person.email)).toBe(5);
  });
});

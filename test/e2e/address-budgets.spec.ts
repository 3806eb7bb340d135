import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { Sweeper } from '../../src/ops/sweeper.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { expectProblem } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';
import { startWorker } from '../support/worker.js';

const PASSWORD = 'a long enough password';
const NOON = '2026-03-01T12:00:00Z';
const SPENT = 'the address has had its mails of the day';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;
let addresses = 0;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    env: { SMTP_URL: mailbox.url, FRONT_END_URL: 'https://clinic.example/app' },
  });
  worker = await startWorker(clinic.environment, clinic.clock);
  doctor = await clinic.doctor();
});

beforeEach(() => clinic.clock.set(NOON));

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const newAddress = (): string => `victim${(addresses += 1)}@people.example`;
const post = (path: string, body: object, person?: Person) =>
  clinic.client.post(`/api/auth/${path}`, body, person);
const forgot = (email: string) => post('password/forgot', { email });
const askFor = (email: string, person: Person) =>
  clinic.client.patch('/api/auth/me', { email, password: person.password }, person);

/** Registers an unconfirmed address and logs in. */
async function register(email: string, password = PASSWORD): Promise<Person> {
  expect((await post('register', { email, password })).status).toBe(201);
  return logIn(email, password);
}

async function logIn(email: string, password: string): Promise<Person> {
  const { body } = await clinic.client.post<{ token: string; user: { id: number } }>('/api/auth/login', {
    email,
    password,
  });
  return { id: body.user.id, email, password, token: body.token };
}

async function erase({ token, password }: Person): Promise<void> {
  const { status } = await clinic.client.send('DELETE', '/api/auth/me', { token, body: { password } });
  expect(status).toBe(200);
}

async function subjectsTo(email: string): Promise<string[]> {
  await waitUntilDueSettled(clinic);
  return mailbox.received.filter(({ to }) => to === email).map(({ mail }) => mail.subject!.split(':')[0]!);
}

async function count(email: string): Promise<number> {
  return (await subjectsTo(email)).length;
}

async function pass(time: { days?: number; hours?: number; minutes?: number }): Promise<void> {
  await waitUntilDueSettled(clinic);
  clinic.clock.advance(time);
}

describe('emails are counted by recipient address, across accounts', () => {
  test('erasing the account and registering the address again allows no further emails that day', async () => {
    const email = newAddress();
    for (let turn = 0; turn < 4; turn += 1) {
      const person = await register(email);
      await bookInBulk(clinic, person, doctor, 6);
      await forgot(email);
      await waitUntilDueSettled(clinic);
      await erase(person);
    }
    expect(await count(email)).toBe(5);
    await pass({ days: 1, minutes: 1 });
    await bookInBulk(clinic, await register(email), doctor, 1);
    expect(await count(email)).toBe(6);
  });

  test('erasing the account does not reset the pause between codes', async () => {
    const email = newAddress();
    const first = await register(email);
    await forgot(email);
    await pass({ minutes: 2 });
    await forgot(email);
    await waitUntilDueSettled(clinic);
    await erase(first);
    await register(email);
    await pass({ minutes: 9 });
    await forgot(email);
    expect(await count(email)).toBe(2);
    await pass({ minutes: 1 });
    await forgot(email);
    expect(await count(email)).toBe(3);
  });

  test('accounts that ask for the same new address share its pause, even when they ask at the same time', async () => {
    const email = newAddress();
    const accounts = await Promise.all(Array.from({ length: 5 }, () => clinic.patient()));
    const answers = await Promise.all(accounts.map((person) => askFor(email, person)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429, 429]);
    expect(await subjectsTo(email)).toEqual(['Confirm your new address']);
    await pass({ minutes: 2 });
    for (const person of await Promise.all(accounts.map(() => clinic.patient()))) await askFor(email, person);
    expect(await count(email)).toBe(2);
  });

  test('an account that asks for one address after another must pause too', async () => {
    const person = await clinic.patient();
    expect((await askFor(newAddress(), person)).status).toBe(200);
    const other = newAddress();
    expectProblem(await askFor(other, person), { status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(await count(other)).toBe(0);
  });

  test('counts under the former key remain valid while keys are rotated', async () => {
    const email = newAddress();
    await bookInBulk(clinic, await register(email), doctor, 6);
    const before = await count(email);
    await worker.close();
    const rotated = withSettings(clinic.environment, {
      JWT_SECRET: `another secret that only these tests know,${clinic.environment.JWT_SECRET}`,
    });
    const [api, other] = [await Clinic.over(rotated, clinic.clock), await startWorker(rotated, clinic.clock)];
    try {
      const ask = () => api.client.post('/api/auth/password/forgot', { email });
      await forgot(email);
      await ask();
      await bookInBulk(clinic, await logIn(email, PASSWORD), doctor, 3);
      expect(await count(email)).toBe(before + 1);
      await pass({ minutes: 2 });
      expect((await ask()).status).toBe(200);
      expect(await count(email)).toBe(before + 1);
    } finally {
      await api.app.close();
      await other.close();
      worker = await startWorker(clinic.environment, clinic.clock);
    }
  });

  test('the counts hold no address, outlive an erasure, and are deleted once they are no longer needed', async () => {
    const email = newAddress();
    const person = await register(email);
    await bookInBulk(clinic, person, doctor, 1);
    await forgot(email);
    await waitUntilDueSettled(clinic);
    await erase(person);
    const kept = async () => [
      ...(await clinic.query('SELECT * FROM address_mails')),
      ...(await clinic.query('SELECT * FROM mailed_addresses')),
      ...(await clinic.query('SELECT address_hash FROM account_links WHERE address_hash IS NOT NULL')),
    ];
    expect((await kept()).length).toBeGreaterThanOrEqual(4);
    expect(JSON.stringify(await kept())).not.toContain(email.split('@')[0]);
    await pass({ days: 9 });
    await worker.get(Sweeper).sweep();
    expect(await kept()).toEqual([]);
  });
});

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
    await worker.close();
    try {
      expect((await askFor(next, person)).status).toBe(200);
      const [link] = await clinic.query<{ uid: string }>(
        "SELECT uid FROM account_links WHERE account_id = ? AND kind = 'change_address'",
        [person.id],
      );
      const token = linkTokenOf(link!.uid, 'change_address', clinic.environment.JWT_SECRET);
      expect((await post('change-email', { token, password: PASSWORD })).status).toBe(200);
    } finally {
      worker = await startWorker(clinic.environment, clinic.clock);
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
    expect(mail.text).toMatch(/Good until: Monday, 2 March 2026 at 14:12/);
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

describe('"This is not me"', () => {
  const notMe = (token: string) => post('not-me', { token });

  /** Registers the address, then changes the account to another address, so that the first can be registered again. */
  async function registerAndLeave(email: string): Promise<void> {
    const person = await register(email);
    const own = newAddress();
    expect((await askFor(own, person)).status).toBe(200);
    const token = await mailbox.codeTo(own, 'change-email');
    expect((await post('change-email', { token, password: PASSWORD })).status).toBe(200);
    await waitUntilDueSettled(clinic);
  }

  test('stops the notices to an address that many accounts registered and left unconfirmed', async () => {
    const [bounded, refused] = [newAddress(), newAddress()];
    for (let turn = 0; turn < 8; turn += 1) await registerAndLeave(bounded);
    expect(await count(bounded)).toBeLessThanOrEqual(5);
    await registerAndLeave(refused);
    expect((await notMe(await mailbox.codeTo(refused, 'not-me'))).status).toBe(200);
    const before = await count(refused);
    await registerAndLeave(refused);
    expect(await count(refused)).toBe(before);
  });

  test('in an email about a change of address stops nothing once the address has been confirmed', async () => {
    const [asker, email] = [await clinic.patient(), newAddress()];
    await askFor(email, asker);
    const token = await mailbox.codeTo(email, 'not-me');
    await register(email);
    await forgot(email);
    const code = await mailbox.codeTo(email, 'reset-password');
    await post('password/reset', { token: code, new_password: 'the phrase of the owner' });
    await waitUntilDueSettled(clinic);
    expectProblem(await notMe(token), { status: 400, code: 'LINK_INVALID' });
    await forgot(email);
    await pass({ minutes: 2 });
    await forgot(email);
    await mailbox.codeTo(email, 'reset-password', 3);
  });

  test('in such an email neither lengthens the pause of the confirmed account that asked nor stops its emails', async () => {
    const [asker, victim, next] = [await clinic.patient(), newAddress(), newAddress()];
    await askFor(victim, asker);
    expect((await notMe(await mailbox.codeTo(victim, 'not-me'))).status).toBe(200);
    await forgot(asker.email);
    await pass({ minutes: 2 });
    expect((await askFor(next, asker)).status).toBe(200);
    await forgot(asker.email);
    await bookInBulk(clinic, asker, doctor, 1);
    expect((await subjectsTo(asker.email)).sort()).toEqual([
      'Appointment confirmed',
      'Choose a new password',
      'Choose a new password',
      'Your address is to be changed',
      'Your address is to be changed',
    ]);
    expect(await subjectsTo(next)).toEqual(['Confirm your new address']);
  });

  test('stops further codes for a change of address, from every account', async () => {
    const victim = newAddress();
    await askFor(victim, await clinic.patient());
    expect((await notMe(await mailbox.codeTo(victim, 'not-me'))).status).toBe(200);
    await pass({ days: 2 });
    await askFor(victim, await clinic.patient());
    expect(await count(victim)).toBe(1);
  });

  test('leaves the reader of an unconfirmed address a valid code, although the pause becomes a week', async () => {
    const email = newAddress();
    const person = await register(email);
    await bookInBulk(clinic, person, doctor, 1);
    await forgot(email);
    const first = await mailbox.codeTo(email, 'reset-password');
    expect((await notMe(await mailbox.codeTo(email, 'not-me'))).status).toBe(200);
    await pass({ days: 1 });
    expectProblem(await post('password/reset', { token: first, new_password: 'too late for it' }), {
      status: 400,
      code: 'LINK_INVALID',
    });
    await forgot(email);
    const second = await mailbox.codeTo(email, 'reset-password', 2);
    await pass({ days: 6, hours: 23 });
    await forgot(email);
    expect(await count(email)).toBe(3);
    const { status } = await post('password/reset', { token: second, new_password: 'the owner was away' });
    expect(status).toBe(200);
  });
});

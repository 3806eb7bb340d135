import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sweeper } from '../../src/ops/sweeper.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { expectProblem } from '../support/problems.js';
import { loggedIn, registered } from '../support/registration.js';
import { withSettings } from '../support/with-settings.js';
import { startWorker } from '../support/worker.js';

const PASSWORD = 'a long enough password';
const NOON = '2026-03-01T12:00:00Z';

let service: ClinicWithEmail;
let clinic: Clinic;
let doctor: DoctorPerson;
let addresses = 0;

beforeAll(async () => {
  service = await ClinicWithEmail.open();
  clinic = service.clinic;
  doctor = await clinic.doctor();
});

beforeEach(() => clinic.clock.set(NOON));

afterAll(() => service?.close());

const newAddress = (): string => `victim${(addresses += 1)}@people.example`;
const forgot = (email: string) => clinic.client.post('/api/auth/password/forgot', { email });
const askFor = (email: string, person: Person) =>
  clinic.client.patch('/api/auth/me', { email, password: person.password }, person);
const register = (email: string) => registered(clinic, email, PASSWORD);
const logIn = (email: string, password: string) => loggedIn(clinic, email, password);
const subjectsTo = (email: string) => service.subjectsTo(email);
const count = async (email: string) => (await service.subjectsTo(email)).length;

async function erase({ token, password }: Person): Promise<void> {
  const { status } = await clinic.client.send('DELETE', '/api/auth/me', { token, body: { password } });
  expect(status).toBe(200);
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
    await service.worker.close();
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
      await service.restartWorker();
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
    await service.worker.get(Sweeper).sweep();
    expect(await kept()).toEqual([]);
  });
});

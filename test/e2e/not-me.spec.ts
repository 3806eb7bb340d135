import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import type { Clinic, DoctorPerson, Person } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import type { Mailbox, ReceivedMail } from '../support/mailbox.js';
import { notificationsOf, waitUntilDueSettled } from '../support/notifications.js';
import { bookFor, insertPatient, updatePatient } from '../support/patients.js';
import { expectProblem } from '../support/problems.js';
import { registered } from '../support/registration.js';

const PASSWORD = 'a long enough password';
const NOON = '2026-03-01T12:00:00Z';

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
const post = (path: string, body: object) => clinic.client.post(`/api/auth/${path}`, body);
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

  test('in an old email stops nothing at a former address that its owner had confirmed', async () => {
    const [email, next] = [newAddress(), newAddress()];
    const person = await register(email);
    await bookInBulk(clinic, person, doctor, 1);
    const old = await mailbox.codeTo(email, 'not-me');
    await forgot(email);
    const code = await mailbox.codeTo(email, 'reset-password');
    await post('password/reset', { token: code, new_password: PASSWORD });
    const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', {
      email,
      password: PASSWORD,
    });
    expect((await askFor(next, { ...person, token: body.token })).status).toBe(200);
    const token = await mailbox.codeTo(next, 'change-email');
    expect((await post('change-email', { token, password: PASSWORD })).status).toBe(200);
    expectProblem(await notMe(old), { status: 400, code: 'LINK_INVALID' });
  });

  test('sent twice is one event', async () => {
    const [asker, victim] = [await clinic.patient(), newAddress()];
    await askFor(victim, asker);
    const token = await mailbox.codeTo(victim, 'not-me');
    for (let turn = 0; turn < 3; turn += 1) expect((await notMe(token)).status).toBe(200);
    const events = await clinic.query(
      "SELECT id FROM audit_events WHERE action = 'account.address_refused' AND subject_id = ?",
      [asker.id],
    );
    expect(events).toHaveLength(1);
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

describe('"This is not me" in an email to a patient’s own address', () => {
  const REFUSED = 'the owner of the address wants no mails';
  let desk: Person;

  beforeAll(async () => {
    desk = await clinic.person('staff');
  });

  const notMe = (token: string) => post('not-me', { token });
  const appoint = async (patientId: number, date = '2026-03-03') =>
    bookFor(clinic, desk, patientId, await clinic.doctor(), { date, time: '09:00' });

  test('stops further emails to the address, and is an event of the patient', async () => {
    const email = newAddress();
    const patient = await insertPatient(clinic, { email });
    await appoint(patient);
    const token = await mailbox.codeTo(email, 'not-me');
    for (let turn = 0; turn < 2; turn += 1) expect((await notMe(token)).status).toBe(200);
    const { id } = await appoint(patient, '2026-03-04');
    expect(await subjectsTo(email)).toEqual(['Appointment confirmed']);
    expect(await notificationsOf(clinic, id)).toContainEqual(
      expect.objectContaining({ kind: 'booked', state: 'cancelled', reason: REFUSED }),
    );
    const sql = "SELECT subject_id FROM audit_events WHERE action = 'patient.address_refused'";
    expect(await clinic.query(sql)).toEqual([{ subject_id: patient }]);
  });

  test('offers no confirmation', async () => {
    const email = newAddress();
    await appoint(await insertPatient(clinic, { email }));
    const [received] = await mailbox.mailsTo(email, 1);
    expect(received!.mail.text).toContain('This is not me');
    expect(received!.mail.text).not.toMatch(/verify-email|Confirm this address/);
  });

  test('works for a dependant with an address of their own', async () => {
    const [account, email] = [await clinic.patient(), newAddress()];
    const patient = await insertPatient(clinic, { account_id: account.id, relation: 'dependant', email });
    await appoint(patient);
    expect((await notMe(await mailbox.codeTo(email, 'not-me'))).status).toBe(200);
    await appoint(patient, '2026-03-04');
    expect(await count(email)).toBe(1);
  });

  test('stops nothing once the patient has another address, or is erased', async () => {
    for (const change of [{ email: newAddress() }, { email: null }]) {
      const email = newAddress();
      const patient = await insertPatient(clinic, { email });
      await appoint(patient);
      const token = await mailbox.codeTo(email, 'not-me');
      await updatePatient(clinic, patient, change);
      expectProblem(await notMe(token), { status: 400, code: 'LINK_INVALID' });
    }
  });

  test('works for a patient who was merged since', async () => {
    const email = newAddress();
    const [duplicate, patient] = [
      await insertPatient(clinic, { email }),
      await insertPatient(clinic, { email }),
    ];
    await appoint(duplicate);
    const token = await mailbox.codeTo(email, 'not-me');
    await clinic.query('UPDATE patients SET merged_into = ?, email = NULL WHERE id = ?', [
      patient,
      duplicate,
    ]);
    expect((await notMe(token)).status).toBe(200);
  });

  test('is not offered, nor possible, where an account has confirmed the address', async () => {
    const [email, account] = [newAddress(), await clinic.patient()];
    const patient = await insertPatient(clinic, { email });
    await appoint(patient);
    const token = await mailbox.codeTo(email, 'not-me');
    await clinic.query('UPDATE accounts SET email = ? WHERE id = ?', [email, account.id]);
    expectProblem(await notMe(token), { status: 400, code: 'LINK_INVALID' });
    await appoint(patient, '2026-03-04');
    const [, { mail }] = (await mailbox.mailsTo(email, 2)) as [ReceivedMail, ReceivedMail];
    expect(mail.text).toContain('please tell the clinic.');
    expect(mail.text).not.toContain('not-me');
  });
});

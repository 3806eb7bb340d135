import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { book } from '../support/appointments.js';
import { calendarEntryOf } from '../support/calendar-entry.js';
import type { Clinic, DoctorPerson, Person } from '../support/clinic.js';
import { ClinicWithEmail } from '../support/clinic-with-email.js';
import type { Mailbox } from '../support/mailbox.js';
import { advanceTo, notificationsOf, waitUntilDueSettled } from '../support/notifications.js';
import { bookFor, insertPatient, selfOf, updatePatient } from '../support/patients.js';
import { oneLine, visibleText } from '../support/readable.js';
import { registered } from '../support/registration.js';

const MONDAY = '2026-03-02';
const LUCIA = { given_name: 'Lucía', family_name: 'Romero' };
const LEO = { given_name: 'Leo', family_name: 'Romero', birth_date: '2020-05-01' };

let service: ClinicWithEmail;
let clinic: Clinic;
let mailbox: Mailbox;
let desk: Person;
let doctor: DoctorPerson;
let addresses = 0;

beforeAll(async () => {
  service = await ClinicWithEmail.open();
  ({ clinic, mailbox } = service);
  desk = await clinic.person('staff');
});

afterAll(() => service?.close());

beforeEach(async () => {
  doctor = await clinic.doctor();
});

const newAddress = (): string => `reader${(addresses += 1)}@people.example`;
const bookAt = (patientId: number, time = '09:00', more: object = {}) =>
  bookFor(clinic, desk, patientId, doctor, { date: MONDAY, time, ...more });
const cancelBy = ({ token }: Person, id: number, reason?: string) =>
  clinic.client.post(`/api/bookings/${id}/cancel`, { reason }, { token });
const textsOf = async (address: string, count: number) =>
  (await mailbox.mailsTo(address, count)).map(({ mail }) => oneLine(mail.text));

/** State and reason of a booking's notifications once all that is due is settled. */
async function settledOf(bookingId: number): Promise<[string, string, string | null][]> {
  await waitUntilDueSettled(clinic);
  const rows = await notificationsOf(clinic, bookingId);
  return rows.map(({ kind, state, reason }) => [kind, state, reason]);
}

describe('mails go to the patient’s email, else to the account’s', () => {
  test('of a patient without an account', async () => {
    const email = newAddress();
    await bookAt(await insertPatient(clinic, { ...LUCIA, email }));
    const [received] = await mailbox.mailsTo(email, 1);
    expect(received!.mail.subject).toMatch(/^Appointment confirmed: /);
    expect(calendarEntryOf(received!).attendees).toEqual([`mailto:${email}`]);
  });

  test('of an account’s own patient, and of its dependants', async () => {
    const account = await clinic.patient();
    const email = newAddress();
    const [self, dependant] = [
      await selfOf(clinic, account),
      await insertPatient(clinic, { ...LEO, account_id: account.id, relation: 'dependant' }),
    ];
    await bookAt(self);
    await mailbox.mailsTo(account.email, 1);
    await updatePatient(clinic, self, { email });
    await bookAt(self, '10:00');
    await mailbox.mailsTo(email, 1);
    await bookAt(dependant, '11:00');
    await mailbox.mailsTo(account.email, 2);
    await updatePatient(clinic, dependant, { email });
    await bookAt(dependant, '12:00');
    await mailbox.mailsTo(email, 2);
    await waitUntilDueSettled(clinic);
    expect(mailbox.received.filter(({ to }) => to === account.email)).toHaveLength(2);
  });

  test('in the language of the patient, else of the account, else of the clinic', async () => {
    const account = await clinic.patient('es');
    const dependant = { ...LEO, account_id: account.id, relation: 'dependant' } as const;
    const [inEnglish, inSpanish, silent] = [newAddress(), newAddress(), newAddress()];
    await bookAt(await insertPatient(clinic, { ...dependant, email: inEnglish, locale: 'en' }));
    await bookAt(await insertPatient(clinic, { ...dependant, email: inSpanish }), '10:00');
    await bookAt(await insertPatient(clinic, { ...LUCIA, email: silent }), '11:00');
    await bookAt(await insertPatient(clinic, { ...LUCIA, email: silent, locale: 'es' }), '12:00');
    const subjects = async (address: string, count: number) =>
      (await mailbox.mailsTo(address, count)).map(({ mail }) => mail.subject!.split(':')[0]);
    expect(await subjects(inEnglish, 1)).toEqual(['Appointment confirmed']);
    expect(await subjects(inSpanish, 1)).toEqual(['Cita confirmada']);
    expect((await subjects(silent, 2)).sort()).toEqual(['Appointment confirmed', 'Cita confirmada']);
  });

  test('to the account’s confirmed address if the patient’s is another spelling of it', async () => {
    const account = await clinic.patient();
    await updatePatient(clinic, await selfOf(clinic, account), { email: account.email.toUpperCase() });
    await book(clinic, account, doctor, { date: MONDAY, time: '09:00' });
    const [text] = await textsOf(account.email, 1);
    expect(text).not.toContain('This is not me');
  });
});

describe('contact_by: "none", or no address: the ledger row ends as cancelled with the reason', () => {
  test.each([
    ['no address', {}, 'the patient has no address for emails'],
    ['contact_by: "none"', { email: 'x@people.example', contact_by: 'none' }, 'the patient wants no emails'],
  ] as const)('%s', async (_, columns, reason) => {
    const { id } = await bookAt(await insertPatient(clinic, { ...LUCIA, ...columns }));
    expect(await settledOf(id)).toEqual([
      ['booked', 'cancelled', reason],
      ['reminder_1h', 'pending', null],
    ]);
    await cancelBy(desk, id, 'Dr. Ruiz is ill.');
    expect(await settledOf(id)).toEqual([
      ['booked', 'cancelled', reason],
      ['reminder_1h', 'cancelled', 'the booking was cancelled'],
      ['cancelled', 'cancelled', reason],
    ]);
  });

  test('an address that the patient gets meanwhile receives the later mails', async () => {
    const [patient, email] = [await insertPatient(clinic, LUCIA), newAddress()];
    const { id } = await bookAt(patient);
    await waitUntilDueSettled(clinic);
    await updatePatient(clinic, patient, { email });
    await cancelBy(desk, id, 'Dr. Ruiz is ill.');
    expect((await textsOf(email, 1))[0]).toContain('has cancelled');
  });
});

describe('letters greet by name where there is one', () => {
  test('a patient without an account', async () => {
    const email = newAddress();
    await bookAt(await insertPatient(clinic, { ...LUCIA, email }));
    await bookAt(await insertPatient(clinic, { ...LUCIA, email, locale: 'es' }), '10:00');
    const texts = await textsOf(email, 2);
    expect(texts.some((text) => text.includes('Dear Lucía Romero,'))).toBe(true);
    expect(texts.some((text) => text.includes('Hola, Lucía Romero:'))).toBe(true);
  });

  test('and the patient as before where there is none', async () => {
    const account = await clinic.patient();
    await book(clinic, account, doctor, { date: MONDAY, time: '09:00' });
    expect((await textsOf(account.email, 1))[0]).toContain('Dear patient,');
  });

  test('and name the patient where the mail goes to a guardian', async () => {
    const account = await clinic.patient();
    await updatePatient(clinic, await selfOf(clinic, account), LUCIA);
    const leo = await insertPatient(clinic, { ...LEO, account_id: account.id, relation: 'dependant' });
    await bookFor(clinic, account, leo, doctor, { date: MONDAY, time: '09:00' });
    const [received] = await mailbox.mailsTo(account.email, 1);
    for (const text of [oneLine(received!.mail.text), visibleText(received!.mail.html!)]) {
      expect(text).toContain('Dear Lucía Romero,');
      expect(text).toContain(`The appointment of Leo Romero with Dr. Number ${doctor.id} is confirmed for`);
      expect(text).toMatch(/Patient:? Leo Romero/);
    }
    const { summary, description } = calendarEntryOf(received!);
    for (const shown of [received!.mail.subject!, summary, description]) expect(shown).not.toContain('Leo');
  });

  test('but not by a name that looks like a link, if nobody has confirmed the account’s address', async () => {
    const email = newAddress();
    const person = await registered(clinic, email, 'a long enough password');
    await updatePatient(clinic, await selfOf(clinic, person), { given_name: 'Prize at evil.example' });
    await book(clinic, person, doctor, { date: MONDAY, time: '09:00' });
    const text = (await textsOf(email, 1))[0];
    expect(text).toContain('Dear patient,');
    expect(text).not.toContain('evil.example');
  });
});

describe('the letter says who cancelled, and the clinic’s reason', () => {
  const REASON = 'Dr. Ruiz is ill & away.';

  test.each(['desk', 'doctor'] as const)('the %s: the clinic', async (who) => {
    const account = await clinic.patient();
    const { id } = await book(clinic, account, doctor, { date: MONDAY, time: '09:00' });
    await cancelBy(who === 'desk' ? desk : doctor, id, REASON);
    const [, received] = await mailbox.mailsTo(account.email, 2);
    for (const text of [oneLine(received!.mail.text), visibleText(received!.mail.html!)]) {
      expect(text).toContain('The clinic has cancelled your appointment with');
      expect(text).toContain(`Reason: ${REASON}`);
    }
    expect(calendarEntryOf(received!)).toMatchObject({ method: 'CANCEL', sequence: 1 });
  });

  test('a patient’s own reason is not repeated', async () => {
    const account = await clinic.patient();
    const { id } = await book(clinic, account, doctor, { date: MONDAY, time: '09:00' });
    expect((await cancelBy(account, id, REASON)).status).toBe(200);
    const [, text] = await textsOf(account.email, 2);
    expect(text).toContain('has been cancelled.');
    expect(text).not.toMatch(/The clinic has cancelled|is ill|Reason/);
  });
});

test('a reschedule to another doctor names both, with the same UID and a higher SEQUENCE', async () => {
  const [email, other] = [newAddress(), await clinic.doctor()];
  const { id } = await bookAt(await insertPatient(clinic, { ...LUCIA, email }));
  await waitUntilDueSettled(clinic);
  const change = { doctor_id: other.doctorId };
  const { status } = await clinic.client.patch(`/api/bookings/${id}`, change, { token: desk.token });
  expect(status).toBe(200);
  const mails = await mailbox.mailsTo(email, 2);
  const [booked, moved] = mails.map(calendarEntryOf);
  expect(moved).toMatchObject({ uid: booked!.uid, sequence: 1, organizer: booked!.organizer });
  expect(moved!.summary).toContain(`Dr. Number ${other.id}`);
  const text = oneLine(mails[1]!.mail.text);
  expect(text).toContain(
    `Your appointment is now with Dr. Number ${other.id}, on Monday, 2 March 2026 at 09:00`,
  );
  expect(text).toContain(`Earlier doctor: Dr. Number ${doctor.id} Doctor: Dr. Number ${other.id}`);
  expect(text).not.toContain('Earlier time');
});

test('a confirmation that is sent after the move to another doctor names the doctor it confirmed', async () => {
  const [email, other] = [newAddress(), await clinic.doctor()];
  await service.worker.close();
  const { id } = await bookAt(await insertPatient(clinic, { ...LUCIA, email }));
  const change = { doctor_id: other.doctorId, time: '10:00' };
  await clinic.client.patch(`/api/bookings/${id}`, change, { token: desk.token });
  await service.restartWorker();
  const [booked, moved] = await mailbox.mailsTo(email, 2);
  expect(booked!.mail.subject).toContain(`Dr. Number ${doctor.id}, Mon 2 Mar 2026, 09:00`);
  expect(moved!.mail.subject).toContain(`Dr. Number ${other.id}, Mon 2 Mar 2026, 10:00`);
});

test('the note of a booking is not mailed', async () => {
  const email = newAddress();
  await bookAt(await insertPatient(clinic, { ...LUCIA, email }), '09:00', { note: 'Bring the X-rays' });
  const [received] = await mailbox.mailsTo(email, 1);
  expect(received!.raw + received!.mail.html + received!.mail.text).not.toContain('X-rays');
});

test('letters have the clinic’s present name, address and phone', async () => {
  const email = newAddress();
  const contact = { name: 'Clínica Nueva', address: 'Calle Nueva 1, Madrid', phone: '+34 911 111 111' };
  await clinic.query('UPDATE clinic SET name = ?, address = ?, phone = ?', Object.values(contact));
  const { id } = await bookAt(await insertPatient(clinic, { ...LUCIA, email }));
  await clinic.client.post('/api/auth/password/forgot', { email: desk.email });
  await cancelBy(desk, id, 'Dr. Ruiz is ill.');
  const [first, second] = await mailbox.mailsTo(email, 2);
  const [code] = await mailbox.mailsTo(desk.email, 1);
  await clinic.query('UPDATE clinic SET name = NULL, address = NULL, phone = NULL');
  for (const { mail } of [first!, second!, code!])
    expect(mail.text).toContain(`${contact.name}\n${contact.address}\n${contact.phone}`);
  expect(second!.mail.text).toContain(`call the clinic: ${contact.phone}.`);
});

// The last test, because it advances the clock.
test('notify: false mails nothing; reminders follow all the same', async () => {
  const email = newAddress();
  const { id } = await bookAt(await insertPatient(clinic, { ...LUCIA, email }), '09:00', { notify: false });
  expect(await settledOf(id)).toEqual([
    ['booked', 'cancelled', 'the clinic wanted no email about this'],
    ['reminder_1h', 'pending', null],
  ]);
  expect(await service.subjectsTo(email)).toEqual([]);
  await advanceTo(clinic, `${MONDAY}T07:00:00Z`);
  expect(await service.subjectsTo(email)).toEqual(['Your appointment starts soon']);
});

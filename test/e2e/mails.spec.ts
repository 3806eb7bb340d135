import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { calendarEntryOf } from '../support/calendar-entry.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { oneLine, visibleText } from '../support/readable.js';
import { startWorker } from '../support/worker.js';

/** 20:00 on Monday in Santiago is 00:00 on Tuesday at the clinic, in Madrid. */
const MONDAY_NIGHT = { date: '2026-03-02', time: '20:00' };

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let santiago: DoctorPerson;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url, DEFAULT_LOCALE: 'es' } });
  worker = await startWorker(clinic.environment, clinic.clock);
  const everyDay = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '23:59'] as const);
  santiago = await clinic.doctor({ timezone: 'America/Santiago', week: everyDay });
});
afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const reschedule = ({ id }: BookingJson, change: object, { token }: Person) =>
  clinic.client.patch<BookingJson>(`/api/bookings/${id}`, change, { token });
const cancel = ({ id }: BookingJson, { token }: Person) =>
  clinic.client.delete(`/api/bookings/${id}`, { token });

/** Books, reschedules and cancels, and returns the three emails. */
async function visit(
  person: Person,
  doctor: DoctorPerson,
  appointment: { date: string; time: string },
  change: object,
) {
  const booked = await book(clinic, person, doctor, appointment);
  await waitUntilDueSettled(clinic);
  const rescheduled = (await reschedule(booked, change, person)).body;
  await waitUntilDueSettled(clinic);
  await cancel(booked, person);
  const mails = await mailbox.mailsTo(person.email, 3);
  return { booked, rescheduled, mails: mails as [ReceivedMail, ReceivedMail, ReceivedMail] };
}

test('a booking sends one email to the patient, from the clinic’s address', async () => {
  const patient = await clinic.patient();
  await book(clinic, patient, santiago, { date: '2026-03-03', time: '09:00' });
  await mailbox.mailsTo(patient.email, 1);
  await waitUntilDueSettled(clinic);
  const mails = mailbox.received.filter(({ to }) => to === patient.email);
  expect(mails).toHaveLength(1);
  expect(mails[0]!.mail.to).toMatchObject([{ address: patient.email }]);
  expect(mails[0]!.mail.from).toMatchObject({ name: 'Test Clinic', address: 'appointments@clinic.example' });
  expect(mailbox.received.some(({ to }) => to === santiago.email)).toBe(false);
});

test.each([
  {
    locale: 'en' as const,
    subjects: ['Appointment confirmed', 'Appointment moved', 'Appointment cancelled'],
    short: ['Tue 3 Mar 2026, 00:00', 'Thu 5 Mar 2026, 01:15'],
    long: ['Tuesday, 3 March 2026', 'Thursday, 5 March 2026'],
    doctors: ['Monday, 2 March 2026, 20:00', 'Wednesday, 4 March 2026, 21:15'],
  },
  {
    locale: 'es' as const,
    subjects: ['Cita confirmada', 'Cambio de cita', 'Cita cancelada'],
    short: ['mar 3 mar 2026, 00:00', 'jue 5 mar 2026, 01:15'],
    long: ['martes, 3 de marzo de 2026', 'jueves, 5 de marzo de 2026'],
    doctors: ['lunes, 2 de marzo de 2026, 20:00', 'miércoles, 4 de marzo de 2026, 21:15'],
  },
])(
  'the three emails name the doctor, the date and the time in the clinic’s zone: $locale',
  async ({ locale, subjects, short, long, doctors }) => {
    const patient = await clinic.patient(locale);
    const { mails } = await visit(patient, santiago, MONDAY_NIGHT, { date: '2026-03-04', time: '21:15' });
    const name = `Dr. Number ${santiago.id}`;
    mails.forEach(({ mail }, index) => {
      const now = index === 0 ? 0 : 1;
      const clock = short[now]!.slice(-5);
      expect(mail.subject).toBe(`${subjects[index]}: ${name}, ${short[now]} (Europe/Madrid)`);
      for (const text of [oneLine(mail.text), visibleText(mail.html!)]) {
        expect(text).toContain(name);
        expect(text).toContain(long[now]);
        expect(text).toContain(`${clock} (Europe/Madrid, GMT+1)`);
        // The doctor's local time, if different, stands beside it with its zone.
        expect(text).toContain(`${doctors[now]} (America/Santiago, GMT-3)`);
      }
      // The email of a reschedule names the earlier time too.
      expect(oneLine(mail.text).includes(long[0]!)).toBe(index < 2);
    });
  },
);

test('every time of day in an email has its zone beside it, in subject, text and HTML', async () => {
  for (const locale of ['en', 'es'] as const) {
    const { mails } = await visit(await clinic.patient(locale), santiago, MONDAY_NIGHT, { time: '19:00' });
    for (const { mail } of mails) {
      for (const text of [mail.subject!, oneLine(mail.text), visibleText(mail.html!)]) {
        const named = /\b\d\d:\d\d \((Europe\/Madrid|America\/Santiago)\b/g;
        expect(text.match(named)?.length).toBe(text.match(/\b\d\d:\d\d\b/g)?.length);
      }
    }
  }
});

test.each([
  [
    'Europe/Madrid',
    '2026-03-30',
    '09:00',
    '09:00 (Europe/Madrid, GMT+2)',
    'Mon 30 Mar 2026, 09:00 (Europe/Madrid)',
  ],
  [
    'Asia/Tokyo',
    '2026-03-29',
    '09:59',
    '01:59 (Europe/Madrid, GMT+1)',
    'Sun 29 Mar 2026, 01:59 (Europe/Madrid)',
  ],
  [
    'Asia/Tokyo',
    '2026-03-29',
    '10:00',
    '03:00 (Europe/Madrid, GMT+2)',
    'Sun 29 Mar 2026, 03:00 (Europe/Madrid)',
  ],
  // 02:30 occurs twice that night in Madrid, so the subject must name the offset too.
  ['Asia/Tokyo', '2026-10-25', '09:30', '02:30 (Europe/Madrid, GMT+2)', '02:30 (Europe/Madrid, GMT+2)'],
  ['Asia/Tokyo', '2026-10-25', '10:30', '02:30 (Europe/Madrid, GMT+1)', '02:30 (Europe/Madrid, GMT+1)'],
  [
    'Asia/Kathmandu',
    '2026-12-31',
    '23:00',
    '18:15 (Europe/Madrid, GMT+1)',
    'Thu 31 Dec 2026, 18:15 (Europe/Madrid)',
  ],
  [
    'Pacific/Kiritimati',
    '2027-01-01',
    '00:30',
    '11:30 (Europe/Madrid, GMT+1)',
    'Thu 31 Dec 2026, 11:30 (Europe/Madrid)',
  ],
])(
  'subject, body and .ics show the same instant: %s, %s %s',
  async (timezone, date, time, inBody, inSubject) => {
    const patient = await clinic.patient('en');
    const everyDay = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '23:59'] as const);
    const doctor = await clinic.doctor({ timezone, week: everyDay });
    const booking = await book(clinic, patient, doctor, { date, time });
    const [received] = await mailbox.mailsTo(patient.email, 1);
    expect(oneLine(received!.mail.text)).toContain(inBody);
    expect(visibleText(received!.mail.html!)).toContain(inBody);
    expect(received!.mail.subject).toContain(inSubject);
    const entry = calendarEntryOf(received!);
    expect(entry.start).toBe(new Date(booking.starts_at).toISOString());
    expect(entry.end).toBe(new Date(booking.ends_at).toISOString());
    expect(oneLine(entry.description)).toContain(inBody);
  },
);

test('a reschedule and a cancellation update the calendar entry: same UID, higher SEQUENCE, then CANCEL', async () => {
  const patient = await clinic.patient('en');
  const change = { date: '2026-03-05', time: '22:05', duration: 45 };
  const { booked, rescheduled, mails } = await visit(
    patient,
    santiago,
    { ...MONDAY_NIGHT, time: '22:00' },
    change,
  );
  const [first, second, third] = mails.map(calendarEntryOf);
  const times = (booking: BookingJson) => ({
    start: new Date(booking.starts_at).toISOString(),
    end: new Date(booking.ends_at).toISOString(),
  });
  const request = { method: 'REQUEST', methodOfPart: 'REQUEST', status: 'CONFIRMED' };
  expect(first).toMatchObject({ ...request, ...times(booked), sequence: 0 });
  expect(second).toMatchObject({ ...request, ...times(rescheduled), uid: first!.uid, sequence: 1 });
  expect(third).toMatchObject({
    ...times(rescheduled),
    ...{ method: 'CANCEL', methodOfPart: 'CANCEL', status: 'CANCELLED', uid: first!.uid, sequence: 2 },
  });
  for (const entry of [first!, second!, third!]) {
    expect(entry.summary).toContain(`Dr. Number ${santiago.id}`);
    expect(entry.organizer).toBe('mailto:appointments@clinic.example');
    expect(entry.attendees.map((attendee) => String(attendee).toLowerCase())).toEqual([
      `mailto:${patient.email}`,
    ]);
  }
});

test('a new booking of a cancelled time has a new UID', async () => {
  const patient = await clinic.patient();
  const appointment = { date: '2026-03-06', time: '09:00' };
  const first = await book(clinic, patient, santiago, appointment);
  await waitUntilDueSettled(clinic);
  await cancel(first, patient);
  await book(clinic, patient, santiago, appointment);
  const entries = (await mailbox.mailsTo(patient.email, 3)).map(calendarEntryOf);
  const uidsOf = (wanted: string) => entries.filter(({ method }) => method === wanted).map(({ uid }) => uid);
  expect(new Set(uidsOf('REQUEST')).size).toBe(2);
  expect(uidsOf('REQUEST')).toContain(uidsOf('CANCEL')[0]);
});

test('the language is the account’s, by default the clinic’s', async () => {
  const credentials = { email: 'silent@people.example', password: 'a long enough password' };
  await clinic.client.post('/api/auth/register', credentials);
  const login = await clinic.client.post<{ token: string; user: { id: number } }>(
    '/api/auth/login',
    credentials,
  );
  const silent = { ...credentials, id: login.body.user.id, token: login.body.token };
  await book(clinic, silent, santiago, { date: '2026-03-07', time: '09:00' });
  const [spanish] = await mailbox.mailsTo(silent.email, 1);
  expect(spanish!.mail.subject).toMatch(/^Cita confirmada: /);
  expect(spanish!.mail.html).toContain('<html lang="es"');
  await clinic.client.patch('/api/auth/me', { locale: 'en' }, { token: silent.token });
  await book(clinic, silent, santiago, { date: '2026-03-07', time: '10:00' });
  const [, english] = await mailbox.mailsTo(silent.email, 2);
  expect(english!.mail.subject).toMatch(/^Appointment confirmed: /);
  expect(english!.mail.html).toContain('<html lang="en"');
});

test('a name with accents and punctuation is unchanged in subject, text and .ics, and escaped in HTML', async () => {
  const account = await clinic.person('doctor');
  const name = 'Dr.ª Zoë O\'Brien-Ñandú & "Söhne"; 田中, 10% \\ {{x}}';
  const { body } = await clinic.client.post(
    '/api/doctors',
    { name, specialty: 'Ear, nose & throat', email: 'zoe@clinic.example', user_id: account.id },
    { token: (await clinic.admin()).token },
  );
  const patient = await clinic.patient('en');
  await book(
    clinic,
    patient,
    { ...account, doctorId: body.id!, timezone: '' },
    { date: '2026-03-03', time: '09:00' },
  );
  const [received] = await mailbox.mailsTo(patient.email, 1);
  expect(received!.mail.subject).toContain(`: ${name}, Tue 3 Mar`);
  expect(oneLine(received!.mail.text)).toContain(`Doctor: ${name} Specialty: Ear, nose & throat`);
  expect(visibleText(received!.mail.html!)).toContain(name);
  expect(received!.mail.html).toContain('&amp; &quot;Söhne&quot;');
  expect(calendarEntryOf(received!).summary).toContain(name);
});

test('every email is marked as automatic, so that autoresponders do not answer it', async () => {
  const patient = await clinic.patient();
  await book(clinic, patient, santiago, { date: '2026-03-08', time: '09:00' });
  await clinic.client.post('/api/auth/password/forgot', { email: patient.email });
  for (const { mail } of await mailbox.mailsTo(patient.email, 2)) {
    const headers = new Map(mail.headers.map(({ key, value }) => [key, value]));
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    expect(headers.get('x-auto-response-suppress')).toBe('All');
  }
});

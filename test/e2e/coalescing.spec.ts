import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { calendarEntryOf } from '../support/calendar-entry.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled, notificationsOf } from '../support/notifications.js';
import { cancel, MONDAY, reschedule } from '../support/races.js';
import { startWorker } from '../support/worker.js';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;
let patient: Person;
let booking: BookingJson;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
  worker = await startWorker(clinic.environment, clinic.clock);
});

beforeEach(async () => {
  [doctor, patient] = [await clinic.doctor(), await clinic.patient()];
  booking = await book(clinic, patient, doctor, { date: MONDAY, time: '09:00' });
  await waitUntilDueSettled(clinic);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

async function rescheduleTo(...times: string[]): Promise<void> {
  for (const time of times)
    expect((await reschedule(clinic, patient, booking.id, { time })).status).toBe(200);
}

/** SEQUENCE, start (UTC) and method of each calendar entry sent to the patient. */
async function entries(): Promise<string[]> {
  await waitUntilDueSettled(clinic);
  return mailbox.received
    .filter(({ to, mail }) => to === patient.email && mail.attachments.length > 0)
    .map(calendarEntryOf)
    .map(({ sequence, start, method }) => `${sequence} ${start.slice(11, 16)} ${String(method)}`);
}

const notifications = async () =>
  (await notificationsOf(clinic, booking.id)).filter(({ kind }) => !kind.startsWith('reminder'));

test('of a burst, the first email is sent at once, the last after a minute, and those between never', async () => {
  await rescheduleTo('10:00');
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST']);
  await rescheduleTo(
    ...Array.from({ length: 38 }, (_, index) => (index % 2 === 0 ? '11:00' : '12:00')),
    '13:00',
  );
  expect(await entries()).toHaveLength(2);
  clinic.clock.advance({ seconds: 59 });
  expect(await entries()).toHaveLength(2);
  clinic.clock.advance({ seconds: 1 });
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST', '40 12:00 REQUEST']);
  const rows = await notifications();
  expect(rows).toHaveLength(41);
  const between = rows.slice(2, -1);
  expect(new Set(between.map(({ state, reason }) => `${state}: ${reason}`))).toEqual(
    new Set(['cancelled: superseded by news of a later change']),
  );
});

test('a continuous burst leads to one email a minute', async () => {
  for (const time of ['10:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00']) {
    await rescheduleTo(time);
    await waitUntilDueSettled(clinic);
    clinic.clock.advance({ seconds: 25 });
  }
  clinic.clock.advance({ minutes: 1 });
  const sent = await entries();
  expect(sent.length).toBeGreaterThanOrEqual(4);
  expect(sent.length).toBeLessThanOrEqual(5);
  expect(sent.at(-1)).toBe('7 15:00 REQUEST');
});

test('the email of a reschedule after a quiet minute is sent at once', async () => {
  await rescheduleTo('10:00');
  await waitUntilDueSettled(clinic);
  clinic.clock.advance({ minutes: 1 });
  await rescheduleTo('11:00');
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST', '2 10:00 REQUEST']);
});

test('the email of a cancellation is sent at once, and a waiting one of a reschedule never', async () => {
  await rescheduleTo('10:00', '11:00');
  await waitUntilDueSettled(clinic);
  expect((await cancel(clinic, patient, booking.id)).status).toBe(200);
  clinic.clock.advance({ minutes: 2 });
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST', '3 10:00 CANCEL']);
});

test('a burst of one booking does not delay the emails of another', async () => {
  await rescheduleTo('10:00');
  const other = await book(clinic, patient, doctor, { date: MONDAY, time: '15:00' });
  expect((await reschedule(clinic, patient, other.id, { time: '16:00' })).status).toBe(200);
  expect(await entries()).toHaveLength(4);
});

test('reminders follow the last time, and none is sent before the email that announces that time', async () => {
  // The reminder of 16:30 becomes due while the email about 16:30 still waits.
  clinic.clock.set('2026-03-01T15:29:30Z');
  await rescheduleTo('16:00', '15:00', '16:30');
  await waitUntilDueSettled(clinic);
  clinic.clock.advance({ seconds: 31 });
  const reminder = await eventually('the reminder waits', async () =>
    (await notificationsOf(clinic, booking.id)).find(({ reason }) => reason?.includes('waits')),
  );
  expect(reminder).toMatchObject({ kind: 'reminder_24h', booking_version: 4 });
  clinic.clock.advance({ minutes: 1 });
  await waitUntilDueSettled(clinic);
  const subjects = mailbox.received.filter(({ to }) => to === patient.email).map(({ mail }) => mail.subject!);
  expect(subjects.map((subject) => subject.split(':')[0])).toEqual([
    'Appointment confirmed',
    'Appointment moved',
    'Appointment moved',
    'Appointment reminder',
  ]);
});

/** The earlier time in each email of a reschedule or cancellation, in the order of sending. */
async function earlierTimes(): Promise<(string | undefined)[]> {
  await waitUntilDueSettled(clinic);
  return mailbox.received
    .filter(({ to, mail }) => to === patient.email && /^Appointment (moved|cancelled)/.test(mail.subject!))
    .map(({ mail }) => /^Earlier time: .*, (\d\d:\d\d) \(/m.exec(mail.text!)?.[1]);
}

test('an email names the last announced time, not one that no email announced', async () => {
  await rescheduleTo('10:00');
  expect(await earlierTimes()).toEqual(['09:00']);
  await rescheduleTo('11:00', '12:00');
  clinic.clock.advance({ minutes: 1 });
  expect(await earlierTimes()).toEqual(['09:00', '10:00']);
});

test('if no email was sent, it names the previous time', async () => {
  const [confirmation] = await notifications();
  await clinic.query("UPDATE notifications SET state = 'dead' WHERE id = ?", [confirmation!.id]);
  await rescheduleTo('10:00');
  expect(await earlierTimes()).toEqual(['09:00']);
});

test('the email of a cancellation names the last announced time, if it is another one', async () => {
  await rescheduleTo('10:00', '11:00');
  await cancel(clinic, patient, booking.id);
  expect(await earlierTimes()).toEqual(['09:00', '10:00']);
});

test('the email of a cancellation names no earlier time if the patient knows the right one', async () => {
  await rescheduleTo('10:00');
  await waitUntilDueSettled(clinic);
  await cancel(clinic, patient, booking.id);
  expect(await earlierTimes()).toEqual(['09:00', undefined]);
});

import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { calendarEntryOf } from '../support/calendar-entry.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { allDueSettled, messagesOf } from '../support/messages.js';
import { cancel, MONDAY, move } from '../support/races.js';
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
  await allDueSettled(clinic);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

async function moveTo(...times: string[]): Promise<void> {
  for (const time of times) expect((await move(clinic, patient, booking.id, { time })).status).toBe(200);
}

/** SEQUENCE and start of each calendar entry that the patient was sent. */
async function entries(): Promise<string[]> {
  await allDueSettled(clinic);
  return mailbox.received
    .filter(({ to, mail }) => to === patient.email && mail.attachments.length > 0)
    .map(calendarEntryOf)
    .map(({ sequence, start, method }) => `${sequence} ${start.slice(11, 16)} ${String(method)}`);
}

const news = async () =>
  (await messagesOf(clinic, booking.id)).filter(({ kind }) => !kind.startsWith('reminder'));

test('of a burst the first leaves at once, the last when the minute is over, and those between never', async () => {
  await moveTo('10:00');
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST']);
  await moveTo(...Array.from({ length: 38 }, (_, index) => (index % 2 === 0 ? '11:00' : '12:00')), '13:00');
  expect(await entries()).toHaveLength(2);
  clinic.clock.advance({ seconds: 59 });
  expect(await entries()).toHaveLength(2);
  clinic.clock.advance({ seconds: 1 });
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST', '40 12:00 REQUEST']);
  const rows = await news();
  expect(rows).toHaveLength(41);
  const between = rows.slice(2, -1);
  expect(new Set(between.map(({ state, reason }) => `${state}: ${reason}`))).toEqual(
    new Set(['cancelled: superseded by news of a later change']),
  );
});

test('an unending burst is told of once a minute, not never', async () => {
  for (const time of ['10:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00']) {
    await moveTo(time);
    await allDueSettled(clinic);
    clinic.clock.advance({ seconds: 25 });
  }
  clinic.clock.advance({ minutes: 1 });
  const told = await entries();
  expect(told.length).toBeGreaterThanOrEqual(4);
  expect(told.length).toBeLessThanOrEqual(5);
  expect(told.at(-1)).toBe('7 15:00 REQUEST');
});

test('a move after a quiet minute leaves at once', async () => {
  await moveTo('10:00');
  await allDueSettled(clinic);
  clinic.clock.advance({ minutes: 1 });
  await moveTo('11:00');
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST', '2 10:00 REQUEST']);
});

test('a cancellation leaves at once, and the news that waits does not leave at all', async () => {
  await moveTo('10:00', '11:00');
  await allDueSettled(clinic);
  expect((await cancel(clinic, patient, booking.id)).status).toBe(200);
  clinic.clock.advance({ minutes: 2 });
  expect(await entries()).toEqual(['0 08:00 REQUEST', '1 09:00 REQUEST', '3 10:00 CANCEL']);
});

test('a burst of one booking does not hold back the news of another', async () => {
  await moveTo('10:00');
  const other = await book(clinic, patient, doctor, { date: MONDAY, time: '15:00' });
  expect((await move(clinic, patient, other.id, { time: '16:00' })).status).toBe(200);
  expect(await entries()).toHaveLength(4);
});

test('the reminders are those of the last time, and none comes before its news', async () => {
  // 16:30 is 24 hours away when the news of it still wait.
  clinic.clock.set('2026-03-01T15:29:30Z');
  await moveTo('16:00', '15:00', '16:30');
  await allDueSettled(clinic);
  clinic.clock.advance({ seconds: 31 });
  const reminder = await eventually('the reminder was looked at, and waits', async () =>
    (await messagesOf(clinic, booking.id)).find(({ reason }) => reason?.includes('waits')),
  );
  expect(reminder).toMatchObject({ kind: 'reminder_24h', booking_version: 4 });
  clinic.clock.advance({ minutes: 1 });
  await allDueSettled(clinic);
  const subjects = mailbox.received.filter(({ to }) => to === patient.email).map(({ mail }) => mail.subject!);
  expect(subjects.map((subject) => subject.split(':')[0])).toEqual([
    'Appointment confirmed',
    'Appointment moved',
    'Appointment moved',
    'Appointment reminder',
  ]);
});

/** What each email of a reschedule says of the earlier time, in the order of sending. */
async function earlierTimes(): Promise<(string | undefined)[]> {
  await allDueSettled(clinic);
  return mailbox.received
    .filter(({ to, mail }) => to === patient.email && mail.subject?.startsWith('Appointment moved'))
    .map(({ mail }) => /^Earlier time: .*, (\d\d:\d\d) \(/m.exec(mail.text!)?.[1]);
}

test('an email tells the time that the patient was told last, not one that no email told', async () => {
  await moveTo('10:00');
  expect(await earlierTimes()).toEqual(['09:00']);
  await moveTo('11:00', '12:00');
  clinic.clock.advance({ minutes: 1 });
  expect(await earlierTimes()).toEqual(['09:00', '10:00']);
});

test('where no email has arrived it tells the time before', async () => {
  const [confirmation] = await news();
  await clinic.query("UPDATE notifications SET state = 'dead' WHERE id = ?", [confirmation!.id]);
  await moveTo('10:00');
  expect(await earlierTimes()).toEqual(['09:00']);
});

import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { MailSender } from '../../src/notifications/mail.sender.js';
import { Ledger } from '../../src/outbox/ledger.repository.js';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { idleWorker } from '../support/idle-worker.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled, type LedgerNotification, notificationsOf } from '../support/notifications.js';
import { type Moment, type SmtpFault, FaultySmtp } from '../support/faulty-smtp.js';
import { startWorker } from '../support/worker.js';

const MONDAY_AT_NINE = { date: '2026-03-02', time: '09:00' };

let clinic: Clinic;
let smtp: FaultySmtp;
let worker: INestApplicationContext;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  smtp = await FaultySmtp.open();
  clinic = await Clinic.open({ env: { SMTP_URL: `smtp://clinic:secret@127.0.0.1:${smtp.port}` } });
  worker = await startWorker(clinic.environment, clinic.clock);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await smtp?.close();
});

beforeEach(async () => {
  patient = await clinic.patient();
  doctor = await clinic.doctor();
});

afterEach(async () => {
  smtp.faults = {};
  await clinic.query("UPDATE notifications SET state = 'cancelled' WHERE state = 'pending'");
});

const confirmationOf = async ({ id }: BookingJson): Promise<LedgerNotification> =>
  (await notificationsOf(clinic, id))[0]!;

/** The confirmation, once it has been offered to the mail server so many times. */
function offered(booking: BookingJson, times: number): Promise<LedgerNotification> {
  return eventually(`the mail was offered ${times} times`, async () => {
    const message = await confirmationOf(booking);
    return message.attempts >= times && message.state !== 'sending' && message;
  });
}

const mailsToPatient = (): string[] => smtp.contents.filter((content) => content.includes(patient.email));

const TEMPORARY_FAILURES: [string, Moment, SmtpFault][] = [
  ['a temporary refusal of the address', 'RCPT', { say: '450 4.2.1 try later' }],
  ['a temporary refusal of the mail', 'content', { say: '451 4.3.0 try later' }],
  ['a refusal of the sender', 'MAIL', { say: '550 5.7.1 not from you' }],
  ['a refused log-in', 'AUTH', { say: '535 5.7.8 wrong password' }],
  ['a refused connection', 'greeting', { say: '554 go away' }],
  ['a server that hangs up before the mail', 'DATA', 'hang up'],
];

test.each(TEMPORARY_FAILURES)('after %s the notification is retried later', async (_, moment, mood) => {
  // A new worker for a new connection: greeting and log-in happen once a connection.
  smtp.faults = { [moment]: mood };
  await worker.close();
  worker = await startWorker(clinic.environment, clinic.clock);
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  const refused = await offered(booking, 1);
  expect(refused).toMatchObject({ state: 'pending', attempts: 1 });
  expect(refused.reason).toBeTruthy();
  expect(refused.due_at.getTime()).toBeGreaterThan(clinic.clock.now());
  smtp.faults = {};
  clinic.clock.advance({ seconds: 6 });
  expect(await offered(booking, 2)).toMatchObject({ state: 'sent', attempts: 2, reason: null });
  expect(mailsToPatient().at(-1)).toContain('Message-ID');
});

test.each<[string, Moment]>([
  ['address', 'RCPT'],
  ['mail', 'content'],
])(
  'a permanent refusal of the %s ends the notification as dead, listed with its reason',
  async (_, moment) => {
    const admin = await clinic.admin();
    smtp.faults = { [moment]: { say: `550 5.1.1 <${patient.email}>: no such patient as ${patient.email}` } };
    const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
    const { id } = await offered(booking, 1);
    const { body } = await clinic.client.get<LedgerNotification[]>('/api/notifications?state=dead', admin);
    const dead = body.find((message) => message.id === id);
    expect(dead?.reason).toMatch(/550 5\.1\.1 .*no such patient/);
    expect(dead?.reason).not.toContain('@');

    smtp.faults = {};
    expect((await clinic.client.post(`/api/notifications/${id}/retry`, {}, admin)).status).toBe(200);
    await eventually(
      'the mail is sent after all',
      async () => (await confirmationOf(booking)).state === 'sent',
    );
    expect(mailsToPatient().at(-1)).toContain('Message-ID');
  },
);

test('a mail that the server did not acknowledge is sent again, with the same Message-ID', async () => {
  smtp.faults = { content: 'hang up' };
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  expect(await offered(booking, 1)).toMatchObject({ state: 'pending', attempts: 1 });
  expect(mailsToPatient()).toHaveLength(1);
  smtp.faults = {};
  clinic.clock.advance({ seconds: 6 });
  await offered(booking, 2);
  const ids = mailsToPatient().map((content) => /^Message-ID: (.*)$/im.exec(content)?.[1]);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test('while the mail server is down notifications wait, and all are sent once it is back', async () => {
  const { port } = smtp;
  await smtp.close();
  const bookings = await Promise.all(
    ['10:00', '11:00', '12:00'].map((time) => book(clinic, patient, doctor, { ...MONDAY_AT_NINE, time })),
  );
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    for (const booking of bookings) {
      expect(await offered(booking, attempt)).toMatchObject({ state: 'pending', attempts: attempt });
    }
    clinic.clock.advance({ minutes: 1 });
  }
  smtp = await FaultySmtp.open(port);
  clinic.clock.advance({ minutes: 1 });
  await eventually('all are sent', async () => {
    const confirmations = await Promise.all(bookings.map(confirmationOf));
    return confirmations.every(({ state }) => state === 'sent');
  });
  expect(mailsToPatient()).toHaveLength(3);
});

// On a cluster each node generates its own ids: a later row may have a lower one.
test.each([
  ['', 0],
  [' with a higher id', 1_000_000],
])(
  'the cancellation never arrives before the confirmation%s, and is not attempted while it waits',
  async (_, higher) => {
    smtp.faults = { RCPT: { say: '450 4.2.1 try later' } };
    const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
    await offered(booking, 1);
    await clinic.query('UPDATE notifications SET id = id + ? WHERE booking_id = ? ORDER BY id DESC', [
      higher,
      booking.id,
    ]);
    await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
    await waitUntilDueSettled(clinic);
    const messages = await notificationsOf(clinic, booking.id);
    const confirmation = messages.find(({ kind }) => kind === 'booked');
    const cancellation = messages.find(({ kind }) => kind === 'cancelled');
    expect(cancellation).toMatchObject({ state: 'pending', attempts: 0 });
    expect(cancellation!.due_at.getTime()).toBeGreaterThan(confirmation!.due_at.getTime());
    smtp.faults = {};
    clinic.clock.advance({ seconds: 6 });
    await waitUntilDueSettled(clinic);
    const subjects = mailsToPatient().map((content) => /^Subject: (.*)$/im.exec(content)?.[1]);
    expect(subjects).toHaveLength(2);
    expect(subjects[0]).not.toMatch(/cancelled/i);
    expect(subjects[1]).toMatch(/cancelled/i);
  },
);

test('a dead confirmation does not hold back the cancellation', async () => {
  smtp.faults = { content: { say: '550 5.6.0 not this one' } };
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await offered(booking, 1);
  smtp.faults = {};
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  await waitUntilDueSettled(clinic);
  expect(mailsToPatient().at(-1)).toMatch(/^Subject: .*cancelled/im);
});

test('a reminder that is being sent arrives before the cancellation', async () => {
  const mailbox = await Mailbox.open();
  const idle = await idleWorker({ ...clinic.environment, SMTP_URL: mailbox.url }, clinic.clock);
  await worker.close();
  try {
    const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
    await clinic.query("UPDATE notifications SET state = 'sent' WHERE kind = 'booked'");
    clinic.clock.set('2026-03-02T07:00:00Z');
    const claim = async () => (await idle.get(Ledger).claimDue(10)).rows;
    const [reminder] = (await claim()).slice(-1);
    let arrived = (): void => undefined;
    const arriving = new Promise<void>((resolve) => (arrived = resolve));
    let accept = (): void => undefined;
    mailbox.onMail = () => {
      arrived();
      return new Promise((resolve) => (accept = resolve));
    };
    const sending = idle.get(MailSender).send(reminder!);
    await arriving;
    await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
    const [cancellation] = await claim();
    expect(await idle.get(MailSender).send(cancellation!)).toMatch(/^pending: waits/);
    mailbox.onMail = () => undefined;
    accept();
    expect(await sending).toBe('sent');
    expect(await idle.get(MailSender).send((await claim())[0]!)).toBe('sent');
    expect(mailbox.received.map(({ mail }) => mail.subject)).toEqual([
      expect.stringMatching(/reminder|appointment/i),
      expect.stringMatching(/cancelled/i),
    ]);
  } finally {
    await idle.close();
    await mailbox.close();
    worker = await startWorker(clinic.environment, clinic.clock);
  }
});

import type { TestingModule } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { MailSender } from '../../src/notifications/mail.sender.js';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import { Relay } from '../../src/notifications/relay.js';
import { type Claim, Ledger } from '../../src/outbox/ledger.repository.js';
import { book } from '../support/appointments.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { idleWorker } from '../support/idle-worker.js';
import { Mailbox } from '../support/mailbox.js';
import { messagesOf } from '../support/messages.js';
import { startWorker } from '../support/worker.js';

const MONDAY_AT_NINE = { date: '2026-03-02', time: '09:00' };
const AN_HOUR_BEFORE = '2026-03-02T07:00:00Z';

let mailbox: Mailbox;
let clinic: Clinic;
let idle: TestingModule;
let other: TestingModule;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    env: { SMTP_URL: mailbox.url, NOTIFICATION_LEASE_SECONDS: '2', MAIL_BUDGET_PER_DAY: '1000' },
  });
  idle = await idleWorker(clinic.environment, clinic.clock);
  other = await idleWorker(clinic.environment, clinic.clock);
});

afterAll(async () => {
  await idle?.close();
  await other?.close();
  await clinic?.close();
  await mailbox?.close();
});

beforeEach(async () => {
  await clinic.query('DELETE FROM notifications');
  await forgetTheQueue();
  clinic.clock.set(NOW);
  mailbox.onMail = () => undefined;
  mailbox.onRecipient = () => undefined;
  patient = await clinic.patient();
  doctor = await clinic.doctor();
});

/** What FLUSHALL does, for the Redis database of this file. */
async function forgetTheQueue(): Promise<void> {
  const redis = new Redis(clinic.environment.REDIS_URL);
  await redis.flushdb();
  redis.disconnect();
}

const relay = (): Relay => idle.get(Relay);
const sender = (): MailSender => idle.get(MailSender);
const jobs = () => idle.get(NotificationQueue).queue.getJobs(['wait', 'prioritized']);
const take = (limit = 100): Promise<Claim> => idle.get(Ledger).claimDue(limit);

/** A booking of which the patient knows, an hour before it begins, and its reminder, taken. */
async function takenReminder() {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await clinic.query("UPDATE notifications SET state = 'sent' WHERE kind = 'booked'");
  clinic.clock.set(AN_HOUR_BEFORE);
  const [row] = (await take()).rows;
  return { booking, row: row! };
}

test('a job carries which row it is to send, and what the dashboard tells of it, but no personal data', async () => {
  await book(clinic, patient, doctor, MONDAY_AT_NINE);
  expect(await relay().relayDue()).toBe(1);
  const [job] = await jobs();
  const [{ id }] = (await clinic.query<{ id: number }>(
    "SELECT id FROM notifications WHERE kind = 'booked'",
  )) as [{ id: number }];
  const shown = { kind: 'booked', attempt: 1, due_at: expect.any(String) as string };
  expect(job!.data).toEqual({ id, lease: 1, ...shown });
  expect(job!.id).toBe(`notification-${id}-1`);
});

test('relays that look at the same moment queue each message once', async () => {
  await bookInBulk(clinic, patient, doctor, 150);
  const relays = [relay(), other.get(Relay)];
  const queued = await Promise.all(relays.map((each) => each.relayDue()));
  expect(queued[0]! + queued[1]!).toBe(150);
  expect(await jobs()).toHaveLength(150);
});

test('no more is taken from the ledger than the senders get through', async () => {
  await bookInBulk(clinic, patient, doctor, 350);
  const rounds = [await relay().relayDue(), await relay().relayDue(), await relay().relayDue()];
  expect(rounds).toEqual([100, 100, 0]);
});

test('a job delivered twice sends once', async () => {
  await book(clinic, patient, doctor, MONDAY_AT_NINE);
  const [row] = (await take()).rows;
  const both = await Promise.all([sender().send(row!), other.get(MailSender).send(row!)]);
  expect(both.sort()).toEqual(['sent', 'taken by another']);
  expect(await sender().send(row!)).toBe('taken by another');
  expect(await mailbox.mailsTo(patient.email, 1)).toHaveLength(1);
});

test('a stale job that fires after a cancel sends nothing', async () => {
  const { booking, row } = await takenReminder();
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  expect(await sender().send(row)).toBe('taken by another');
  // Even if nobody had withdrawn it.
  await clinic.query("UPDATE notifications SET state = 'queued' WHERE id = ?", [row.id]);
  expect(await sender().send(row)).toBe('cancelled: the booking was cancelled');
  expect(await mailbox.mailsTo(patient.email, 0)).toEqual([]);
});

test('a stale job that fires after a move sends nothing', async () => {
  const { booking, row } = await takenReminder();
  const move = { date: '2026-03-03' };
  await clinic.client.patch(`/api/bookings/${booking.id}`, move, { token: patient.token });
  expect(await sender().send(row)).toBe('taken by another');
  await clinic.query("UPDATE notifications SET state = 'queued' WHERE id = ?", [row.id]);
  expect(await sender().send(row)).toBe('cancelled: the booking was moved');
  expect(await mailbox.mailsTo(patient.email, 0)).toEqual([]);
});

test('a reminder that the server put off is not tried again once the booking is cancelled', async () => {
  const { booking, row } = await takenReminder();
  mailbox.onMail = async () => {
    await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
    throw Object.assign(new Error('try later'), { responseCode: 451 });
  };
  expect(await sender().send(row)).toMatch(/^pending/);
  mailbox.onMail = () => undefined;
  clinic.clock.advance({ seconds: 10 });
  const answers: string[] = [];
  for (const taken of (await take()).rows) answers.push(await sender().send(taken));
  expect(answers.sort()).toEqual(['cancelled: the booking was cancelled', 'sent']);
  const mails = await mailbox.mailsTo(patient.email, 1);
  expect(mails.map(({ mail }) => mail.subject)).toEqual([expect.stringMatching(/cancelled/i)]);
});

test('what was queued when Redis lost everything is queued again, and sent once', async () => {
  await bookInBulk(clinic, patient, doctor, 20);
  await relay().relayDue();
  await forgetTheQueue();
  await relay().relayDue();
  expect(await jobs()).toEqual([]);
  clinic.clock.advance({ seconds: 2 });
  await relay().relayDue();
  await relay().relayDue();
  expect(await jobs()).toHaveLength(20);
  const worker = await startWorker(clinic.environment, clinic.clock);
  await mailbox.mailsTo(patient.email, 20);
  await worker.close();
  expect(await mailbox.mailsTo(patient.email, 20)).toHaveLength(20);
});

test('a message that Clinica cannot write ends at once, says so, and does not keep the others waiting', async () => {
  const broken = await clinic.doctor();
  await clinic.query("UPDATE doctors SET timezone = 'Mars/Olympus' WHERE id = ?", [broken.doctorId]);
  const [poison] = await bookInBulk(clinic, patient, broken, 1);
  await bookInBulk(clinic, patient, doctor, 10);
  const worker = await startWorker(clinic.environment, clinic.clock);
  await mailbox.mailsTo(patient.email, 10);
  await worker.close();
  const [message] = await messagesOf(clinic, poison!);
  expect(message).toMatchObject({
    state: 'dead',
    attempts: 0,
    reason: expect.stringMatching(/^a fault in Clinica: .*mars/i) as string,
  });
});

test('a message that waits for an older one is queued once, and goes when that one is sent', async () => {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  let arrived = (): void => undefined;
  const arriving = new Promise<void>((resolve) => (arrived = resolve));
  let letGo = (): void => undefined;
  mailbox.onMail = () => {
    arrived();
    return new Promise((resolve) => (letGo = resolve));
  };
  const [confirmation] = (await take()).rows;
  const sending = sender().send(confirmation!);
  await arriving;
  mailbox.onMail = () => undefined;
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  const [cancellation] = (await take()).rows;
  expect(await sender().send(cancellation!)).toBe('pending: waits for an older message of its booking');
  for (let round = 0; round < 5; round += 1) expect(await relay().relayDue()).toBe(0);
  letGo();
  expect(await sending).toBe('sent');
  const [woken] = (await take()).rows;
  expect(woken).toMatchObject({ id: cancellation!.id, lease: 2 });
  expect(await sender().send(woken!)).toBe('sent');
});

test('a message sleeps through the failed attempts of the older one that it waits for', async () => {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  mailbox.onRecipient = () => ({ responseCode: 450, message: 'try later' });
  const [confirmation, cancellation] = (await take()).rows;
  expect(await sender().send(confirmation!)).toBe('pending');
  expect(await sender().send(cancellation!)).toMatch(/^pending: waits/);
  for (let attempt = 2; attempt <= 4; attempt += 1) {
    const [older] = await messagesOf(clinic, booking.id);
    clinic.clock.set(older!.due_at.toISOString());
    const { rows } = await take();
    expect(rows).toMatchObject([{ id: confirmation!.id, lease: attempt }]);
    expect(await sender().send(rows[0]!)).toBe('pending');
  }
  mailbox.onRecipient = () => undefined;
  clinic.clock.advance({ minutes: 5 });
  const sent: string[] = [];
  for (const row of (await take(1)).rows) sent.push(await sender().send(row));
  for (const row of (await take()).rows) sent.push(await sender().send(row));
  expect(sent).toEqual(['sent', 'sent']);
  const subjects = (await mailbox.mailsTo(patient.email, 2)).map(({ mail }) => mail.subject);
  expect(subjects).toEqual([expect.stringMatching(/confirmed/), expect.stringMatching(/cancelled/)]);
});

test('a message goes although the worker died that was sending the older one', async () => {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  const [confirmation] = (await take()).rows;
  await idle.get(Ledger).begin(confirmation!);
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  const [cancellation] = (await take()).rows;
  expect(await sender().send(cancellation!)).toMatch(/^pending: waits/);
  clinic.clock.advance({ seconds: 5 });
  await idle.get(Ledger).freeExpired();
  const outcomes: string[] = [];
  for (const row of (await take()).rows) outcomes.push(await sender().send(row));
  expect(outcomes).toEqual(['sent', 'sent']);
});

test('two workers drain a backlog of 500 messages, each message once', async () => {
  const ids = await bookInBulk(clinic, patient, doctor, 500);
  const workers = [
    await startWorker(clinic.environment, clinic.clock),
    await startWorker(clinic.environment, clinic.clock),
  ];
  const mails = await mailbox.mailsTo(patient.email, ids.length, 55);
  for (const worker of workers) await worker.close();
  expect(new Set(mails.map(({ mail }) => mail.messageId)).size).toBe(ids.length);
  expect(await mailbox.mailsTo(patient.email, ids.length)).toHaveLength(ids.length);
  const states = await clinic.query('SELECT DISTINCT state FROM notifications');
  expect(states).toEqual([{ state: 'sent' }]);
}, 60_000);

test('a flood of one account delays nobody else: what others are due is queued first, and sent first', async () => {
  await bookInBulk(clinic, patient, doctor, 1000);
  clinic.clock.advance({ seconds: 1 });
  const neighbour = await clinic.patient();
  await bookInBulk(clinic, neighbour, doctor, 2);
  await relay().relayDue();
  const { queue } = idle.get(NotificationQueue);
  const first = (await queue.getJobs(['wait'])).map(({ data }) => data.id);
  const theirs = await clinic.query<{ id: number }>('SELECT id FROM notifications WHERE account_id = ?', [
    neighbour.id,
  ]);
  expect(first.sort()).toEqual(theirs.map(({ id }) => id).sort());
  const worker = await startWorker(clinic.environment, clinic.clock);
  await mailbox.mailsTo(neighbour.email, 2);
  expect(mailbox.received.filter(({ to }) => to === patient.email).length).toBeLessThan(200);
  await worker.close();
});

test('a flood gets through too, where there is nothing else to do', async () => {
  await bookInBulk(clinic, patient, doctor, 150);
  expect(await relay().relayDue()).toBe(100);
  expect(await relay().relayDue()).toBe(50);
});

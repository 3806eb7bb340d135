import type { TestingModule } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MailSender } from '../../src/notifications/mail.sender.js';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import { Relay } from '../../src/notifications/relay.js';
import { type Choice, type Claim, Ledger } from '../../src/outbox/ledger.repository.js';
import { book } from '../support/appointments.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { idleWorker } from '../support/idle-worker.js';
import { Mailbox } from '../support/mailbox.js';
import { notificationsOf } from '../support/notifications.js';
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
  await flushQueue();
  clinic.clock.set(NOW);
  mailbox.onMail = () => undefined;
  patient = await clinic.patient();
  doctor = await clinic.doctor();
});

/** Empties the Redis database of this file. */
async function flushQueue(): Promise<void> {
  const redis = new Redis(clinic.environment.REDIS_URL);
  await redis.flushdb();
  redis.disconnect();
}

const relay = (): Relay => idle.get(Relay);
const sender = (): MailSender => idle.get(MailSender);
const jobs = () => idle.get(NotificationQueue).queue.getJobs(['wait', 'prioritized']);
const claim = (limit = 100): Promise<Claim> => idle.get(Ledger).claimDue(limit);

/** A confirmed booking an hour before it begins, and its reminder, claimed. */
async function claimedReminder() {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await clinic.query("UPDATE notifications SET state = 'sent' WHERE kind = 'booked'");
  clinic.clock.set(AN_HOUR_BEFORE);
  const [row] = (await claim()).rows;
  return { booking, row: row! };
}

test('a job carries the id of its row and what the dashboard shows, but no personal data', async () => {
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

test('relays that run at once queue each notification once', async () => {
  await bookInBulk(clinic, patient, doctor, 150);
  const relays = [relay(), other.get(Relay)];
  const queued = await Promise.all(relays.map((each) => each.relayDue()));
  expect(queued[0]! + queued[1]!).toBe(150);
  expect(await jobs()).toHaveLength(150);
});

test('the relay claims no more than the senders can handle', async () => {
  await bookInBulk(clinic, patient, doctor, 350);
  const rounds = [await relay().relayDue(), await relay().relayDue(), await relay().relayDue()];
  expect(rounds).toEqual([100, 100, 0]);
});

test('a job delivered twice sends once', async () => {
  await book(clinic, patient, doctor, MONDAY_AT_NINE);
  const [row] = (await claim()).rows;
  const both = await Promise.all([sender().send(row!), other.get(MailSender).send(row!)]);
  expect(both.sort()).toEqual(['sent', 'stale job']);
  expect(await sender().send(row!)).toBe('stale job');
  expect(await mailbox.mailsTo(patient.email, 1)).toHaveLength(1);
});

test('a stale job that fires after a cancel sends nothing', async () => {
  const { booking, row } = await claimedReminder();
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  expect(await sender().send(row)).toBe('stale job');
  // Even if it had not been withdrawn.
  await clinic.query("UPDATE notifications SET state = 'queued' WHERE id = ?", [row.id]);
  expect(await sender().send(row)).toBe('cancelled: the booking was cancelled');
  expect(await mailbox.mailsTo(patient.email, 0)).toEqual([]);
});

test('a stale job that fires after a reschedule sends nothing', async () => {
  const { booking, row } = await claimedReminder();
  const move = { date: '2026-03-03' };
  await clinic.client.patch(`/api/bookings/${booking.id}`, move, { token: patient.token });
  expect(await sender().send(row)).toBe('stale job');
  await clinic.query("UPDATE notifications SET state = 'queued' WHERE id = ?", [row.id]);
  expect(await sender().send(row)).toBe('cancelled: the booking was moved');
  expect(await mailbox.mailsTo(patient.email, 0)).toEqual([]);
});

test('a deferred reminder is not retried once its booking is cancelled', async () => {
  const { booking, row } = await claimedReminder();
  mailbox.onMail = async () => {
    await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
    throw Object.assign(new Error('try later'), { responseCode: 451 });
  };
  expect(await sender().send(row)).toMatch(/^pending/);
  mailbox.onMail = () => undefined;
  clinic.clock.advance({ seconds: 10 });
  const answers: string[] = [];
  for (const claimed of (await claim()).rows) answers.push(await sender().send(claimed));
  expect(answers.sort()).toEqual(['cancelled: the booking was cancelled', 'sent']);
  const mails = await mailbox.mailsTo(patient.email, 1);
  expect(mails.map(({ mail }) => mail.subject)).toEqual([expect.stringMatching(/cancelled/i)]);
});

test('jobs that Redis loses are queued again, and sent once', async () => {
  await bookInBulk(clinic, patient, doctor, 20);
  await relay().relayDue();
  await flushQueue();
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

test('a notification that Clinica fails to render is dead at once, with a reason, and does not delay others', async () => {
  const broken = await clinic.doctor();
  await clinic.query("UPDATE doctors SET timezone = 'Mars/Olympus' WHERE id = ?", [broken.doctorId]);
  const [unrenderable] = await bookInBulk(clinic, patient, broken, 1);
  await bookInBulk(clinic, patient, doctor, 10);
  const worker = await startWorker(clinic.environment, clinic.clock);
  await mailbox.mailsTo(patient.email, 10);
  await worker.close();
  const [notification] = await notificationsOf(clinic, unrenderable!);
  expect(notification).toMatchObject({
    state: 'dead',
    attempts: 0,
    reason: expect.stringMatching(/^a fault in Clinica: .*mars/i) as string,
  });
});

test('two workers send a backlog of 500 notifications, each once', async () => {
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

test('a flood of one account delays nobody else: notifications of others are queued and sent first', async () => {
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

test('a flood is sent too if nothing else is due', async () => {
  await bookInBulk(clinic, patient, doctor, 150);
  expect(await relay().relayDue()).toBe(100);
  expect(await relay().relayDue()).toBe(50);
});

describe('a flood to patients without an account', () => {
  /** Takes the account from all notifications of the patient. */
  const withoutAccount = () =>
    clinic.query('UPDATE notifications SET account_id = NULL WHERE account_id = ?', [patient.id]);

  test('delays no account: its notifications are queued and sent first', async () => {
    await bookInBulk(clinic, patient, doctor, 300);
    await withoutAccount();
    clinic.clock.advance({ seconds: 1 });
    const neighbour = await clinic.patient();
    await bookInBulk(clinic, neighbour, doctor, 2);
    expect(await relay().relayDue()).toBe(102);
    const { queue } = idle.get(NotificationQueue);
    const first = (await queue.getJobs(['wait'])).map(({ data }) => data.id);
    const theirs = await clinic.query<{ id: number }>('SELECT id FROM notifications WHERE account_id = ?', [
      neighbour.id,
    ]);
    expect(first.sort()).toEqual(theirs.map(({ id }) => id).sort());
    expect(await relay().relayDue()).toBe(100);
  });

  test('begins above a hundred', async () => {
    await bookInBulk(clinic, patient, doctor, 100);
    await withoutAccount();
    const crowd = await clinic.patient();
    await bookInBulk(clinic, crowd, doctor, 11);
    expect(await idle.get(Ledger).findCrowding()).toEqual([crowd.id]);
    await bookInBulk(clinic, patient, doctor, 1);
    await withoutAccount();
    expect(new Set(await idle.get(Ledger).findCrowding())).toEqual(new Set([crowd.id, null]));
    const claimed = async (choice: Choice) => (await idle.get(Ledger).claimDue(200, choice)).rows.length;
    expect(await claimed({ not: [crowd.id, null] })).toBe(0);
    expect(await claimed({ only: [crowd.id, null] })).toBe(112);
  });
});

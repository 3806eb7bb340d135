import type { TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { MailSender } from '../../src/notifications/mail.sender.js';
import { IntegrityService } from '../../src/ops/integrity/integrity.service.js';
import { Ledger } from '../../src/outbox/ledger.repository.js';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { idleWorker } from '../support/idle-worker.js';
import { notificationsOf } from '../support/notifications.js';
import { FaultySmtp } from '../support/faulty-smtp.js';

const MONDAY_AT_NINE = { date: '2026-03-02', time: '09:00' };

let clinic: Clinic;
let worker: TestingModule;
let port: number;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  const smtp = await FaultySmtp.open();
  ({ port } = smtp);
  await smtp.close();
  clinic = await Clinic.open({ env: { SMTP_URL: smtp.url } });
  worker = await idleWorker(clinic.environment, clinic.clock);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
});

beforeEach(async () => {
  clinic.clock.set(NOW);
  patient = await clinic.patient();
  doctor = await clinic.doctor();
});

afterEach(() => clinic.query('DELETE FROM notifications'));

/** Attempts all due notifications once. */
async function attemptAll(): Promise<string[]> {
  const { rows } = await worker.get(Ledger).claimDue(100);
  const outcomes: string[] = [];
  for (const row of rows) outcomes.push(await worker.get(MailSender).send(row));
  return outcomes;
}

async function readiness(): Promise<unknown> {
  const { status, body } = await clinic.client.get('/health/ready');
  return { http: status, ...body };
}

async function failing(): Promise<string[]> {
  const { checks } = await clinic.app.get(IntegrityService).check();
  const { findings } = checks.find(({ code }) => code === 'FAILING')!;
  return findings.map(({ subject, detail }) => `${subject}: ${detail}`);
}

const UP = {
  http: 200,
  status: 'up',
  database: 'up',
  redis: 'up',
  mail: 'up',
  time_zone_data: process.versions.tz,
};
const FAILING = { ...UP, mail: 'failing' };

async function confirmationOf({ id }: BookingJson) {
  return (await notificationsOf(clinic, id)).find(({ kind }) => kind === 'booked')!;
}

test('mails that have failed for more than 5 minutes are found, although each attempt makes them due later', async () => {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  expect(await readiness()).toEqual(UP);
  expect(await attemptAll()).toEqual(['pending']);
  clinic.clock.advance({ minutes: 5 });
  await attemptAll();
  expect(await readiness()).toEqual(UP);
  expect(await failing()).toEqual([]);
  clinic.clock.advance({ seconds: 1 });
  const { id, due_at, attempts } = await confirmationOf(booking);
  expect(due_at.getTime()).toBeGreaterThan(clinic.clock.now());
  expect(attempts).toBe(2);
  expect(await readiness()).toEqual(FAILING);
  expect(await failing()).toEqual([
    `notification ${id}: booked of booking ${booking.id} has failed since ${new Date(NOW).toISOString()}, in 2 attempts`,
  ]);
});

test('they are no longer found once the mail server accepts them', async () => {
  await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await attemptAll();
  clinic.clock.advance({ minutes: 6 });
  expect(await readiness()).toEqual(FAILING);
  const smtp = await FaultySmtp.open(port);
  try {
    expect(await attemptAll()).toEqual(['sent']);
  } finally {
    await smtp.close();
  }
  expect(await readiness()).toEqual(UP);
  expect(await failing()).toEqual([]);
});

test('a mail that was never attempted, is dead or was withdrawn is not failing', async () => {
  await book(clinic, patient, doctor, MONDAY_AT_NINE);
  clinic.clock.advance({ hours: 1 });
  expect(await readiness()).toEqual(UP);
  await attemptAll();
  clinic.clock.advance({ minutes: 6 });
  expect(await failing()).toHaveLength(1);
  for (const state of ['dead', 'cancelled', 'sent']) {
    await clinic.query("UPDATE notifications SET state = ? WHERE kind = 'booked'", [state]);
    expect(await readiness(), state).toEqual(UP);
    expect(await failing(), state).toEqual([]);
  }
});

test('a mail that is being retried, or whose worker died, stays failing', async () => {
  await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await attemptAll();
  clinic.clock.advance({ minutes: 6 });
  const [row] = (await worker.get(Ledger).claimDue(100)).rows;
  expect(await readiness()).toEqual(FAILING);
  await worker.get(Ledger).begin(row!);
  expect(await readiness()).toEqual(FAILING);
  clinic.clock.advance({ hours: 1 });
  await worker.get(Ledger).releaseExpired();
  expect(await failing()).toHaveLength(1);
});

test('a dead mail that is retried starts over', async () => {
  const admin = await clinic.admin();
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await attemptAll();
  const { id } = await confirmationOf(booking);
  await clinic.query("UPDATE notifications SET state = 'dead', attempts = 430 WHERE id = ?", [id]);
  clinic.clock.advance({ hours: 1 });
  expect((await clinic.client.post(`/api/notifications/${id}/retry`, {}, admin)).status).toBe(200);
  expect(await readiness()).toEqual(UP);
  await attemptAll();
  expect(await readiness()).toEqual(UP);
  clinic.clock.advance({ minutes: 6 });
  expect(await readiness()).toEqual(FAILING);
});

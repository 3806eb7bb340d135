import type { TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { MailSender } from '../../src/notifications/mail.sender.js';
import { Relay } from '../../src/notifications/relay.js';
import { type Claim, Ledger } from '../../src/outbox/ledger.repository.js';
import { book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { idleWorker } from '../support/idle-worker.js';
import { Mailbox } from '../support/mailbox.js';
import { notificationsOf } from '../support/notifications.js';

const MONDAY_AT_NINE = { date: '2026-03-02', time: '09:00' };

let mailbox: Mailbox;
let clinic: Clinic;
let idle: TestingModule;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url, NOTIFICATION_LEASE_SECONDS: '2' } });
  idle = await idleWorker(clinic.environment, clinic.clock);
});

afterAll(async () => {
  await idle?.close();
  await clinic?.close();
  await mailbox?.close();
});

beforeEach(async () => {
  await clinic.query('DELETE FROM notifications');
  clinic.clock.set(NOW);
  mailbox.onMail = () => undefined;
  mailbox.onRecipient = () => undefined;
  patient = await clinic.patient();
  doctor = await clinic.doctor();
});

const relay = (): Relay => idle.get(Relay);
const sender = (): MailSender => idle.get(MailSender);
const claim = (limit = 100): Promise<Claim> => idle.get(Ledger).claimDue(limit);

test('a notification that waits for an older one is queued once, and sent when that one is sent', async () => {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  let arrived = (): void => undefined;
  const arriving = new Promise<void>((resolve) => (arrived = resolve));
  let accept = (): void => undefined;
  mailbox.onMail = () => {
    arrived();
    return new Promise((resolve) => (accept = resolve));
  };
  const [confirmation] = (await claim()).rows;
  const sending = sender().send(confirmation!);
  await arriving;
  mailbox.onMail = () => undefined;
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  const [cancellation] = (await claim()).rows;
  expect(await sender().send(cancellation!)).toBe('pending: waits for an older notification of its booking');
  for (let round = 0; round < 5; round += 1) expect(await relay().relayDue()).toBe(0);
  accept();
  expect(await sending).toBe('sent');
  const [woken] = (await claim()).rows;
  expect(woken).toMatchObject({ id: cancellation!.id, lease: 2 });
  expect(await sender().send(woken!)).toBe('sent');
});

test('a waiting notification is not queued while the attempts at the older one fail', async () => {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  mailbox.onRecipient = () => ({ responseCode: 450, message: 'try later' });
  const [confirmation, cancellation] = (await claim()).rows;
  expect(await sender().send(confirmation!)).toBe('pending');
  expect(await sender().send(cancellation!)).toMatch(/^pending: waits/);
  for (let attempt = 2; attempt <= 4; attempt += 1) {
    const [older] = await notificationsOf(clinic, booking.id);
    clinic.clock.set(older!.due_at.toISOString());
    const { rows } = await claim();
    expect(rows).toMatchObject([{ id: confirmation!.id, lease: attempt }]);
    expect(await sender().send(rows[0]!)).toBe('pending');
  }
  mailbox.onRecipient = () => undefined;
  clinic.clock.advance({ minutes: 5 });
  const sent: string[] = [];
  for (const row of (await claim(1)).rows) sent.push(await sender().send(row));
  for (const row of (await claim()).rows) sent.push(await sender().send(row));
  expect(sent).toEqual(['sent', 'sent']);
  const subjects = (await mailbox.mailsTo(patient.email, 2)).map(({ mail }) => mail.subject);
  expect(subjects).toEqual([expect.stringMatching(/confirmed/), expect.stringMatching(/cancelled/)]);
});

test('a notification is sent even if the worker that was sending the older one died', async () => {
  const booking = await book(clinic, patient, doctor, MONDAY_AT_NINE);
  const [confirmation] = (await claim()).rows;
  await idle.get(Ledger).begin(confirmation!);
  await clinic.client.delete(`/api/bookings/${booking.id}`, { token: patient.token });
  const [cancellation] = (await claim()).rows;
  expect(await sender().send(cancellation!)).toMatch(/^pending: waits/);
  clinic.clock.advance({ seconds: 5 });
  await idle.get(Ledger).releaseExpired();
  const outcomes: string[] = [];
  for (const row of (await claim()).rows) outcomes.push(await sender().send(row));
  expect(outcomes).toEqual(['sent', 'sent']);
});

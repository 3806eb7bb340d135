import type { TestingModule } from '@nestjs/testing';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MailBudget } from '../../src/notifications/mail-budget.js';
import type { Addressed } from '../../src/notifications/notification-row.js';
import { NotificationReader } from '../../src/notifications/notification.reader.js';
import { Ledger } from '../../src/outbox/ledger.repository.js';
import { cursorOf } from '../../src/http/cursor.js';
import { fill } from '../bench/seed.js';
import { requestBooking, book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { expectIndexed, planOf } from '../support/plans.js';
import { idleWorker } from '../support/idle-worker.js';
import { cancel, MONDAY, reschedule, TUESDAY } from '../support/races.js';
import { Statements } from '../support/statements.js';

// Frequent statements use an index, however long the clinic's history, on MariaDB and MySQL.

const BOOKINGS = 20_000;
let clinic: Clinic;
let worker: TestingModule;
let statements: readonly Statements[];
let doctor: DoctorPerson;
let patient: Person;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  const connection = await createConnection({ uri: clinic.environment.DATABASE_URL, timezone: 'Z' });
  await fill(connection, { bookings: BOOKINGS });
  await connection.query(
    `INSERT INTO notifications (booking_id, account_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                message_id, created_at)
     SELECT id, user_id, 1, 'booked', starts_at, 30, created_at, 'sent', uid, created_at FROM bookings`,
  );
  await connection.query('ANALYZE TABLE notifications');
  await connection.end();
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  admin = await clinic.admin();
  worker = await idleWorker(clinic.environment, clinic.clock);
  statements = [Statements.of(clinic.dataSource), Statements.of(worker.get(DataSource))];
}, 120_000);

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
});

/** Frequent requests, and a round of the worker. */
const WORK: readonly [string, () => Promise<unknown>][] = [
  [
    'the slots of a day',
    () => get(`/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}`, patient),
  ],
  [
    'the slots of a day of a doctor with a long history',
    () => get(`/api/bookings/available-slots?doctor_id=1&date=${MONDAY}`, patient),
  ],
  [
    'a search for times of a doctor in two months, and for the next ones',
    async () => {
      await get(`/api/availability/search?doctor_id=1&from=${MONDAY}&to=2026-05-03&sort=compact`, patient);
      await get(`/api/availability/next?doctor_id=1,2,3&count=20`, patient);
    },
  ],
  ['a booking', () => requestBooking(clinic, patient, doctor, { date: MONDAY, time: '09:00' })],
  [
    'what stands in the way of a time, for the desk',
    () => get(`/api/availability/explain?doctor_id=${doctor.doctorId}&date=${MONDAY}&time=09:00`, admin),
  ],
  ['a patient’s bookings', () => get('/api/bookings/me', patient)],
  ['a patient’s bookings, page by page', () => get('/api/bookings/me?limit=5&after=1', patient)],
  [
    'a patient’s bookings, from where a page ended',
    () => get('/api/bookings/me?limit=5&after=1&after_start=2026-03-03T09:00:00Z', patient),
  ],
  ['a doctor’s bookings', () => get('/api/bookings/doctor', doctor)],
  ['the bookings of a day', () => get(`/api/bookings?date=${MONDAY}`, admin)],
  [
    'the bookings of two months, from where a page ended',
    () =>
      get(
        `/api/bookings?from=2026-03-01&to=2026-05-01&cursor=${cursorOf({ at: clinic.clock.now(), id: 1 })}`,
        admin,
      ),
  ],
  ['the bookings of a doctor', () => get('/api/bookings?from=2026-03-01&to=2026-05-01&doctor_id=1', admin)],
  ['a patient’s history', () => get('/api/bookings?patient_id=500001', admin)],
  [
    'a booking and its events',
    async () => {
      await get('/api/bookings/1', admin);
      await get('/api/bookings/1/events', admin);
    },
  ],
  [
    'a reschedule and a cancellation',
    async () => {
      const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '12:00' });
      await reschedule(clinic, patient, id, { date: TUESDAY });
      await cancel(clinic, patient, id);
    },
  ],
  [
    'sending a notification',
    async () => {
      await book(clinic, patient, doctor, { date: MONDAY, time: '15:00' });
      const ledger = worker.get(Ledger);
      await ledger.findCrowding();
      const [row] = (await ledger.claimDue(100, { not: [doctor.id] })).rows;
      await ledger.begin(row!);
      const notification = await worker.get(NotificationReader).read(row!.id);
      await worker.get(MailBudget).reserve(notification as Addressed);
      await ledger.settle(row!, { state: 'sent', offered: true });
      await ledger.releaseExpired();
    },
  ],
];

test('a search for times of fifty doctors in two months reads by indexes', async () => {
  for (const each of statements) each.reset();
  const ids = Array.from({ length: 50 }, (_, index) => index + 1).join();
  await get(
    `/api/availability/search?doctor_id=${ids}&from=${MONDAY}&to=2026-05-03&after=23:59&sort=compact`,
    patient,
  );
  const sent = statements
    .flatMap((each) => each.sent)
    .filter(({ sql }) => sql.startsWith('/* read-schedules'));
  expect(sent).toHaveLength(2);
  for (const statement of sent) {
    // They are half of the doctors: reading all doctors and windows is as fast. What grows with the years is not.
    const steps = (await planOf(clinic, statement)).filter(({ table }) => table === 'bookings');
    expect(steps).not.toEqual([]);
    for (const { type, key } of steps) {
      expect(key).not.toBeNull();
      expect(['range', 'ref']).toContain(type);
    }
  }
});

function get(path: string, person: Person): Promise<unknown> {
  return clinic.client.get(path, person);
}

test.each(WORK)('%s: every statement uses an index', async (_name, work) => {
  for (const each of statements) each.reset();
  await work();
  await expectIndexed(
    clinic,
    statements.flatMap(({ sent }) => sent),
  );
});

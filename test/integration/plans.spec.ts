import type { TestingModule } from '@nestjs/testing';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MailBudget } from '../../src/notifications/mail-budget.js';
import type { Addressed } from '../../src/notifications/notification-row.js';
import { NotificationReader } from '../../src/notifications/notification.reader.js';
import { Ledger } from '../../src/outbox/ledger.repository.js';
import { cursorOf } from '../../src/http/cursor.js';
import { fillPatients } from '../bench/seed-patients.js';
import { fill } from '../bench/seed.js';
import { requestBooking, book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { idleWorker } from '../support/idle-worker.js';
import { cancel, MONDAY, reschedule, TUESDAY } from '../support/races.js';
import { type Statement, Statements } from '../support/statements.js';

// Frequent statements use an index, however long the clinic's history, on MariaDB and MySQL.

const BOOKINGS = 20_000;
/** More rows than a day, a patient or a round of the relay has; far fewer than the tables have. */
const MAX_ROWS = 250;

/** `rows` may be `1 (50%)` where MariaDB filters by a second key. */
interface Step {
  readonly table: string | null;
  /** `const` for a single row, found while the statement is planned, or not there. */
  readonly type: string | null;
  readonly key: string | null;
  readonly rows: number | string | null;
}

let clinic: Clinic;
let worker: TestingModule;
let statements: readonly Statements[];
let doctor: DoctorPerson;
let patient: Person;
let admin: Person;
let staff: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  const connection = await createConnection({ uri: clinic.environment.DATABASE_URL, timezone: 'Z' });
  await fill(connection, { bookings: BOOKINGS });
  await connection.query(
    `INSERT INTO notifications (booking_id, account_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                message_id, created_at)
     SELECT id, user_id, 1, 'booked', starts_at, 30, created_at, 'sent', uid, created_at FROM bookings`,
  );
  // Fewer than `MAX_ROWS` have one of these names.
  await fillPatients(connection, { patients: BOOKINGS, names: 1000 });
  await connection.query('ANALYZE TABLE notifications');
  await connection.end();
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  admin = await clinic.admin();
  staff = await clinic.staff();
  worker = await idleWorker(clinic.environment, clinic.clock);
  statements = [Statements.of(clinic.dataSource), Statements.of(worker.get(DataSource))];
}, 120_000);

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
});

/** By a word, by several, and by what else the desk knows. */
const SEARCHES = [
  'q=own77',
  'q=given777+own77',
  'q=given777+family777',
  'phone=0077',
  'birth_date=1950-03-19',
  'birth_date=1950-03-19&q=own77',
  'phone=0077&birth_date=1950-03-19&q=given777',
];

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
  ['a booking', () => requestBooking(clinic, patient, doctor, { date: MONDAY, time: '09:00' })],
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
  ...SEARCHES.map((search): [string, () => Promise<unknown>] => [
    `the search of patients by ${search}`,
    () => get(`/api/patients?${search}`, staff),
  ]),
  ['a patient’s patients', () => get('/api/patients/mine', patient)],
  ['a patient', async () => get(`/api/patients/${await selfOf(patient)}`, staff)],
  [
    'a patient entered by the desk',
    () =>
      clinic.client.post(
        '/api/patients',
        { given_name: 'Jan', family_name: 'Family7 Own77', birth_date: '1950-01-01', phone: '+34600000077' },
        staff,
      ),
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

async function selfOf(person: Person): Promise<number> {
  return (await clinic.client.get<{ id: number }[]>('/api/patients/mine', person)).body[0]!.id;
}

function get(path: string, person: Person): Promise<unknown> {
  return clinic.client.get(path, person);
}

test.each(WORK)('%s: every statement uses an index', async (_name, work) => {
  for (const each of statements) each.reset();
  await work();
  const queries = statements
    .flatMap(({ sent }) => sent)
    .filter(({ sql }) => /^\s*(?:\/\*[^*]*\*\/\s*)?(SELECT|UPDATE)\b[^]*WHERE/.test(sql));
  expect(queries).not.toEqual([]);
  for (const statement of queries) {
    for (const { table, key, rows } of await plan(statement)) {
      expect(key, `${table} in ${statement.sql}`).not.toBeNull();
      expect(Number.parseInt(String(rows), 10), `${table} in ${statement.sql}`).toBeLessThan(MAX_ROWS);
    }
  }
});

/** The steps with which the database would find the rows of each table. */
async function plan({ sql, parameters }: Statement): Promise<Step[]> {
  const steps = await clinic.query<Step>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, parameters);
  return steps.filter(({ table, type }) => table !== null && !table.startsWith('<') && type !== 'const');
}

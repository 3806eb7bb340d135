import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestBooking, book } from '../support/appointments.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { cancel, MONDAY, reschedule, TUESDAY, WEDNESDAY } from '../support/races.js';

// Another transaction holds a lock, and a crowd of requests waits for it: all other requests must still be answered.

const CROWD = 200;

let clinic: Clinic;
let holder: Connection;
let watcher: Connection;
let patients: Person[];

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.liftLimits();
  holder = await createConnection(clinic.environment.DATABASE_URL);
  watcher = await createConnection(clinic.environment.DATABASE_URL);
  patients = [];
  for (let count = 0; count < 10; count += 1) patients.push(await clinic.patient());
});

afterAll(async () => {
  await Promise.all([holder?.end(), watcher?.end()]);
  await clinic?.close();
});

const DAYS = Array.from({ length: CROWD }, (_, day) =>
  new Date(Date.parse(MONDAY) + day * 86_400_000).toISOString().slice(0, 10),
);

/** Locks all days of a doctor that the crowd may request. */
const lockDaysOf = ({ doctorId }: DoctorPerson): string =>
  `INSERT INTO doctor_days (doctor_id, date, version) VALUES
   ${DAYS.map((day) => `(${doctorId}, '${day}', 1)`).join()} ON DUPLICATE KEY UPDATE version = version + 1`;

/** How many of the clinic's connections wait for a lock. */
async function countWaiting(): Promise<number> {
  const [threads] = await watcher.query<(RowDataPacket & { id: number })[]>(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE()',
  );
  const own = new Set(threads.map(({ id }) => Number(id)));
  const [[row]] = await watcher.query<(RowDataPacket & { Status: string })[]>('SHOW ENGINE INNODB STATUS');
  // The part before the first transaction reports old deadlocks in the same words.
  return row!.Status.split('---TRANSACTION')
    .slice(1)
    .filter((transaction) => transaction.includes('LOCK WAIT'))
    .filter((transaction) => own.has(Number(/thread id (\d+)/.exec(transaction)?.[1]))).length;
}

/**
 * Sends a crowd's requests while the lock is held, and other requests that must be answered before it is released.
 *
 * @returns the kinds of answers to the crowd: `201`, `503 BUSY`
 */
async function whileLocked(
  lock: string,
  request: (index: number) => Promise<Answer<Json>>,
  others?: () => Promise<Answer<Json>>,
): Promise<string[]> {
  const [other, patient] = [await clinic.doctor(), await clinic.patient()];
  const { token } = patient;
  await holder.query('BEGIN');
  try {
    await holder.query(lock);
    const crowd = Array.from({ length: CROWD }, (_, index) => request(index));
    await eventually('the crowd waits', async () => (await countWaiting()) > 0);
    // For the rest of the crowd to arrive.
    await sleep(500);
    expect(await countWaiting()).toBeLessThanOrEqual(clinic.environment.DATABASE_POOL_SIZE / 4);
    const path = `/api/bookings/available-slots?doctor_id=${other.doctorId}&date=${MONDAY}`;
    const slots = await clinic.client.get(path, { token });
    const booked = await requestBooking(clinic, patient, other, { date: MONDAY, time: '10:00' });
    const further = others && (await others());
    expect([slots.status, booked.status, further?.status ?? 200]).toEqual([200, 201, 200]);
    await holder.query('ROLLBACK');
    const answers = await Promise.all(crowd);
    for (const { status, headers } of answers)
      if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    return [...new Set(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`.trim()))].sort();
  } finally {
    await holder.query('ROLLBACK');
  }
}

const time = (index: number): string =>
  `${String(9 + Math.floor(index / 30)).padStart(2, '0')}:${String((index * 2) % 60).padStart(2, '0')}`;

test('200 bookings by ten patients wait for one day of a doctor', async () => {
  const doctor = await clinic.doctor();
  const kinds = await whileLocked(lockDaysOf(doctor), (index) =>
    requestBooking(clinic, patients[index % 10]!, doctor, { date: MONDAY, time: time(index), duration: 2 }),
  );
  expect(kinds).toContain('201');
  expect(kinds.filter((kind) => !/^(201|503 BUSY)$/.test(kind))).toEqual([]);
});

test('200 reschedules by ten patients wait for one day of a doctor; one with another doctor does not', async () => {
  const [doctor, other, neighbour] = [await clinic.doctor(), await clinic.doctor(), await clinic.patient()];
  const owned = await Promise.all(
    patients.map((patient, index) =>
      book(clinic, patient, doctor, { date: TUESDAY, time: time(index * 20) }),
    ),
  );
  const { id } = await book(clinic, neighbour, other, { date: TUESDAY, time: '10:00' });
  const kinds = await whileLocked(
    lockDaysOf(doctor),
    (index) =>
      reschedule(clinic, patients[index % 10]!, owned[index % 10]!.id, {
        date: WEDNESDAY,
        time: time(index),
        duration: 2,
      }),
    () => reschedule(clinic, neighbour, id, { date: WEDNESDAY, time: '11:00' }),
  );
  expect(kinds).toContain('200');
});

test('200 exceptions wait for one day of a doctor', async () => {
  const doctor = await clinic.doctor();
  const { token } = doctor;
  await whileLocked(lockDaysOf(doctor), (index) =>
    clinic.client.post(
      '/api/exceptions',
      { date: MONDAY, start_time: time(index), end_time: '17:00' },
      { token },
    ),
  );
});

test('200 exceptions of one doctor wait, each for another day', async () => {
  const doctor = await clinic.doctor();
  const { token } = doctor;
  await whileLocked(lockDaysOf(doctor), (index) =>
    clinic.client.post('/api/exceptions', { date: DAYS[index], is_full_day: true }, { token }),
  );
});

test('200 bookings of one account wait, each for another day', async () => {
  const doctor = await clinic.doctor();
  await whileLocked(lockDaysOf(doctor), (index) =>
    requestBooking(clinic, patients[0]!, doctor, { date: DAYS[index]!, time: '10:00' }),
  );
});

test('200 cancellations of one booking wait for it', async () => {
  const doctor = await clinic.doctor();
  const patient = patients[0]!;
  const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
  const kinds = await whileLocked(`UPDATE bookings SET version = version WHERE id = ${id}`, () =>
    cancel(clinic, patient, id),
  );
  expect(kinds).toContain('200');
});

test('200 new windows of one doctor wait for the schedule', async () => {
  const doctor = await clinic.doctor();
  const { doctorId, token } = doctor;
  await whileLocked(
    `INSERT INTO doctor_schedules (doctor_id, version) VALUES (${doctorId}, 1) ON DUPLICATE KEY UPDATE version = version + 1`,
    (index) =>
      clinic.client.post(
        '/api/availability',
        { day_of_week: 6, start_time: time(index), end_time: time(index + 1) },
        { token },
      ),
  );
});

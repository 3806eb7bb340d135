import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { requestBooking, book } from '../support/appointments.js';
import type { Answer, Json } from '../support/client.js';
import type { Clinic, DoctorPerson, Person } from '../support/clinic.js';
import {
  addException,
  cancel,
  LOCK_DAY,
  LOCK_PATIENT_SCHEDULE,
  MONDAY,
  reschedule,
  TUESDAY,
  WEDNESDAY,
} from '../support/races.js';
import { ConcurrentApps } from '../support/concurrent-apps.js';

// Many requests at once through two API processes, in any order.

const CROWD = 50;

let rivals: ConcurrentApps;
let patients: Person[];
let doctor: DoctorPerson;

beforeAll(async () => {
  // Many connections: the crowd competes in the database instead of queueing in the apps.
  rivals = await ConcurrentApps.open({ DATABASE_POOL_SIZE: '30' });
  patients = [];
  for (let count = 0; count < 5; count += 1) patients.push(await rivals.clinic.patient());
});

afterEach(async () => {
  rivals?.reset();
  expect(await rivals.clinic.overlappingPairs()).toBe(0);
});

afterAll(async () => {
  await rivals?.close();
});

/** Sends all requests at once, alternating between the two apps. */
function crowd(
  size: number,
  request: (clinic: Clinic, patient: Person, index: number) => Promise<Answer<Json>>,
): Promise<Answer<Json>[]> {
  return Promise.all(
    Array.from({ length: size }, (_, index) =>
      request(index % 2 === 0 ? rivals.clinic : rivals.other, patients[index % patients.length]!, index),
    ),
  );
}

/** The number of answers of each kind: `201`, `400 TAKEN`. */
function count(answers: Answer<Json>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const kind = status < 300 ? String(status) : `${status} ${body.code}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

test('50 parallel bookings of overlapping appointments with different starts and durations: one succeeds, 49 are refused', async () => {
  doctor = await rivals.clinic.doctor();
  const answers = await crowd(CROWD, (clinic, patient, index) =>
    requestBooking(clinic, patient, doctor, {
      date: MONDAY,
      time: `11:${String(index).padStart(2, '0')}`,
      duration: 60 + (index % 7) * 15,
    }),
  );
  expect(count(answers)).toEqual({ '201': 1, '400 TAKEN': CROWD - 1 });
});

test('120 parallel bookings that break a rule, on a date without bookings, are all refused for it', async () => {
  doctor = await rivals.clinic.doctor();
  const answers = await crowd(120, (clinic, patient) =>
    requestBooking(clinic, patient, doctor, { date: TUESDAY, time: '20:00' }),
  );
  expect(count(answers)).toEqual({ '400 OUTSIDE_AVAILABILITY': 120 });
  // At most one lock of each kind a request: the rollback of an insert makes all that wait for it deadlock. If those
  // retried the lock, they would deadlock again and again, until some were answered BUSY.
  const locks = (which: RegExp): number =>
    rivals.statements.flatMap(({ sent }) => sent.filter(({ sql }) => which.test(sql))).length;
  expect(locks(LOCK_PATIENT_SCHEDULE)).toBe(120);
  expect(locks(LOCK_DAY)).toBeLessThanOrEqual(120);
  const days = await rivals.clinic.query('SELECT * FROM doctor_days WHERE doctor_id = ?', [doctor.doctorId]);
  expect(days).toEqual([]);
});

test('of 64 parallel bookings on a day with 16 half hours, each half hour is booked once', async () => {
  doctor = await rivals.clinic.doctor();
  const answers = await crowd(64, (clinic, patient, index) => {
    const minutes = 540 + (index % 16) * 30;
    const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    return requestBooking(clinic, patient, doctor, { date: WEDNESDAY, time });
  });
  expect(count(answers)).toEqual({ '201': 16, '400 TAKEN': 48 });
});

test('of ten parallel cancellations of a booking, one succeeds', async () => {
  doctor = await rivals.clinic.doctor();
  const patient = patients[0]!;
  const { id } = await book(rivals.clinic, patient, doctor, { date: MONDAY, time: '10:00' });
  const answers = await crowd(10, (clinic) => cancel(clinic, patient, id));
  expect(count(answers)).toEqual({ '200': 1, '400 BOOKING_NOT_FOUND': 9 });
});

test('booking, rescheduling, cancelling and blocking at once: no double booking, no deadlock, no stale reminder', async () => {
  doctor = await rivals.clinic.doctor();
  const dates = [MONDAY, TUESDAY, WEDNESDAY];
  const owned = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const patient = patients[index % patients.length]!;
      const date = dates[index % 3]!;
      const time = `${String(9 + Math.floor(index / 3)).padStart(2, '0')}:00`;
      return { ...(await book(rivals.clinic, patient, doctor, { date, time })), patient };
    }),
  );
  const answers = await crowd(60, (clinic, patient, index) => {
    const own = owned[index % owned.length]!;
    const date = dates[(index * 7) % 3]!;
    const time = `${String(9 + (index % 8)).padStart(2, '0')}:${index % 2 === 0 ? '20' : '40'}`;
    if (index % 10 === 9) return cancel(clinic, own.patient, own.id);
    if (index % 15 === 7) return addException(clinic, doctor, date);
    if (index % 3 === 0) return requestBooking(clinic, patient, doctor, { date, time, duration: 45 });
    return reschedule(clinic, own.patient, own.id, { date, time });
  });
  const kinds = Object.keys(count(answers));
  expect(
    kinds.filter(
      (kind) => !/^(20[01]|400 (TAKEN|EXCEPTION|OUTSIDE_AVAILABILITY|BOOKING_NOT_FOUND))$/.test(kind),
    ),
  ).toEqual([]);
  const stale = await rivals.clinic.query(
    `SELECT n.id FROM notifications n JOIN bookings b ON b.id = n.booking_id
     WHERE n.kind LIKE 'reminder%' AND n.state = 'pending'
       AND (b.status <> 'booked' OR n.booking_version <> b.version)`,
  );
  expect(stale).toEqual([]);
});

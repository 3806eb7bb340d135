import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doctorsWithType, requestAny } from '../support/any-doctor.js';
import { requestBooking, book } from '../support/appointments.js';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import {
  cancel,
  LOCK_DAY,
  LOCK_PATIENT_SCHEDULE,
  MONDAY,
  reschedule,
  READ_SCHEDULE,
  TUESDAY,
} from '../support/races.js';
import { type SentStatement, Statements } from '../support/statements.js';
import { PATIENT_OF_ACCOUNT } from '../support/self-patients.js';

let clinic: Clinic;
let statements: Statements;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  statements = Statements.of(clinic.dataSource);
  // An empty list takes a second statement, to tell whether the doctor exists.
  await clinic.query("INSERT INTO exceptions (doctor_id, date) VALUES (?, '2021-05-05')", [doctor.doctorId]);
  // Opens the connection, whose set-up statements do not belong to a request.
  await book(clinic, patient, doctor, { date: MONDAY, time: '16:00' });
});

afterAll(async () => {
  await clinic?.close();
});

/** The statements of a request, which must succeed, without those that its process sends once a second. */
async function statementsOf<Body>(request: () => Promise<Answer<Body>>): Promise<readonly SentStatement[]> {
  statements.reset();
  const { status } = await request();
  expect(status).toBeLessThan(300);
  return statements.sent.filter(({ sql }) => !/^SET SESSION|find-ended-sessions/.test(sql));
}

async function count(request: () => Promise<Answer<unknown>>): Promise<number> {
  return (await statementsOf(request)).length;
}

const slots = (): Promise<Answer<unknown>> =>
  clinic.client.get(`/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}`, patient);

/** Each kind of request, and the most statements that it may take. */
const REQUESTS: readonly [string, number, () => Promise<Answer<unknown>>][] = [
  ['the slots of a date', 1, slots],
  ['a patient’s bookings', 1, () => clinic.client.get('/api/bookings/me', patient)],
  // One of the two records the read.
  ['a doctor’s bookings', 2, () => clinic.client.get('/api/bookings/doctor', doctor)],
  ['a doctor’s day', 6, () => clinic.client.get('/api/desk/day', doctor)],
  ['a doctor’s bookings of today', 3, () => clinic.client.get('/api/bookings', doctor)],
  ['the doctors', 1, () => clinic.client.get('/api/doctors/public')],
  ['a doctor’s windows', 1, () => clinic.client.get(`/api/availability/${doctor.doctorId}`)],
  ['a doctor’s own windows', 1, () => clinic.client.get('/api/availability/me', doctor)],
  ['a doctor’s exceptions', 1, () => clinic.client.get('/api/exceptions/me', doctor)],
];

async function fiveDoctors(): Promise<number[]> {
  const doctors = [doctor];
  while (doctors.length < 5) doctors.push(await clinic.doctor());
  return doctors.map(({ doctorId }) => doctorId);
}

/** Adds a long history: years of bookings, cancellations, exceptions and colleagues. */
async function addHistory(): Promise<void> {
  for (let index = 0; index < 20; index += 1) await clinic.doctor();
  const rows = Array.from({ length: 2000 }, (_, index) => {
    const start = Date.parse('2020-01-06T08:00:00Z') + index * 86_400_000;
    const date = new Date(start).toISOString().slice(0, 10);
    const status = index % 4 === 0 ? 'cancelled' : 'booked';
    return [
      randomUUID(),
      doctor.doctorId,
      patient.id,
      patient.id,
      date,
      '09:00',
      30,
      new Date(start),
      new Date(start + 1_800_000),
      status,
    ];
  });
  await clinic.query(
    `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at)
     VALUES ${rows.map(() => `(?, ?, ?, ${PATIENT_OF_ACCOUNT}, ?, ?, ?, ?, ?, ?, 1, '2020-01-01', '2020-01-01')`).join()}`,
    rows.flat(),
  );
  await clinic.query(
    `INSERT INTO exceptions (doctor_id, date) VALUES ${Array.from({ length: 300 }, () => "(?, '2021-05-05')").join()}`,
    Array.from({ length: 300 }, () => doctor.doctorId),
  );
}

describe('the number of statements does not depend on the number of rows', () => {
  test('in lists', async () => {
    const counts = async (): Promise<[string, number][]> => {
      const all: [string, number][] = [];
      for (const [name, , request] of REQUESTS) all.push([name, await count(request)]);
      return all;
    };
    const before = await counts();
    for (const [index, [name, most]] of REQUESTS.entries()) {
      expect(before[index]![0]).toBe(name);
      expect(before[index]![1]).toBeLessThanOrEqual(most);
    }
    await addHistory();
    expect(await counts()).toEqual(before);
  });

  test('a booking takes at most eight, including BEGIN and COMMIT, and begins with the locks of the patient and the day', async () => {
    const sent = await statementsOf(() =>
      requestBooking(clinic, patient, doctor, { date: TUESDAY, time: '10:00' }),
    );
    expect(sent.length).toBeLessThanOrEqual(8);
    expect(sent[0]!.sql).toBe('START TRANSACTION');
    expect(sent[1]!.sql).toMatch(LOCK_PATIENT_SCHEDULE);
    expect(sent[2]!.sql).toMatch(LOCK_DAY);
    expect(sent[3]!.sql).toMatch(READ_SCHEDULE);
    expect(sent.at(-1)!.sql).toBe('COMMIT');
  });

  test('in a search, whatever the span, the order and the number of doctors', async () => {
    const ids = await fiveDoctors();
    const counts = new Set<number>();
    for (const doctors of [ids.slice(0, 1), ids])
      for (const to of [MONDAY, '2026-03-08', '2026-05-02'])
        for (const more of ['', '&sort=compact', '&weekdays=1', '&after=16:00']) {
          const path = `/api/availability/search?doctor_id=${doctors.join()}&from=2026-03-01&to=${to}${more}`;
          counts.add(await count(() => clinic.client.get(path, patient)));
        }
    expect([...counts]).toEqual([2]);
  });

  test('a search of more doctors reads twice at most, one for the next times three times', async () => {
    const ids = [...(await fiveDoctors()), (await clinic.doctor()).doctorId].join();
    const search = `/api/availability/search?doctor_id=${ids}&from=2026-03-01&to=2026-05-02&weekdays=0`;
    expect(await count(() => clinic.client.get(search, patient))).toBe(3);
    const next = `/api/availability/next?doctor_id=${ids}&after=23:00`;
    expect(await count(() => clinic.client.get(next, patient))).toBe(4);
  });

  test('a booking with any doctor takes at most ten, as many for eleven doctors as for two', async () => {
    const namesFor = async (doctors: number): Promise<string[]> => {
      const offer = await doctorsWithType(clinic, doctors);
      const person = await clinic.patient();
      const sent = await statementsOf(() => requestAny(clinic, person, offer, '10:00'));
      return sent.map(({ sql }) => /^\/\* ([a-z-]+) \*\//.exec(sql)?.[1] ?? sql);
    };
    const [few, many] = [await namesFor(2), await namesFor(11)];
    expect(many).toEqual(few);
    expect(few.length).toBeLessThanOrEqual(10);
    expect(few.filter((name) => /^(find-doctors|lock|read)/.test(name))).toEqual([
      'find-doctors-of-search',
      'read-schedules',
      'lock-patient-schedule',
      'lock-day',
      'read-schedules',
    ]);
  });

  test('in an explanation', async () => {
    const explain = (who: Person, time: string) => (): Promise<Answer<unknown>> =>
      clinic.client.get(
        `/api/availability/explain?doctor_id=${doctor.doctorId}&date=${MONDAY}&time=${time}`,
        who,
      );
    // The time, and the next ones: the first days suffice.
    expect(await count(explain(patient, '10:00'))).toBe(2);
    expect(await count(explain(patient, '16:00'))).toBe(2);
    const staff = await clinic.staff();
    // A booking in the way, and the event that it was read.
    expect(await count(explain(staff, '16:00'))).toBe(4);
    expect(await count(explain(staff, '20:00'))).toBe(3);
  });

  test('in a reschedule and a cancellation', async () => {
    const { id } = await book(clinic, patient, doctor, { date: TUESDAY, time: '12:00' });
    expect(await count(() => reschedule(clinic, patient, id, { date: MONDAY }))).toBeLessThanOrEqual(13);
    expect(await count(() => cancel(clinic, patient, id))).toBeLessThanOrEqual(8);
  });
});

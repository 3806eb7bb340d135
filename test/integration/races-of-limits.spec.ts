import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, offerTypes, type TypeJson } from '../support/appointment-types.js';
import type { Answer, Json } from '../support/client.js';
import type { Clinic, DoctorPerson, Person } from '../support/clinic.js';
import { ConcurrentApps, type Overtaking } from '../support/concurrent-apps.js';
import { INSERT_BOOKING, LOCK_DAY, LOCK_PATIENT_SCHEDULE, MONDAY, TUESDAY } from '../support/races.js';
import { request } from '../support/typed-bookings.js';

// Each race happens twice: as it is, and without its lock, with the harm that the lock prevents.

type Race = Overtaking<Answer<Json>, Answer<Json>>;

let rivals: ConcurrentApps;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  rivals = await ConcurrentApps.open({ RATE_LIMIT_ENABLED: 'false' });
});
beforeEach(async () => {
  doctor = await rivals.clinic.doctor();
  patient = await rivals.clinic.patient();
});
afterEach(async () => {
  rivals?.reset();
  await rivals?.clinic.query('UPDATE clinic SET max_live_bookings = 50');
});
afterAll(() => rivals?.close());

async function offered(
  doctors: readonly DoctorPerson[],
  values: Parameters<typeof createType>[1] = {},
): Promise<TypeJson> {
  const type = await createType(rivals.clinic, values);
  for (const each of doctors) await offerTypes(rivals.clinic, each, type);
  return type;
}

type Wish = readonly [who: Person, where: DoctorPerson, time: string, fields?: object];

/** Holds one booking before it is inserted, while another process makes the other. */
function race(slow: Wish, fast: Wish): Promise<Race> {
  const send =
    ([who, where, time, fields]: Wish) =>
    (through: Clinic): Promise<Answer<Json>> =>
      request(through, who, { doctor_id: where.doctorId, date: MONDAY, time, ...fields });
  return rivals.overtake(INSERT_BOOKING, send(slow), send(fast));
}

let unusedPatient = 4_000_000_000;

/** Locks a row that nobody else locks, in place of the patient's. */
function leaveOutPatientLock(): void {
  for (const statements of rivals.statements)
    statements.replace(LOCK_PATIENT_SCHEDULE, () => ({
      sql: 'INSERT INTO patient_schedules (patient_id, version) VALUES (?, 1)',
      parameters: [(unusedPatient += 1)],
    }));
}

describe('a cap of a day', () => {
  async function raceForLast(): Promise<Race> {
    const { id: type_id } = await offered([doctor], { max_per_day: 1 });
    const other = await rivals.clinic.patient();
    return race([patient, doctor, '09:00', { type_id }], [other, doctor, '10:00', { type_id }]);
  }

  test('lets one of two take the last place', async () => {
    const { slow, fast, waited } = await raceForLast();
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'DAY_FULL']);
  });

  test('without the lock of the day is exceeded', async () => {
    rivals.leaveOut(LOCK_DAY);
    const { slow, fast, waited } = await raceForLast();
    expect([waited, slow.status, fast.status]).toEqual([false, 201, 201]);
  });

  test('50 requests at once on a cap of 8 make 8', async () => {
    const { id: type_id } = await offered([doctor], { max_per_day: 8, duration: 5 });
    const people: Person[] = [];
    for (let made = 0; made < 50; made += 1) people.push(await rivals.clinic.patient());
    const answers = await Promise.all(
      people.map((who, index) => {
        const time = `${String(9 + Math.floor(index / 12)).padStart(2, '0')}:${String((index % 12) * 5).padStart(2, '0')}`;
        const body = { doctor_id: doctor.doctorId, date: MONDAY, time, type_id };
        return request(index % 2 ? rivals.clinic : rivals.other, who, body);
      }),
    );
    const codes = answers.map(({ status, body }) => (status === 201 ? 201 : body.code));
    expect(codes.filter((code) => code === 201)).toHaveLength(8);
    expect(codes.filter((code) => code === 'DAY_FULL')).toHaveLength(42);
  });
});

describe('one patient with two doctors at once', () => {
  async function raceForPatient(): Promise<Race> {
    const other = await rivals.clinic.doctor();
    const { id: type_id } = await offered([doctor, other]);
    return race([patient, doctor, '10:00', { type_id }], [patient, other, '10:00', { type_id }]);
  }

  test('gets one', async () => {
    const { slow, fast, waited } = await raceForPatient();
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'PATIENT_BUSY']);
  });

  test('without the lock of the patient gets both', async () => {
    leaveOutPatientLock();
    const { slow, fast, waited } = await raceForPatient();
    expect([waited, slow.status, fast.status]).toEqual([false, 201, 201]);
  });
});

describe('the last booking that a patient may have', () => {
  async function raceForLast(): Promise<Race> {
    await rivals.clinic.query('UPDATE clinic SET max_live_bookings = 1');
    const other = await rivals.clinic.doctor();
    return race([patient, doctor, '10:00'], [patient, other, '12:00']);
  }

  test('is made once', async () => {
    const { slow, fast, waited } = await raceForLast();
    expect([waited, slow.status, fast.status]).toEqual([true, 201, 400]);
    expect(fast.body.code).toBe('TOO_MANY_BOOKINGS');
  });

  test('without the lock of the patient is made twice', async () => {
    leaveOutPatientLock();
    const { slow, fast, waited } = await raceForLast();
    expect([waited, slow.status, fast.status]).toEqual([false, 201, 201]);
  });
});

describe('bookings on both sides of midnight', () => {
  async function raceAcrossMidnight(): Promise<Race> {
    const week = [
      [1, '22:00', '24:00'],
      [2, '00:00', '02:00'],
    ] as const;
    const atNight = await rivals.clinic.doctor({ week });
    const { id: type_id } = await offered([atNight], { buffer_after: 60 });
    const other = await rivals.clinic.patient();
    return race([patient, atNight, '23:30', { type_id }], [other, atNight, '00:15', { date: TUESDAY }]);
  }

  test('keep their buffers', async () => {
    const { slow, fast, waited } = await raceAcrossMidnight();
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'BUFFER']);
  });

  test('without the locks of the days come too close', async () => {
    rivals.leaveOut(LOCK_DAY);
    const { slow, fast, waited } = await raceAcrossMidnight();
    expect([waited, slow.status, fast.status]).toEqual([false, 201, 201]);
  });
});

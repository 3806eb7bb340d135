import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { doctorsWithType, type Offer, requestAny } from '../support/any-doctor.js';
import type { Answer, Json } from '../support/client.js';
import type { Clinic, Person } from '../support/clinic.js';
import { ConcurrentApps, type Overtaking } from '../support/concurrent-apps.js';
import { INSERT_BOOKING, LOCK_DAY, LOCK_PATIENT_SCHEDULE, MONDAY } from '../support/races.js';
import { request } from '../support/typed-bookings.js';

// Each race happens twice: as it is, and without its lock, with the harm that the lock prevents.

type Race = Overtaking<Answer<Json>, Answer<Json>>;
type Send = (through: Clinic) => Promise<Answer<Json>>;

let rivals: ConcurrentApps;
let patient: Person;
let other: Person;

beforeAll(async () => {
  rivals = await ConcurrentApps.open({ RATE_LIMIT_ENABLED: 'false' });
});
beforeEach(async () => {
  [patient, other] = [await rivals.clinic.patient(), await rivals.clinic.patient()];
});
afterEach(() => rivals?.reset());
afterAll(() => rivals?.close());

const any =
  (offer: Offer, who: Person, time: string): Send =>
  (through) =>
    requestAny(through, who, offer, time);

const named =
  ({ doctors }: Offer, index: number, who: Person, fields: object): Send =>
  (through) =>
    request(through, who, { doctor_id: doctors[index]!.doctorId, date: MONDAY, ...fields });

/** Holds one booking before it is inserted, while another process makes the other. */
const race = (slow: Send, fast: Send): Promise<Race> => rivals.overtake(INSERT_BOOKING, slow, fast);

/** Which of the doctors each of the two got, as their indexes; the code of a refusal. */
function gotten({ doctors }: Offer, { slow, fast }: Race): unknown[] {
  return [slow, fast].map(({ status, body }) =>
    status === 201 ? doctors.findIndex(({ doctorId }) => doctorId === body.doctor_id) : body.code,
  );
}

const overlapping = { duration: 30, slot_step: 15 };

describe('two who want any doctor at overlapping times', () => {
  const raceForFirst = (offer: Offer): Promise<Race> =>
    race(any(offer, patient, '10:00'), any(offer, other, '10:15'));

  test('get one each: who loses the race gets the next free one', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2, overlapping);
    const raced = await raceForFirst(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([true, 0, 1]);
  });

  test('where one doctor is left, get one booking', async () => {
    const offer = await doctorsWithType(rivals.clinic, 1, overlapping);
    const raced = await raceForFirst(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([true, 0, 'NO_DOCTOR_FREE']);
  });

  test('without the lock of the day are booked twice with the same one', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2, overlapping);
    rivals.leaveOut(LOCK_DAY);
    const before = await rivals.clinic.overlappingPairs();
    const raced = await raceForFirst(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([false, 0, 0]);
    expect(await rivals.clinic.overlappingPairs()).toBe(before + 1);
  });
});

describe('of two who want any doctor on one day', () => {
  const raceOnDay = (offer: Offer): Promise<Race> =>
    race(any(offer, patient, '09:00'), any(offer, other, '14:00'));

  test('the second gets the one who has the least to do at commit', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2);
    const raced = await raceOnDay(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([true, 0, 1]);
  });

  test('without the lock of the day the second gets the one who is busier by then', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2);
    rivals.leaveOut(LOCK_DAY);
    const raced = await raceOnDay(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([false, 0, 0]);
  });
});

describe('any doctor, while somebody books the first by name', () => {
  const raceWithNamed = (offer: Offer): Promise<Race> =>
    race(named(offer, 0, patient, { time: '10:10', duration: 10 }), any(offer, other, '10:00'));

  test('is the next free one', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2);
    const raced = await raceWithNamed(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([true, 0, 1]);
  });

  test('without the lock of the day is booked twice', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2);
    rivals.leaveOut(LOCK_DAY);
    const raced = await raceWithNamed(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([false, 0, 0]);
  });
});

describe('the last place of a doctor’s day', () => {
  const raceForLast = (offer: Offer): Promise<Race> =>
    race(any(offer, patient, '09:00'), any(offer, other, '14:00'));

  test('is taken once', async () => {
    const offer = await doctorsWithType(rivals.clinic, 1, { max_per_day: 1 });
    const raced = await raceForLast(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([true, 0, 'NO_DOCTOR_FREE']);
  });

  test('without the lock of the day is taken twice', async () => {
    const offer = await doctorsWithType(rivals.clinic, 1, { max_per_day: 1 });
    rivals.leaveOut(LOCK_DAY);
    const raced = await raceForLast(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([false, 0, 0]);
  });
});

describe('a patient who books any doctor, and another by name at that time', () => {
  const raceForPatient = ({ type, ...offer }: Offer): Promise<Race> =>
    race(
      named({ type, ...offer }, 1, patient, { time: '10:00', type_id: type.id }),
      any({ type, ...offer }, patient, '10:00'),
    );

  test('gets one', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2);
    const raced = await raceForPatient(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([true, 1, 'PATIENT_BUSY']);
  });

  test('without the lock of the patient gets both', async () => {
    const offer = await doctorsWithType(rivals.clinic, 2);
    let unused = 4_100_000_000;
    for (const statements of rivals.statements)
      statements.replace(LOCK_PATIENT_SCHEDULE, () => ({
        sql: 'INSERT INTO patient_schedules (patient_id, version) VALUES (?, 1)',
        parameters: [(unused += 1)],
      }));
    const raced = await raceForPatient(offer);
    expect([raced.waited, ...gotten(offer, raced)]).toEqual([false, 1, 0]);
  });
});

test('a doctor who is taken out of service meanwhile is replaced by the next free one', async () => {
  const offer = await doctorsWithType(rivals.clinic, 2);
  const admin = await rivals.clinic.admin();
  const [first] = offer.doctors;
  const raced = await race(any(offer, patient, '10:00'), ({ client }) =>
    client.patch(`/api/doctors/${first!.doctorId}`, { active: false }, admin),
  );
  expect([raced.fast.status, raced.slow.status]).toEqual([200, 201]);
  expect(raced.slow.body.doctor_id).toBe(offer.doctors[1]!.doctorId);
});

test('a held day of one doctor blocks nobody who gets another', async () => {
  const offer = await doctorsWithType(rivals.clinic, 2);
  const busy = named(offer, 0, await rivals.clinic.patient(), { time: '16:00', duration: 60 });
  expect((await busy(rivals.clinic)).status).toBe(201);
  // The first has more to do, so the second is chosen while the day of the first is locked.
  const raced = await race(named(offer, 0, patient, { time: '10:00' }), any(offer, other, '10:00'));
  expect([raced.waited, ...gotten(offer, raced)]).toEqual([false, 0, 1]);
});

test('two processes, four doctors and forty requests at once: four bookings, each with another doctor', async () => {
  const offer = await doctorsWithType(rivals.clinic, 4);
  const people: Person[] = [];
  for (let made = 0; made < 40; made += 1) people.push(await rivals.clinic.patient());
  const answers = await Promise.all(
    people.map((who, index) => requestAny(index % 2 ? rivals.clinic : rivals.other, who, offer, '10:00')),
  );
  const booked = answers.filter(({ status }) => status === 201);
  expect(new Set(booked.map(({ body }) => body.doctor_id)).size).toBe(4);
  const codes = answers.filter(({ status }) => status !== 201).map(({ body }) => body.code);
  expect(codes).toEqual(Array.from({ length: 36 }, () => 'NO_DOCTOR_FREE'));
});

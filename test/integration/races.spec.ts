import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { requestBooking, book } from '../support/appointments.js';
import {
  addException,
  INSERT_BOOKING,
  MONDAY,
  reschedule,
  raceWithDeactivation,
  raceWithDoctorChange,
  race,
  raceOfKeys,
  raceOfOppositeReschedules,
  raceOfWindows,
  raceWithException,
  BOOKING_RACES,
  TUESDAY,
  WEDNESDAY,
} from '../support/races.js';
import { ConcurrentApps } from '../support/concurrent-apps.js';
import { statementNamed } from '../support/statements.js';

// Each race here has a twin in races-without-lock.spec.ts, which shows that it happens without the lock.

let rivals: ConcurrentApps;

beforeAll(async () => {
  rivals = await ConcurrentApps.open();
});

afterEach(async () => {
  rivals?.reset();
  expect(await rivals.clinic.overlappingPairs()).toBe(0);
});

afterAll(async () => {
  await rivals?.close();
});

describe('of two requests for overlapping times at once, one succeeds and the other is refused as TAKEN', () => {
  test.each(BOOKING_RACES.map((pair) => [pair.name, pair] as const))('%s', async (_, pair) => {
    const { slow, fast, waited } = await race(rivals, pair);
    expect(waited).toBe(true);
    expect(slow.status).toBeLessThan(300);
    expect([fast.status, fast.body.code]).toEqual([400, 'TAKEN']);
  });
});

test('of two requests with one key at once, one is executed and both get its answer', async () => {
  const { slow, fast, exceptions, replays } = await raceOfKeys(rivals);
  expect([slow.status, fast.status, exceptions, replays]).toEqual([201, 201, 1, 1]);
  expect(slow.body).toEqual(fast.body);
  expect(rivals.errors).toEqual([1062]);
});

describe('once an exception is answered, no booking can appear in it', () => {
  test.each(BOOKING_RACES.slice(0, 3).map((pair) => [pair.name, pair] as const))('%s', async (_, pair) => {
    const { slow, fast, waited, seen, later } = await raceWithException(rivals, pair);
    expect(waited).toBe(true);
    expect([slow.status < 300, fast.status]).toEqual([true, 201]);
    expect([seen, later]).toEqual([1, 1]);
  });

  test.each(['book', 'reschedule'])('a request to %s during it waits, and is refused', async (verb) => {
    const doctor = await rivals.clinic.doctor();
    const patient = await rivals.clinic.patient();
    const { id } = await book(rivals.clinic, patient, doctor, { date: TUESDAY, time: '10:00' });
    const { slow, fast, waited } = await rivals.overtake(
      statementNamed('insert-exception'),
      (clinic) => addException(clinic, doctor, MONDAY),
      (clinic) =>
        verb === 'book'
          ? requestBooking(clinic, patient, doctor, { date: MONDAY, time: '10:00' })
          : reschedule(clinic, patient, id, { date: MONDAY }),
    );
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'EXCEPTION']);
  });
});

test('of two overlapping windows added at once, one is refused', async () => {
  const { slow, fast, waited, windows } = await raceOfWindows(rivals);
  expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'WINDOW_OVERLAPS']);
  expect(windows).toBe(1);
});

test('reschedules in opposite directions between two days wait for each other, and never deadlock', async () => {
  const { slow, fast, waited } = await raceOfOppositeReschedules(rivals);
  expect([waited, slow.status, fast.status]).toEqual([true, 200, 200]);
  expect(rivals.errors).toEqual([]);
});

test('a booking and a change of the weekly windows do not block each other', async () => {
  const doctor = await rivals.clinic.doctor({ week: [[1, '09:00', '12:00']] });
  const patient = await rivals.clinic.patient();
  const [window] = await rivals.clinic.query<{ id: number }>(
    'SELECT id FROM availability_windows WHERE doctor_id = ?',
    [doctor.doctorId],
  );
  const { slow, fast } = await rivals.overtake(
    INSERT_BOOKING,
    (clinic) => requestBooking(clinic, patient, doctor, { date: MONDAY, time: '10:00' }),
    ({ client }) => client.delete(`/api/availability/${window!.id}`, doctor),
  );
  expect([slow.status, fast.status]).toEqual([201, 200]);
  expect((await requestBooking(rivals.other, patient, doctor, { date: MONDAY, time: '11:00' })).status).toBe(
    400,
  );
  const added = await rivals.overtake(
    statementNamed('insert-window'),
    ({ client }) =>
      client.post('/api/availability', { day_of_week: 3, start_time: '09:00', end_time: '12:00' }, doctor),
    (clinic) => requestBooking(clinic, patient, doctor, { date: WEDNESDAY, time: '10:00' }),
  );
  expect([added.slow.status, added.fast.status, added.fast.body.code]).toEqual([
    201,
    400,
    'OUTSIDE_AVAILABILITY',
  ]);
  expect(rivals.errors).toEqual([]);
});

test('a doctor made inactive while a patient books gets no booking', async () => {
  const { slow, fast } = await raceWithDoctorChange(rivals, { active: false });
  expect([fast.status, slow.status, slow.body.code]).toEqual([200, 400, 'DOCTOR_INACTIVE']);
});

test('a time zone changed while a patient books: the booking has the instants of the new zone', async () => {
  const { slow, fast } = await raceWithDoctorChange(rivals, { timezone: 'Asia/Tokyo' });
  expect([fast.status, slow.status, slow.body.starts_at]).toEqual([200, 201, `${MONDAY}T10:00:00+09:00`]);
});

test('a booking waits for the change that makes its doctor inactive', async () => {
  const { slow, fast, waited, live } = await raceWithDeactivation(rivals);
  expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 400, 'DOCTOR_INACTIVE']);
  expect(live).toBe(0);
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { requestBooking, book } from '../support/appointments.js';
import {
  addException,
  cancel,
  CANCEL_BOOKING,
  ERASE_ACCOUNT,
  INSERT_BOOKING,
  MONDAY,
  reschedule,
  RESCHEDULE_BOOKING,
  race,
  raceForOneBooking,
  raceOfKeys,
  raceOfOppositeReschedules,
  raceOfProfiles,
  raceOfRegistrations,
  raceOfWindows,
  raceWithErasure,
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

test('of two registrations of one email at once, one succeeds and the other is refused', async () => {
  const { slow, fast, waited, accounts } = await raceOfRegistrations(rivals);
  expect([waited, slow.status, fast.status, fast.body.error]).toEqual([
    true,
    201,
    400,
    'Email already exists',
  ]);
  expect(accounts).toBe(1);
});

test('of two profiles made for one account at once, one is refused', async () => {
  const { slow, fast, waited, profiles } = await raceOfProfiles(rivals);
  expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'PROFILE_EXISTS']);
  expect(profiles).toBe(1);
});

test('a language change by the owner and a role change by an admin at once both take effect', async () => {
  const [admin, person] = [await rivals.clinic.admin(), await rivals.clinic.person('admin')];
  let reads = 0;
  const secondRead = ({ sql }: { sql: string }): boolean => /`accounts`/.test(sql) && (reads += 1) === 2;
  const { slow, fast } = await rivals.overtake(
    secondRead,
    ({ client }) => client.patch('/api/auth/me', { locale: 'es' }, person),
    ({ client }) => client.patch(`/api/users/${person.id}`, { role: 'user' }, admin),
  );
  expect([slow.status, fast.status]).toEqual([200, 200]);
  const rows = await rivals.clinic.query('SELECT role, locale FROM accounts WHERE id = ?', [person.id]);
  expect(rows).toEqual([{ role: 'user', locale: 'es' }]);
});

test('an admin demoted during another admin’s update does not become admin again without a password', async () => {
  const [admin, person] = [await rivals.clinic.admin(), await rivals.clinic.person('admin')];
  const { slow, fast } = await rivals.overtake(
    statementNamed('lock-admins'),
    ({ client }) => client.patch(`/api/users/${person.id}`, { role: 'admin' }, admin),
    ({ client }) => client.patch(`/api/users/${person.id}`, { role: 'user' }, admin),
  );
  expect([slow.status, slow.body.code, fast.status]).toEqual([400, 'PASSWORD_REQUIRED', 200]);
  const rows = await rivals.clinic.query('SELECT role FROM accounts WHERE id = ?', [person.id]);
  expect(rows).toEqual([{ role: 'user' }]);
});

describe('a patient who is erased while booking keeps no booking', () => {
  const REFUSED = [401, 'TOKEN_REVOKED'];

  test('if the erasure finishes before the booking is written', async () => {
    const { slow, fast, live } = await raceWithErasure(rivals, 'booking', INSERT_BOOKING);
    expect([slow.status, slow.body.code, fast.status, live]).toEqual([...REFUSED, 200, 0]);
  });

  test('if the booking is written, but not committed', async () => {
    const { slow, fast, waited, live } = await raceWithErasure(rivals, 'booking', /^COMMIT/);
    expect([slow.status, fast.status, waited, live]).toEqual([201, 200, true, 0]);
  });

  test('if the erasure has already read the bookings', async () => {
    const { slow, fast, waited, live } = await raceWithErasure(rivals, 'erasure', ERASE_ACCOUNT);
    expect([fast.status, fast.body.code, slow.status, waited, live]).toEqual([...REFUSED, 200, true, 0]);
  });
});

describe('one booking', () => {
  const toTuesday = { date: TUESDAY, time: '12:00' };

  test('cancelled twice at once is cancelled once, with one notification', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(rivals, CANCEL_BOOKING, cancel, cancel);
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 400, 'BOOKING_NOT_FOUND']);
    expect(end).toMatchObject({
      status: 'cancelled',
      version: 2,
      news: ['booked', 'cancelled'],
      reminders: 0,
    });
  });

  test('while it is being cancelled does not lock its doctor', async () => {
    const [doctor, patient] = [await rivals.clinic.doctor(), await rivals.clinic.patient()];
    const { id } = await book(rivals.clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const held = rivals.statements[0].hold(CANCEL_BOOKING);
    const cancelled = cancel(rivals.clinic, patient, id);
    await held.reached;
    const locking = (table: string, row: number) =>
      rivals.clinic.query(`SELECT id FROM ${table} WHERE id = ? FOR UPDATE NOWAIT`, [row]);
    await expect(locking('bookings', id)).rejects.toThrow();
    await expect(locking('doctors', doctor.doctorId)).resolves.toHaveLength(1);
    held.release();
    expect((await cancelled).status).toBe(200);
  });

  test('cancelled while it is being rescheduled stays cancelled, without reminders', async () => {
    const { slow, fast, ...end } = await raceForOneBooking(
      rivals,
      RESCHEDULE_BOOKING,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
      cancel,
    );
    expect([slow.status, slow.body.code, fast.status]).toEqual([400, 'BOOKING_NOT_FOUND', 200]);
    expect(end).toMatchObject({
      status: 'cancelled',
      version: 2,
      news: ['booked', 'cancelled'],
      reminders: 0,
    });
  });

  test('cancelled right after a reschedule is cancelled at its new time', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(
      rivals,
      /^COMMIT/,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
      cancel,
    );
    expect([waited, slow.status, fast.status]).toEqual([true, 200, 200]);
    expect(end).toMatchObject({ version: 3, news: ['booked', 'moved', 'cancelled'], reminders: 0 });
  });

  test('rescheduled while it is being cancelled is refused as not found', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(
      rivals,
      /^COMMIT/,
      cancel,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
    );
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 400, 'BOOKING_NOT_FOUND']);
    expect(end).toMatchObject({ status: 'cancelled', version: 2, reminders: 0 });
  });

  test('rescheduled twice at once is rescheduled in two steps', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(
      rivals,
      RESCHEDULE_BOOKING,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
      (clinic, patient, id) => reschedule(clinic, patient, id, { date: MONDAY }),
    );
    expect([waited, slow.status, fast.status]).toEqual([true, 200, 200]);
    expect(fast.body).toMatchObject({ date: MONDAY, time: '12:00', version: 3 });
    expect(end).toMatchObject({ version: 3, news: ['booked', 'moved', 'moved'] });
  });

  test('that begins while its reschedule waits is not rescheduled', async () => {
    const doctor = await rivals.clinic.doctor();
    const [patient, rival] = [await rivals.clinic.patient(), await rivals.clinic.patient()];
    const { id } = await book(rivals.clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const before = rivals.clinic.clock.now();
    const { fast, waited } = await rivals.overtake(
      /^COMMIT/,
      (clinic) => requestBooking(clinic, rival, doctor, { date: MONDAY, time: '15:00' }),
      (clinic) => reschedule(clinic, patient, id, { time: '16:00' }),
      () => rivals.clinic.clock.set(`${MONDAY}T10:00:00+01:00`),
    );
    rivals.clinic.clock.set(new Date(before).toISOString());
    expect([waited, fast.status, fast.body.code]).toEqual([true, 400, 'BOOKING_STARTED']);
  });

  test('that begins while its cancellation waits is not cancelled', async () => {
    const doctor = await rivals.clinic.doctor();
    const patient = await rivals.clinic.patient();
    const { id } = await book(rivals.clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const before = rivals.clinic.clock.now();
    const { slow, fast, waited } = await rivals.overtake(
      /^COMMIT/,
      (clinic) => reschedule(clinic, patient, id, { duration: 45 }),
      ({ client }) => client.delete<{ code?: string }>(`/api/bookings/${id}`, patient),
      () => rivals.clinic.clock.set(`${MONDAY}T10:00:00+01:00`),
    );
    rivals.clinic.clock.set(new Date(before).toISOString());
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 400, 'BOOKING_STARTED']);
  });
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

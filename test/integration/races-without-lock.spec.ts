import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { requestBooking } from '../support/appointments.js';
import {
  cancel,
  CANCEL_BOOKING,
  INSERT_KEY,
  INSERT_BOOKING,
  LOCK_BOOKING,
  LOCK_DAY,
  LOCK_PATIENT,
  ERASE_PATIENTS,
  LOCK_ACCOUNT,
  LOCK_ERASED_PATIENTS,
  LOCK_SCHEDULE,
  MONDAY,
  reschedule,
  RESCHEDULE_BOOKING,
  race,
  raceForOneBooking,
  raceOfDependants,
  raceOfKeys,
  raceOfOppositeReschedules,
  raceOfPatientChanges,
  raceOfProfiles,
  raceOfRegistrations,
  raceOfWindows,
  raceWithDeactivation,
  raceWithErasure,
  raceWithException,
  BOOKING_RACES,
  TUESDAY,
} from '../support/races.js';
import { ConcurrentApps } from '../support/concurrent-apps.js';

// The twins of races.spec.ts, races-of-accounts.spec.ts and races-for-one-booking.spec.ts, with the same schedules: each
// removes a lock or a check on its way to the database, and expects the harm. This proves that the tests there would
// fail without it.

let rivals: ConcurrentApps;

beforeAll(async () => {
  rivals = await ConcurrentApps.open();
});

afterEach(async () => {
  rivals?.reset();
  await rivals?.clinic.query("UPDATE bookings SET status = 'cancelled'");
});

afterAll(async () => {
  await rivals?.close();
});

test('without the locks of the account and its patients an erased account keeps a booking', async () => {
  rivals.leaveOut(LOCK_ACCOUNT);
  for (const statements of rivals.statements)
    statements.replace(LOCK_ERASED_PATIENTS, ({ sql, parameters }) => ({
      sql: sql.replace('FOR UPDATE', ''),
      parameters,
    }));
  const { slow, fast, live } = await raceWithErasure(rivals, 'erasure', ERASE_PATIENTS);
  expect([fast.status, slow.status, live]).toEqual([201, 200, 1]);
});

describe('without the lock of the day', () => {
  test.each(BOOKING_RACES.map((pair) => [pair.name, pair] as const))(
    '%s: a double booking',
    async (_, pair) => {
      rivals.leaveOut(LOCK_DAY);
      const { slow, fast, waited } = await race(rivals, pair);
      expect([waited, slow.status < 300, fast.status < 300]).toEqual([false, true, true]);
      expect(await rivals.clinic.overlappingPairs()).toBe(1);
    },
  );

  test.each(BOOKING_RACES.slice(0, 3).map((pair) => [pair.name, pair] as const))(
    '%s: a booking appears in an exception after its answer',
    async (_, pair) => {
      rivals.leaveOut(LOCK_DAY);
      const { waited, seen, later } = await raceWithException(rivals, pair);
      expect([waited, seen, later]).toEqual([false, 0, 1]);
    },
  );

  test('the unique key on live starts is a second safety net, with the same answer as the rule', async () => {
    rivals.leaveOut(LOCK_DAY);
    const doctor = await rivals.clinic.doctor();
    const [patient, other] = [await rivals.clinic.patient(), await rivals.clinic.patient()];
    const wish = { date: MONDAY, time: '10:00' };
    const { slow, fast } = await rivals.overtake(
      INSERT_BOOKING,
      (clinic) => requestBooking(clinic, patient, doctor, wish),
      (clinic) => requestBooking(clinic, other, doctor, wish),
    );
    const byRule = await requestBooking(rivals.clinic, patient, doctor, wish);
    expect(rivals.errors).toEqual([1062]);
    expect(fast.status).toBe(201);
    expect([slow.status, slow.body.code, slow.body.error]).toEqual([400, 'TAKEN', byRule.body.error]);
    expect(await rivals.clinic.overlappingPairs()).toBe(0);
  });

  test('the second safety net works for a reschedule too', async () => {
    rivals.leaveOut(LOCK_DAY);
    const pair = BOOKING_RACES.find(({ name }) => name === 'move against move, from the same day')!;
    rivals.statements[1].replace(RESCHEDULE_BOOKING, ({ sql, parameters }) => ({
      sql,
      parameters: parameters.with(2, '10:00').with(4, new Date(`${MONDAY}T09:00:00Z`)),
    }));
    const { slow, fast } = await race(rivals, pair);
    expect([fast.status, slow.status, slow.body.code]).toEqual([200, 400, 'TAKEN']);
  });
});

test('without the row of the key a repeated request is executed twice', async () => {
  rivals.statements[0].replace(INSERT_KEY, ({ sql, parameters }) => ({
    sql,
    parameters: parameters.with(2, 'another'),
  }));
  const { slow, fast, replays } = await raceOfKeys(rivals);
  expect([slow.status, fast.status, replays]).toEqual([201, 201, 0]);
});

test('without the lock of the schedule a doctor gets two windows that overlap', async () => {
  rivals.leaveOut(LOCK_SCHEDULE);
  const { slow, fast, waited, windows } = await raceOfWindows(rivals);
  expect([waited, slow.status, fast.status, windows]).toEqual([false, 201, 201, 2]);
});

test('without the lock of the account it gets more dependants than it may have', async () => {
  rivals.leaveOut(LOCK_ACCOUNT);
  const { slow, fast, waited, dependants } = await raceOfDependants(rivals);
  expect([waited, slow.status, fast.status, dependants]).toEqual([false, 201, 201, 11]);
});

test('without the lock of the patient one change of the same version overwrites the other', async () => {
  rivals.leaveOut(LOCK_PATIENT);
  const { slow, fast, waited, given_name, version } = await raceOfPatientChanges(rivals);
  expect([waited, slow.status, fast.status]).toEqual([false, 200, 200]);
  expect([given_name, version]).toEqual(['Ana', 2]);
});

test('with days locked in another order opposite reschedules deadlock, and the retry hides it from the clients', async () => {
  rivals.statements[1].replace(LOCK_DAY, ({ sql, parameters: [doctor, date] }) => ({
    sql,
    parameters: [doctor, date === MONDAY ? TUESDAY : MONDAY],
  }));
  const { slow, fast } = await raceOfOppositeReschedules(rivals);
  expect(rivals.errors).toEqual([1213]);
  expect([slow.status, fast.status]).toEqual([200, 200]);
});

describe('one booking, without the check of its state', () => {
  const leaveOutCheck = (which: RegExp): void =>
    rivals.statements[0].replace(which, ({ sql, parameters }) => ({
      sql: sql
        .replace("status IN ('booked', 'arrived')", "status <> ''")
        .replace('AND version = ?', 'AND version + 9 > ?'),
      parameters,
    }));

  test('cancelled twice at once: the first fails with an error instead of a refusal', async () => {
    rivals.statements.forEach((statements) =>
      statements.replace(LOCK_BOOKING, ({ sql, parameters }) => ({
        sql: sql.replace('FOR UPDATE', ''),
        parameters,
      })),
    );
    const { slow, fast, waited } = await raceForOneBooking(rivals, CANCEL_BOOKING, cancel, cancel);
    expect([waited, slow.status, fast.status]).toEqual([false, 500, 200]);
    expect(rivals.errors).toEqual([1062]);
  });

  test('cancelled while it is being rescheduled: the patient is still reminded', async () => {
    leaveOutCheck(RESCHEDULE_BOOKING);
    const toTuesday: Parameters<typeof raceForOneBooking>[2] = (clinic, patient, id) =>
      reschedule(clinic, patient, id, { date: TUESDAY, time: '12:00' });
    const { slow, fast, ...end } = await raceForOneBooking(rivals, RESCHEDULE_BOOKING, toTuesday, cancel);
    expect([slow.status, fast.status, end.status]).toEqual([200, 200, 'cancelled']);
    expect(end.reminders).toBeGreaterThan(0);
  });
});

describe('without the unique keys', () => {
  test('two registrations of one email at once make two accounts', async () => {
    await rivals.clinic.query('ALTER TABLE accounts DROP KEY accounts_email');
    const { waited, accounts } = await raceOfRegistrations(rivals);
    expect([waited, accounts]).toEqual([false, 2]);
  });

  test('two profiles for one account at once are both made, although one waits for the other', async () => {
    await rivals.clinic.query(
      'ALTER TABLE doctors ADD KEY doctors_of_account (user_id), DROP KEY doctors_user',
    );
    const { waited, profiles } = await raceOfProfiles(rivals);
    expect([waited, profiles]).toEqual([true, 2]);
  });
});

test('without the shared lock of the doctor a doctor who is made inactive gets a booking', async () => {
  rivals.statements[1].replace(INSERT_BOOKING, ({ sql, parameters }) => ({
    sql: sql.replace('LOCK IN SHARE MODE', ''),
    parameters,
  }));
  const { slow, fast, live } = await raceWithDeactivation(rivals);
  expect([slow.status, fast.status, live]).toEqual([200, 201, 1]);
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../support/appointments.js';
import {
  cancel,
  CANCEL_BOOKING,
  INSERT_KEY,
  INSERT_BOOKING,
  ERASE_ACCOUNT,
  LOCK_ACCOUNT,
  LOCK_BOOKING,
  LOCK_DAY,
  LOCK_SCHEDULE,
  MONDAY,
  move,
  MOVE_BOOKING,
  race,
  raceForOneBooking,
  raceOfKeys,
  raceOfOppositeMoves,
  raceOfProfiles,
  raceOfRegistrations,
  raceOfWindows,
  raceWithErasure,
  raceWithException,
  TAKINGS,
  TUESDAY,
} from '../support/races.js';
import { Rivals } from '../support/rivals.js';

// The twins of races.spec.ts: what keeps two requests apart is taken away on the way to the database, and the harm
// is seen. They prove the tests there, which run the same schedules.

let rivals: Rivals;

beforeAll(async () => {
  rivals = await Rivals.open();
});

afterEach(async () => {
  rivals?.reset();
  await rivals?.clinic.query("UPDATE bookings SET status = 'cancelled'");
});

afterAll(async () => {
  await rivals?.close();
});

test('without the lock of the account: a booking that nobody has any more', async () => {
  rivals.leaveOut(LOCK_ACCOUNT);
  const { slow, fast, live } = await raceWithErasure(rivals, 'erasure', ERASE_ACCOUNT);
  expect([fast.status, slow.status, live]).toEqual([201, 200, 1]);
});

describe('without the lock of the day', () => {
  test.each(TAKINGS.map((pair) => [pair.name, pair] as const))('%s: a double booking', async (_, pair) => {
    rivals.leaveOut(LOCK_DAY);
    const { slow, fast, waited } = await race(rivals, pair);
    expect([waited, slow.status < 300, fast.status < 300]).toEqual([false, true, true]);
    expect(await rivals.clinic.overlappingPairs()).toBe(1);
  });

  test.each(TAKINGS.slice(0, 3).map((pair) => [pair.name, pair] as const))(
    '%s: a booking appears in an exception that was answered already',
    async (_, pair) => {
      rivals.leaveOut(LOCK_DAY);
      const { waited, seen, later } = await raceWithException(rivals, pair);
      expect([waited, seen, later]).toEqual([false, 0, 1]);
    },
  );

  test('the unique key on live starts is a second net, and says what the rule says', async () => {
    rivals.leaveOut(LOCK_DAY);
    const doctor = await rivals.clinic.doctor();
    const patient = await rivals.clinic.patient();
    const wish = { date: MONDAY, time: '10:00' };
    const { slow, fast } = await rivals.overtake(
      INSERT_BOOKING,
      (clinic) => ask(clinic, patient, doctor, wish),
      (clinic) => ask(clinic, patient, doctor, wish),
    );
    const byRule = await ask(rivals.clinic, patient, doctor, wish);
    expect(rivals.errors).toEqual([1062]);
    expect(fast.status).toBe(201);
    expect([slow.status, slow.body.code, slow.body.error]).toEqual([400, 'TAKEN', byRule.body.error]);
    expect(await rivals.clinic.overlappingPairs()).toBe(0);
  });

  test('the second net holds a move as well', async () => {
    rivals.leaveOut(LOCK_DAY);
    const pair = TAKINGS.find(({ name }) => name === 'move against move, from the same day')!;
    rivals.statements[1].replace(MOVE_BOOKING, ({ sql, parameters }) => ({
      sql,
      parameters: parameters.with(1, '10:00').with(3, new Date(`${MONDAY}T09:00:00Z`)),
    }));
    const { slow, fast } = await race(rivals, pair);
    expect([fast.status, slow.status, slow.body.code]).toEqual([200, 400, 'TAKEN']);
  });
});

test('without the row of the key a request that comes twice is worked on twice', async () => {
  rivals.statements[0].replace(INSERT_KEY, ({ sql, parameters }) => ({
    sql,
    parameters: parameters.with(2, 'another'),
  }));
  const { slow, fast, exceptions } = await raceOfKeys(rivals);
  // With it the second is told that the first is under way. That both make one exception is another rule's doing.
  expect([slow.status, fast.status, exceptions]).toEqual([201, 201, 1]);
});

test('without the lock of the schedule a doctor gets two windows that overlap', async () => {
  rivals.leaveOut(LOCK_SCHEDULE);
  const { slow, fast, waited, windows } = await raceOfWindows(rivals);
  expect([waited, slow.status, fast.status, windows]).toEqual([false, 201, 201, 2]);
});

test('with the days locked in any other order, opposite moves deadlock; the retry hides it from the clients', async () => {
  rivals.statements[1].replace(LOCK_DAY, ({ sql, parameters: [doctor, date] }) => ({
    sql,
    parameters: [doctor, date === MONDAY ? TUESDAY : MONDAY],
  }));
  const { slow, fast } = await raceOfOppositeMoves(rivals);
  expect(rivals.errors).toEqual([1213]);
  expect([slow.status, fast.status]).toEqual([200, 200]);
});

describe('one booking, if a change does not look at what it changes', () => {
  const blindly = (which: RegExp): void =>
    rivals.statements[0].replace(which, ({ sql, parameters }) => ({
      sql: sql.replace("status = 'booked'", "status <> ''").replace('AND version = ?', 'AND version + 9 > ?'),
      parameters,
    }));

  test('cancelled twice at once: the second fails, where the lock lets the rule refuse it', async () => {
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

  test('cancelled while it is being moved: the patient is reminded of it', async () => {
    blindly(MOVE_BOOKING);
    const moveIt: Parameters<typeof raceForOneBooking>[2] = (clinic, patient, id) =>
      move(clinic, patient, id, { date: TUESDAY, time: '12:00' });
    const { slow, fast, ...end } = await raceForOneBooking(rivals, MOVE_BOOKING, moveIt, cancel);
    expect([slow.status, fast.status, end.status]).toEqual([200, 200, 'cancelled']);
    expect(end.reminders).toBeGreaterThan(0);
  });
});

describe('without the unique keys', () => {
  test('the same email registered twice at once has two accounts', async () => {
    await rivals.clinic.query('ALTER TABLE accounts DROP KEY accounts_email');
    const { waited, accounts } = await raceOfRegistrations(rivals);
    expect([waited, accounts]).toEqual([false, 2]);
  });

  test('two profiles for one account at once are made, although they wait for each other', async () => {
    await rivals.clinic.query(
      'ALTER TABLE doctors ADD KEY doctors_of_account (user_id), DROP KEY doctors_user',
    );
    const { waited, profiles } = await raceOfProfiles(rivals);
    expect([waited, profiles]).toEqual([true, 2]);
  });
});

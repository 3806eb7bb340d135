import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { doctorsWithType, requestAny } from '../support/any-doctor.js';
import { requestBooking, book } from '../support/appointments.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { type Cut, CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/eventually.js';
import { addException, cancel, MONDAY, reschedule, TUESDAY } from '../support/races.js';
import { Statements } from '../support/statements.js';

// A connection that breaks during COMMIT leaves the outcome unknown. The service reports neither success nor failure
// without looking it up.

let proxy: CuttingProxy;
let clinic: Clinic;
let statements: Statements;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  proxy = await CuttingProxy.before(process.env.TEST_DATABASE_URL!);
  const database = `clinica_test_${process.pid}_commit_lost`;
  clinic = await Clinic.open({ env: { DATABASE_URL: proxy.urlOf(database) } });
  statements = Statements.of(clinic.dataSource);
  patient = await clinic.patient();
});

beforeEach(async () => {
  doctor = await clinic.doctor();
  statements.reset();
});

afterAll(async () => {
  await clinic?.close();
  await proxy?.close();
});

const CUTS: readonly Cut[] = ['before COMMIT', 'after COMMIT', 'COMMIT on its way'];

/** Cuts the connection during the COMMIT of a request, and returns the answer. */
async function whileCutting<T>(cut: Cut, request: () => Promise<T>): Promise<T> {
  proxy.next = cut;
  const answer = request();
  if (cut === 'COMMIT on its way') {
    // The look-up must wait for the transaction that may still commit.
    await eventually('the second attempt waits for the first', () => statements.waitsForLock());
    proxy.deliver();
  }
  const result = await answer;
  expect(proxy.next).toBeUndefined();
  return result;
}

function commits(): number {
  return statements.sent.filter(({ sql }) => sql === 'COMMIT').length;
}

/** The cut COMMIT, that of the look-up, and if this finds nothing, that of the second attempt. */
const COMMITS: Record<Cut, number> = { 'before COMMIT': 3, 'after COMMIT': 2, 'COMMIT on its way': 2 };

/** Sends `second` after the database has committed `first`, and then loses the acknowledgement of `first`. */
async function whileHeld(
  first: () => Promise<Answer<Json>>,
  second: () => Promise<Answer<Json>>,
): Promise<[Answer<Json>, Answer<Json>]> {
  let release = (): void => undefined;
  proxy.held = new Promise<void>((resolve) => (release = resolve));
  proxy.next = 'after COMMIT';
  const pending = first();
  await eventually('the first one is committing', () => Promise.resolve(proxy.next === undefined));
  await eventually('the first one holds no lock', async () => !(await statements.waitsForLock()));
  const answer = await second();
  release();
  return [await pending, answer];
}

async function statusOf(id: number): Promise<unknown> {
  const [row] = await clinic.query('SELECT status, version FROM bookings WHERE id = ?', [id]);
  return row;
}

async function notificationsOf(id: number): Promise<string[]> {
  const rows = await clinic.query<{ row: string }>(
    "SELECT CONCAT(booking_version, ' ', kind, ' ', state) AS `row` FROM notifications WHERE booking_id = ? ORDER BY id",
    [id],
  );
  return rows.map(({ row }) => row);
}

describe.each(CUTS)('a connection that breaks: %s', (cut) => {
  test('while booking: there is one booking, with one confirmation', async () => {
    const wish = { date: TUESDAY, time: '10:00' };
    const { status, body } = await whileCutting(cut, () => requestBooking(clinic, patient, doctor, wish));
    expect([status, commits()]).toEqual([201, COMMITS[cut]]);
    const rows = await clinic.query('SELECT id FROM bookings WHERE doctor_id = ?', [doctor.doctorId]);
    expect(rows).toEqual([{ id: body.id }]);
    expect(await notificationsOf(body.id!)).toEqual([
      '1 booked pending',
      '1 reminder_24h pending',
      '1 reminder_1h pending',
    ]);
  });

  test('while booking with any doctor: there is one booking, with one of them', async () => {
    const offer = await doctorsWithType(clinic, 2);
    const person = await clinic.patient();
    statements.reset();
    const { status, body } = await whileCutting(cut, () => requestAny(clinic, person, offer, '10:00'));
    expect([status, commits()]).toEqual([201, COMMITS[cut]]);
    const rows = await clinic.query('SELECT id, doctor_id FROM bookings WHERE type_id = ?', [offer.type.id]);
    expect(rows).toEqual([{ id: body.id, doctor_id: offer.doctors[0]!.doctorId }]);
  });

  test('while rescheduling: the booking is rescheduled once', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    statements.reset();
    const { status, body } = await whileCutting(cut, () =>
      reschedule(clinic, patient, id, { date: TUESDAY, time: '11:30' }),
    );
    expect([status, commits()]).toEqual([200, COMMITS[cut]]);
    expect(body).toMatchObject({ id, date: TUESDAY, time: '11:30', version: 2 });
    expect((await notificationsOf(id)).filter((row) => /moved/.test(row))).toEqual(['2 moved pending']);
  });

  test('while cancelling: the booking is cancelled once', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    statements.reset();
    const { status } = await whileCutting(cut, () => cancel(clinic, patient, id));
    // The look-up itself cancels, in its own transaction.
    expect([status, commits()]).toEqual([200, 2]);
    const rows = await clinic.query('SELECT status, version FROM bookings WHERE id = ?', [id]);
    expect(rows).toEqual([{ status: 'cancelled', version: 2 }]);
    expect((await notificationsOf(id)).filter((row) => /pending/.test(row))).toEqual([
      '1 booked pending',
      '2 cancelled pending',
    ]);
  });
});

describe('a reschedule whose acknowledgement is lost', () => {
  test('is not applied a second time over a later one of the same patient', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const [first, second] = await whileHeld(
      () => reschedule(clinic, patient, id, { date: TUESDAY, time: '11:00' }),
      () => reschedule(clinic, patient, id, { date: TUESDAY, time: '14:00' }),
    );
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body).toMatchObject({ time: '11:00', version: 2 });
    expect(second.body).toMatchObject({ time: '14:00', version: 3 });
    const rows = await clinic.query('SELECT version, start_time FROM bookings WHERE id = ?', [id]);
    expect(rows).toEqual([{ version: 3, start_time: '14:00:00' }]);
    expect((await notificationsOf(id)).filter((row) => /moved/.test(row))).toEqual([
      '2 moved pending',
      '3 moved pending',
    ]);
  });

  test('is not applied a second time after a later cancellation', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const [moved, cancelled] = await whileHeld(
      () => reschedule(clinic, patient, id, { date: TUESDAY, time: '11:00' }),
      () => cancel(clinic, patient, id),
    );
    expect([moved.status, cancelled.status]).toEqual([200, 200]);
    expect(await statusOf(id)).toEqual({ status: 'cancelled', version: 3 });
  });

  test('is applied if it was lost before it took effect', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    proxy.next = 'before COMMIT';
    const { status, body } = await reschedule(clinic, patient, id, { time: '11:00' });
    expect([status, body.version]).toEqual([200, 2]);
  });
});

test('a booking whose acknowledgement is lost is answered as it stands after a later change', async () => {
  const [booked, moved] = await whileHeld(
    () => requestBooking(clinic, patient, doctor, { date: MONDAY, time: '10:00' }),
    async () => {
      const [row] = await clinic.query<{ id: number }>('SELECT id FROM bookings WHERE doctor_id = ?', [
        doctor.doctorId,
      ]);
      return reschedule(clinic, patient, row!.id, { time: '15:00' });
    },
  );
  expect([booked.status, moved.status]).toEqual([201, 200]);
  expect(booked.body).toMatchObject({ time: '15:00', version: 2 });
});

test('a cancellation whose acknowledgement is lost succeeds, even if the client cancels again meanwhile', async () => {
  const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
  const [first, second] = await whileHeld(
    () => cancel(clinic, patient, id),
    () => cancel(clinic, patient, id),
  );
  expect([first.status, second.status]).toEqual([200, 400]);
  expect(await statusOf(id)).toEqual({ status: 'cancelled', version: 2 });
});

describe.each(CUTS)('with an Idempotency-Key, a connection that breaks: %s', (cut) => {
  const keyed = (method: string, path: string, body?: unknown): Promise<Answer<Json>> =>
    clinic.client.send(method, path, {
      token: patient.token,
      headers: { 'idempotency-key': `${cut} ${method}` },
      ...(body !== undefined && { body }),
    });

  test('a reschedule and a cancellation are executed once, and replayed as they were answered', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const path = `/api/bookings/${id}`;
    const reschedule = (): Promise<Answer<Json>> => keyed('PATCH', path, { time: '11:00' });
    const moved = await whileCutting(cut, reschedule);
    expect([moved.status, moved.body.version]).toEqual([200, 2]);
    const cancelled = await whileCutting(cut, () => keyed('DELETE', path));
    expect(cancelled.status).toBe(200);
    expect(await statusOf(id)).toEqual({ status: 'cancelled', version: 3 });
    expect(await reschedule()).toMatchObject({ status: 200, body: moved.body });
    expect(await keyed('DELETE', path)).toMatchObject({ status: 200, body: cancelled.body });
  });
});

describe('if the outcome cannot be looked up', () => {
  test('because the database stays unavailable, the answer to a booking is OUTCOME_UNKNOWN', async () => {
    proxy.next = 'after COMMIT';
    proxy.isDown = true;
    const { status, body, headers } = await requestBooking(clinic, patient, doctor, {
      date: MONDAY,
      time: '10:00',
    });
    proxy.isDown = false;
    expect([status, body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
    expect(headers.get('retry-after')).not.toBeNull();
    expect(body.error).not.toMatch(/nothing was changed/i);
    const rows = await clinic.query('SELECT id FROM bookings WHERE doctor_id = ?', [doctor.doctorId]);
    expect(rows).toHaveLength(1);
  });

  test.each<Cut>(['before COMMIT', 'after COMMIT'])(
    'because an exception cannot be identified, the answer is OUTCOME_UNKNOWN: %s',
    async (cut) => {
      const { status, body } = await whileCutting(cut, () => addException(clinic, doctor, MONDAY));
      expect([status, body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
      const rows = await clinic.query('SELECT id FROM exceptions WHERE doctor_id = ?', [doctor.doctorId]);
      expect(rows).toHaveLength(cut === 'after COMMIT' ? 1 : 0);
    },
  );

  test('the answer to a registration does not claim that nothing was changed', async () => {
    const account = { email: 'lost@people.example', password: 'long enough' };
    const { status, body } = await whileCutting('after COMMIT', () =>
      clinic.client.post('/api/auth/register', account),
    );
    expect(status).toBe(503);
    expect(body.error).not.toMatch(/nothing was changed/i);
    expect((await clinic.client.post('/api/auth/login', account)).status).toBe(200);
  });
});

test('afterwards the app works as before, on intact connections', async () => {
  const answers = await Promise.all(
    ['09:00', '10:00', '11:00', '12:00', '13:00'].map((time) =>
      requestBooking(clinic, patient, doctor, { date: TUESDAY, time }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import type { Clinic, DoctorPerson, Person } from '../support/clinic.js';
import { ConcurrentApps, type Overtaking } from '../support/concurrent-apps.js';
import { bookFor, insertPatient, selfOf } from '../support/patients.js';
import { cancel, INSERT_BOOKING, LOCK_BOOKING, LOCK_DAY, MONDAY } from '../support/races.js';
import { type Statement, statementNamed } from '../support/statements.js';

// Each race happens twice: as it is, and without its lock, with the harm that the lock prevents.

const EDIT_BOOKING = statementNamed('edit-booking');

let rivals: ConcurrentApps;
let staff: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  rivals = await ConcurrentApps.open({ RATE_LIMIT_ENABLED: 'false' });
  staff = await rivals.clinic.staff();
});
beforeEach(async () => {
  doctor = await rivals.clinic.doctor();
});
afterEach(() => rivals?.reset());
afterAll(() => rivals?.close());

type Send = (through: Clinic) => Promise<Answer<Json>>;
type Race = Overtaking<Answer<Json>, Answer<Json>>;

/** The desk books whatever else is there, for a new patient. */
async function overriding(time: string): Promise<Send> {
  const override = { rules: ['TAKEN'], reason: 'as agreed' };
  const patient_id = await insertPatient(rivals.clinic);
  const body = { doctor_id: doctor.doctorId, patient_id, date: MONDAY, time, override };
  return ({ client }) => client.post('/api/bookings', body, staff);
}

async function bookingAt(time: string): Promise<Send> {
  const patient = await rivals.clinic.patient();
  const body = { doctor_id: doctor.doctorId, date: MONDAY, time };
  return ({ client }) => client.post('/api/bookings', body, patient);
}

/** The pairs of live bookings of the doctor that overlap, and that are both not overbooked: there must be none. */
async function wrongPairs(): Promise<number> {
  const rows = await rivals.clinic.query(
    `SELECT a.id FROM bookings a JOIN bookings b
       ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     WHERE a.doctor_id = ? AND a.status <> 'cancelled' AND b.status <> 'cancelled'
       AND a.overbooked = 0 AND b.overbooked = 0`,
    [doctor.doctorId],
  );
  return rows.length;
}

describe('of live bookings that overlap, at most one is not overbooked, when overrides and bookings come at once', () => {
  const race = async (slow: Promise<Send>, fast: Promise<Send>): Promise<Race> =>
    rivals.overtake(INSERT_BOOKING, await slow, await fast);

  test('two desks', async () => {
    const { slow, fast, waited } = await race(overriding('10:00'), overriding('10:15'));
    expect([waited, slow.status, fast.status]).toEqual([true, 201, 201]);
    expect([slow.body.overbooked, fast.body.overbooked, await wrongPairs()]).toEqual([false, true, 0]);
  });

  test('two desks, the same start', async () => {
    const { slow, fast } = await race(overriding('10:00'), overriding('10:00'));
    expect([slow.body.overbooked, fast.body.overbooked, await wrongPairs()]).toEqual([false, true, 0]);
    expect(rivals.errors).toEqual([]);
  });

  test('a patient, then the desk', async () => {
    const { slow, fast, waited } = await race(bookingAt('10:00'), overriding('10:15'));
    expect([waited, slow.status, fast.status]).toEqual([true, 201, 201]);
    expect([fast.body.overbooked, await wrongPairs()]).toEqual([true, 0]);
  });

  test('the desk, then a patient: refused as TAKEN', async () => {
    const { slow, fast, waited } = await race(overriding('10:00'), bookingAt('10:15'));
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'TAKEN']);
    expect(await wrongPairs()).toBe(0);
  });

  test.each([
    ['two desks', () => overriding('10:00'), () => overriding('10:15')],
    ['a patient and the desk', () => bookingAt('10:00'), () => overriding('10:15')],
    ['the desk and a patient', () => overriding('10:00'), () => bookingAt('10:15')],
  ])('without the lock of the day, %s: two that are not overbooked', async (_, slowly, quickly) => {
    rivals.leaveOut(LOCK_DAY);
    const { slow, fast, waited } = await race(slowly(), quickly());
    expect([waited, slow.status, fast.status, await wrongPairs()]).toEqual([false, 201, 201, 1]);
  });
});

describe('arrived against cancelled', () => {
  async function raceForStatus(): Promise<Race & { status: string }> {
    const { clinic } = rivals;
    clinic.clock.set(`${MONDAY}T09:30:00+01:00`);
    const patient = await clinic.patient();
    const self = await selfOf(clinic, patient);
    const { id } = await bookFor(clinic, staff, self, doctor, { date: MONDAY, time: '10:00' });
    const raced = await rivals.overtake(
      EDIT_BOOKING,
      ({ client }) => client.post(`/api/bookings/${id}/status`, { status: 'arrived' }, staff),
      (through) => cancel(through, patient, id),
    );
    const [row] = await clinic.query<{ status: string }>('SELECT status FROM bookings WHERE id = ?', [id]);
    return { ...raced, status: row!.status };
  }

  test('the patient who has arrived cannot cancel', async () => {
    const { slow, fast, waited, status } = await raceForStatus();
    expect([waited, slow.status, status]).toEqual([true, 200, 'arrived']);
    expect([fast.status, fast.body.code]).toEqual([400, 'STATUS_NOT_POSSIBLE']);
  });

  test('without the lock of the booking, one that was cancelled is live again', async () => {
    rivals.statements.forEach((statements) =>
      statements.replace(LOCK_BOOKING, ({ sql, parameters }) => ({
        sql: sql.replace('FOR UPDATE', ''),
        parameters,
      })),
    );
    const { slow, fast, waited, status } = await raceForStatus();
    expect([waited, slow.status, fast.status, status]).toEqual([false, 200, 200, 'arrived']);
  });
});

describe('two moves between two doctors in opposite directions', () => {
  let other: DoctorPerson;

  async function raceOfMoves(): Promise<Race> {
    const { clinic } = rivals;
    clinic.clock.set('2026-03-01T10:00:00Z');
    const moving = async (from: DoctorPerson, to: DoctorPerson, time: string): Promise<Send> => {
      const patient = await insertPatient(clinic);
      const { id } = await bookFor(clinic, staff, patient, from, { date: MONDAY, time });
      return ({ client }) => client.patch(`/api/bookings/${id}`, { doctor_id: to.doctorId }, staff);
    };
    const there = await moving(doctor, other, '10:00');
    const back = await moving(other, doctor, '11:00');
    const secondLock = ({ sql, parameters }: Statement): boolean =>
      LOCK_DAY.test(sql) && parameters[0] === other.doctorId;
    return rivals.overtake(secondLock, there, back);
  }

  beforeEach(async () => {
    other = await rivals.clinic.doctor();
  });

  test('wait for each other, and never deadlock', async () => {
    const { slow, fast, waited } = await raceOfMoves();
    expect([waited, slow.status, fast.status, rivals.errors]).toEqual([true, 200, 200, []]);
    expect([slow.body.doctor_id, fast.body.doctor_id]).toEqual([other.doctorId, doctor.doctorId]);
  });

  test('with the days locked in another order, deadlock', async () => {
    const swapped = new Map([
      [doctor.doctorId, other.doctorId],
      [other.doctorId, doctor.doctorId],
    ]);
    const isMove = ({ sql }: Statement): boolean => LOCK_DAY.test(sql);
    rivals.statements[1].replace(isMove, ({ sql, parameters: [id, date] }) => ({
      sql,
      parameters: [swapped.get(id as number), date],
    }));
    const { slow, fast } = await raceOfMoves();
    expect(rivals.errors).toEqual([1213]);
    expect([slow.status, fast.status]).toEqual([200, 200]);
  });
});

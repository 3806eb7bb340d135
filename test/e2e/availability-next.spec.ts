import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, offerTypes } from '../support/appointment-types.js';
import { book } from '../support/appointments.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { type FreeTimeJson, shown } from '../support/free-times.js';
import { insertManyBookings } from '../support/many-bookings.js';

// GET /api/availability/next: { items, reason }, the first free ones up to the horizon; where there are none, why.

// Where it is always the time of UTC.
const MONDAYS = { timezone: 'Africa/Abidjan', week: [[1, '09:00', '10:00']] } as const;

let clinic: Clinic;
let patient: Person;
let staff: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  doctor = await clinic.doctor(MONDAYS);
  patient = await clinic.patient();
});
afterAll(() => clinic?.close());

const ask = (query: string, who: Person = patient): Promise<Answer<Json>> =>
  clinic.client.get(`/api/availability/next?doctor_id=${doctor.doctorId}&${query}`, who);
async function next(query: string, who: Person = patient): Promise<[string[], unknown]> {
  const { status, body } = await ask(query, who);
  expect(status).toBe(200);
  return [shown(body.items as FreeTimeJson[], doctor), body.reason];
}
/** Leaves no hour free on the next Mondays. */
async function fill(mondays: number): Promise<void> {
  const who = { patientId: (await clinic.patient()).id, doctorId: doctor.doctorId };
  const when = { first: '2026-03-02 09:15:00', count: mondays, everyMinutes: 7 * 24 * 60 };
  await insertManyBookings((sql, parameters) => clinic.query(sql, parameters), { ...who, ...when });
}

describe('the first free ones', () => {
  test('one, or as many as count', async () => {
    expect(await next('')).toEqual([['1 2026-03-02 09:00'], null]);
    expect(await next('duration=60&count=3')).toEqual([
      ['1 2026-03-02 09:00', '1 2026-03-09 09:00', '1 2026-03-16 09:00'],
      null,
    ]);
    expect(await next('from=2026-03-03&after=09:10')).toEqual([['1 2026-03-09 09:15'], null]);
  });

  test('what it does not take is 400', async () => {
    for (const query of ['count=0', 'count=21', 'to=2026-03-08', 'limit=1'])
      expect(await ask(query)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  test('also after a week, after two months, and on the last date of the horizon', async () => {
    for (const [taken, date] of [
      [2, '2026-03-16'],
      [9, '2026-05-04'],
      [40, '2026-12-07'],
    ] as const) {
      doctor = await clinic.doctor(MONDAYS);
      await fill(taken);
      expect(await next('duration=60')).toEqual([[`1 ${date} 09:00`], null]);
    }
    clinic.clock.set('2026-03-02T09:30:00Z');
    expect(await next('from=2027-02-28')).toEqual([['1 2027-03-01 09:00'], null]);
    expect(await next('from=2027-03-02')).toEqual([[], 'NO_WINDOWS']);
    expect(await next('from=2027-03-02', staff)).toEqual([[], 'NO_WINDOWS']);
  });
});

describe('where there are none, reason is', () => {
  test('NO_WINDOWS without hours for the request', async () => {
    expect(await next('weekdays=2')).toEqual([[], 'NO_WINDOWS']);
    expect(await next('after=10:00')).toEqual([[], 'NO_WINDOWS']);
    expect(await next('before=09:00')).toEqual([[], 'NO_WINDOWS']);
    expect(await next(`type_id=${(await createType(clinic)).id}`)).toEqual([[], 'NO_WINDOWS']);
    await clinic.query('DELETE FROM availability_windows WHERE doctor_id = ?', [doctor.doctorId]);
    expect(await next('')).toEqual([[], 'NO_WINDOWS']);
  });

  test('FULL where there are hours, but nothing that can be booked', async () => {
    const type = await createType(clinic, { duration: 60, horizon_days: 20 });
    await offerTypes(clinic, doctor, type);
    await fill(2);
    expect(await next(`type_id=${type.id}`)).toEqual([['1 2026-03-16 09:00'], null]);
    await book(clinic, await clinic.patient(), doctor, { date: '2026-03-16', time: '09:30' });
    expect(await next(`type_id=${type.id}`)).toEqual([[], 'FULL']);
    expect(await next('duration=61')).toEqual([[], 'FULL']);
  });

  test('FULL for a patient who has as many bookings as one may have', async () => {
    await clinic.query('UPDATE clinic SET max_live_bookings = 0');
    try {
      expect(await next('')).toEqual([[], 'FULL']);
      expect((await next('', staff))[1]).toBeNull();
    } finally {
      await clinic.query('UPDATE clinic SET max_live_bookings = 50');
    }
  });
});

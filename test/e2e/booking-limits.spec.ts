import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, offerTypes, type TypeJson } from '../support/appointment-types.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { selfOf } from '../support/patients.js';
import { MONDAY, TUESDAY, WEDNESDAY } from '../support/races.js';
import { codesOf, request, slotsFor } from '../support/typed-bookings.js';

// Notice, horizon, cutoff, caps and the number of a patient's bookings.

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
  doctor = await clinic.doctor();
  patient = await clinic.patient();
});
afterAll(() => clinic?.close());

async function offered(values: Parameters<typeof createType>[1]): Promise<TypeJson> {
  const type = await createType(clinic, values);
  await offerTypes(clinic, doctor, type);
  return type;
}

const book = (body: object, who: Person = patient): Promise<Answer<Json>> =>
  request(clinic, who, { doctor_id: doctor.doctorId, date: MONDAY, ...body });
const slots = (query: string, who: Person = patient): Promise<string[]> =>
  slotsFor(clinic, who, `doctor_id=${doctor.doctorId}&${query}`);
/** By the desk, for the patient. */
const bookAtDesk = async (body: object): Promise<Answer<Json>> =>
  book({ patient_id: await selfOf(clinic, patient), ...body }, staff);

describe('notice: start - now >= notice', () => {
  test('lists and bookings agree to the minute, and the desk is not bound', async () => {
    clinic.clock.set(`${MONDAY}T09:00:00+01:00`);
    const { id } = await offered({ slot_step: 15, min_notice_minutes: 60 });
    expect((await slots(`date=${MONDAY}&type_id=${id}`))[0]).toBe('10:00');
    expect(codesOf(await book({ time: '09:45', type_id: id }))).toEqual(['TOO_SOON']);
    expect((await book({ time: '10:00', type_id: id })).status).toBe(201);
    expect((await slots(`date=${MONDAY}&type_id=${id}`, staff))[0]).toBe('09:00');
    expect((await bookAtDesk({ time: '09:15', type_id: id })).status).toBe(201);
  });
});

describe('horizon: the date at the doctor’s <= today there + days', () => {
  test('is 365 days by default, for clients of Part I too', async () => {
    expect((await book({ date: '2027-03-01', time: '10:00' })).status).toBe(201);
    expect(codesOf(await book({ date: '2027-03-02', time: '10:00' }))).toEqual(['TOO_FAR']);
    expect(await slots('date=2027-03-02')).toEqual([]);
    expect((await bookAtDesk({ date: '2027-03-02', time: '10:00' })).status).toBe(201);
  });

  test('counts from today where the doctor is', async () => {
    // In Tokyo it is Monday already.
    clinic.clock.set('2026-03-01T16:00:00Z');
    const tokyo = await clinic.doctor({ timezone: 'Asia/Tokyo' });
    const { id } = await createType(clinic, { horizon_days: 1 });
    for (const each of [doctor, tokyo]) await offerTypes(clinic, each, { type: { id } as TypeJson, own: {} });
    const on = (each: DoctorPerson): Promise<string[]> =>
      slotsFor(clinic, patient, `doctor_id=${each.doctorId}&date=${TUESDAY}&type_id=${id}`);
    expect([(await on(tokyo)).length > 0, await on(doctor)]).toEqual([true, []]);
  });
});

describe('caps by doctor, type and local date', () => {
  test('a full day has no slots and is DAY_FULL; another date, another type and the desk’s override are not', async () => {
    const { id } = await offered({ max_per_day: 2 });
    for (const time of ['09:00', '10:00']) expect((await book({ time, type_id: id })).status).toBe(201);
    expect(await slots(`date=${MONDAY}&type_id=${id}`)).toEqual([]);
    expect(codesOf(await book({ time: '11:00', type_id: id }))).toEqual(['DAY_FULL']);
    expect((await book({ time: '11:00' })).status).toBe(201);
    const onTuesday = await book({ date: TUESDAY, time: '09:00', type_id: id });
    expect(onTuesday.status).toBe(201);
    const move = (to: object) =>
      clinic.client.patch<Json>(`/api/bookings/${onTuesday.body.id as number}`, to, patient);
    expect(codesOf(await move({ date: MONDAY, time: '12:00' }))).toEqual(['DAY_FULL']);
    expect((await move({ time: '12:00' })).status).toBe(200);
    const override = { rules: ['DAY_FULL'], reason: 'as agreed' };
    expect((await bookAtDesk({ time: '12:00', type_id: id, override })).status).toBe(201);
  });

  test('a cancelled booking counts no longer', async () => {
    const { id } = await offered({ max_per_day: 1 });
    const { body } = await book({ time: '09:00', type_id: id });
    await clinic.client.delete(`/api/bookings/${body.id as number}`, patient);
    expect((await book({ time: '10:00', type_id: id })).status).toBe(201);
  });
});

describe('max_live_bookings counts booked and arrived ones that have not ended', () => {
  test('a type’s those of the type, and a move leaves its own booking out', async () => {
    const { id } = await offered({ max_live_bookings: 1 });
    const { body } = await book({ time: '09:00', type_id: id });
    expect(codesOf(await book({ date: TUESDAY, time: '09:00', type_id: id }))).toEqual(['TOO_MANY_BOOKINGS']);
    expect(await slots(`date=${TUESDAY}&type_id=${id}`)).toEqual([]);
    expect((await slots(`date=${TUESDAY}`)).length).toBeGreaterThan(0);
    const path = `/api/bookings/${body.id as number}`;
    expect((await clinic.client.patch(path, { time: '09:30' }, patient)).status).toBe(200);
    clinic.clock.set(`${MONDAY}T10:00:00+01:00`);
    expect((await book({ date: TUESDAY, time: '09:00', type_id: id })).status).toBe(201);
  });

  test('the clinic’s all, whatever the doctor and the type; the desk is not bound', async () => {
    await clinic.query('UPDATE clinic SET max_live_bookings = 2');
    const other = await clinic.doctor();
    const { id } = await offered({});
    expect((await book({ time: '09:00', type_id: id })).status).toBe(201);
    const there = { doctor_id: other.doctorId, date: TUESDAY, time: '09:00' };
    expect((await request(clinic, patient, there)).status).toBe(201);
    expect(codesOf(await book({ date: WEDNESDAY, time: '09:00' }))).toEqual(['TOO_MANY_BOOKINGS']);
    expect(await slots(`date=${WEDNESDAY}`)).toEqual([]);
    expect((await bookAtDesk({ date: WEDNESDAY, time: '09:00' })).status).toBe(201);
    await clinic.query('UPDATE clinic SET max_live_bookings = 50');
  });
});

describe('cutoff', () => {
  test('patients reschedule and cancel until then: after it TOO_LATE; the desk is not bound', async () => {
    const { id } = await offered({ cancel_cutoff_minutes: 120, slot_step: 30 });
    const { body } = await book({ time: '12:00', type_id: id });
    const path = `/api/bookings/${body.id as number}`;
    clinic.clock.set(`${MONDAY}T10:00:00+01:00`);
    expect((await clinic.client.patch(path, { time: '12:30' }, patient)).status).toBe(200);
    clinic.clock.set(`${MONDAY}T10:30:01+01:00`);
    const refused = [
      await clinic.client.patch<Json>(path, { time: '14:00' }, patient),
      await clinic.client.send<Json>('DELETE', path, { token: patient.token }),
      await clinic.client.post<Json>(`${path}/cancel`, {}, patient),
    ];
    for (const answer of refused) expect(codesOf(answer)).toEqual(['TOO_LATE']);
    const late = await clinic.client.patch<Json>(path, { time: '08:00' }, patient);
    expect(codesOf(late)).toEqual(['NOT_IN_FUTURE', 'OUTSIDE_AVAILABILITY', 'TOO_LATE']);
    expect((await clinic.client.patch(path, { time: '14:00' }, staff)).status).toBe(200);
  });

  test('without a type it is the clinic’s', async () => {
    await clinic.query('UPDATE clinic SET cancel_cutoff_minutes = 60');
    const { body } = await book({ time: '12:00' });
    clinic.clock.set(`${MONDAY}T11:30:00+01:00`);
    const answer = await clinic.client.send<Json>('DELETE', `/api/bookings/${body.id as number}`, patient);
    expect(codesOf(answer)).toEqual(['TOO_LATE']);
    await clinic.query('UPDATE clinic SET cancel_cutoff_minutes = 0');
  });
});

test('slots need no token where public_availability is on; a bad token is refused all the same', async () => {
  const path = `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}`;
  const ask = (token?: string) => clinic.client.get<Json>(path, token === undefined ? {} : { token });
  expect(await ask()).toMatchObject({ status: 401, body: { code: 'TOKEN_REQUIRED' } });
  await clinic.query('UPDATE clinic SET public_availability = 1');
  expect((await ask()).body).toEqual(await slots(`date=${MONDAY}`));
  expect(await ask('bad')).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
  await clinic.query('UPDATE clinic SET public_availability = 0');
  expect((await clinic.client.get('/api/bookings/available-slots')).status).toBe(401);
});

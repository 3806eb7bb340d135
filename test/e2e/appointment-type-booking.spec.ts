import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, offerTypes, type TypeJson } from '../support/appointment-types.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { insertPatient, selfOf } from '../support/patients.js';
import { MONDAY, TUESDAY } from '../support/races.js';
import { codesOf, request, slotsFor } from '../support/typed-bookings.js';

// The sentences of the contract about booking by appointment types.

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

/** A type that the doctor offers. */
async function offered(values: Parameters<typeof createType>[1] = {}, own?: object): Promise<TypeJson> {
  const type = await createType(clinic, values);
  await offerTypes(clinic, doctor, own ? { type, own } : type);
  return type;
}

const book = (body: object, who: Person = patient): Promise<Answer<Json>> =>
  request(clinic, who, { doctor_id: doctor.doctorId, date: MONDAY, ...body });
const slots = (query: string, who: Person = patient): Promise<string[]> =>
  slotsFor(clinic, who, `doctor_id=${doctor.doctorId}&date=${MONDAY}&${query}`);
const move = (id: unknown, body: object, who: Person = patient): Promise<Answer<Json>> =>
  clinic.client.patch(`/api/bookings/${String(id)}`, body, who);

describe('slots, bookings and moves take type_id; duration and grid come from it', () => {
  test('the grid is the duration by default, from the window’s start', async () => {
    const { id, code, name } = await offered({ duration: 50 });
    const found = await slots(`type_id=${id}`);
    expect(found).toEqual(['09:00', '09:50', '10:40', '11:30', '12:20', '13:10', '14:00', '14:50', '15:40']);
    const { status, body } = await book({ time: '09:50', type_id: id });
    expect([status, body.duration, body.type]).toEqual([201, 50, { id, code, name }]);
    expect(codesOf(await book({ time: '11:00', type_id: id }))).toEqual(['OFF_GRID']);
  });

  test('the doctor’s own values come before those of the type', async () => {
    const { id } = await offered({ duration: 50 }, { duration: 60, slot_step: 90 });
    expect(await slots(`type_id=${id}`)).toEqual(['09:00', '10:30', '12:00', '13:30', '15:00']);
    expect((await book({ time: '10:30', type_id: id })).body.duration).toBe(60);
  });

  test('duration beside it is 400, also in a move of a booking of a type', async () => {
    const { id } = await offered();
    const query = `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}&type_id=${id}&duration=30`;
    const answers = [
      await clinic.client.get<Json>(query, patient),
      await book({ time: '09:00', type_id: id, duration: 30 }),
      await move((await book({ time: '10:00', type_id: id })).body.id, { duration: 45 }),
    ];
    for (const { status, body } of answers)
      expect([status, body.errors]).toMatchObject([400, [{ field: 'duration' }]]);
  });

  test('an unknown one, and for patients one of the desk, is UNKNOWN_TYPE', async () => {
    const { id } = await offered({ audience: 'staff' });
    for (const type_id of [4_000_000, id])
      expect((await book({ time: '09:00', type_id })).body).toMatchObject({
        code: 'UNKNOWN_TYPE',
        errors: [{ field: 'type_id' }],
      });
    const patient_id = await selfOf(clinic, patient);
    const { status, body } = await book({ time: '09:00', type_id: id, patient_id }, staff);
    expect(status).toBe(201);
    expect((await move(body.id, { time: '10:00' })).status).toBe(200);
  });

  test('one that the doctor does not offer, or that is not active, is NOT_OFFERED, and has no slots', async () => {
    const other = await createType(clinic);
    const inactive = await offered({ active: false });
    for (const { id } of [other, inactive]) {
      expect(codesOf(await book({ time: '09:00', type_id: id }))).toEqual(['NOT_OFFERED']);
      expect(await slots(`type_id=${id}`)).toEqual([]);
    }
  });

  test('a move keeps type, duration and buffers as they were; a new type brings its own', async () => {
    const first = await createType(clinic, { duration: 40, slot_step: 20, buffer_after: 10 });
    const second = await createType(clinic, { duration: 20 });
    await offerTypes(clinic, doctor, first, second);
    const { body } = await book({ time: '09:20', type_id: first.id });
    const admin = await clinic.admin();
    await clinic.client.patch(
      `/api/appointment-types/${first.id}`,
      { duration: 60, name: 'Renamed', buffer_after: 0 },
      admin,
    );
    const moved = await move(body.id, { time: '10:00' });
    expect([moved.status, moved.body.duration, moved.body.type]).toEqual([200, 40, body.type]);
    expect(codesOf(await book({ time: '10:40', duration: 20 }))).toEqual(['BUFFER']);
    const retyped = await move(body.id, { type_id: second.id });
    expect([retyped.body.duration, (retyped.body.type as Json).id]).toEqual([20, second.id]);
    expect((await book({ time: '10:20', duration: 20 })).status).toBe(201);
  });

  test('a new type alone is a move within the day: of a booking that has taken place there is none', async () => {
    const [first, second] = [await createType(clinic), await createType(clinic, { duration: 20 })];
    await offerTypes(clinic, doctor, first, second);
    const { body } = await book({ time: '09:00', type_id: first.id });
    const own = await move(body.id, { type_id: second.id });
    expect([own.status, own.body.duration]).toEqual([200, 20]);
    const set = (status: string) => clinic.client.post(`/api/bookings/${body.id}/status`, { status }, staff);
    clinic.clock.set('2026-03-02T08:05:00Z');
    await set('arrived');
    const arrived = await move(body.id, { type_id: first.id }, staff);
    expect([arrived.status, arrived.body.duration]).toEqual([200, 30]);
    await set('fulfilled');
    for (const who of [patient, staff])
      expect((await move(body.id, { type_id: second.id }, who)).body.code).toBe('STATUS_NOT_POSSIBLE');
  });

  test('without type_id all is as before, unless type_required asks patients for one', async () => {
    const { id } = await offered();
    const { body } = await book({ time: '09:07', duration: 20 });
    expect(body.type).toBeNull();
    await clinic.query('UPDATE clinic SET type_required = 1');
    expect(codesOf(await book({ time: '11:00' }), 'TYPE_REQUIRED')).toEqual(['TYPE_REQUIRED']);
    const untyped = await clinic.client.get<Json>(
      `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}`,
      patient,
    );
    expect([untyped.status, untyped.body.code]).toEqual([400, 'TYPE_REQUIRED']);
    expect((await book({ time: '11:00', type_id: id })).status).toBe(201);
    expect((await move(body.id, { time: '09:10' })).status).toBe(200);
    const patient_id = await selfOf(clinic, patient);
    expect((await book({ time: '12:05', patient_id }, staff)).status).toBe(201);
    await clinic.query('UPDATE clinic SET type_required = 0');
  });
});

describe('neighbours A before B are at least max(A.buffer_after, B.buffer_before) apart', () => {
  test('the longer counts, not the sum, and starts stay on the grid', async () => {
    const before = await createType(clinic, { duration: 20, slot_step: 10, buffer_before: 10 });
    const after = await createType(clinic, { duration: 20, slot_step: 10, buffer_after: 20 });
    await offerTypes(clinic, doctor, before, after);
    expect((await book({ time: '10:00', type_id: after.id })).status).toBe(201);
    expect(codesOf(await book({ time: '10:30', type_id: before.id }))).toEqual(['BUFFER']);
    const found = await slots(`type_id=${before.id}`);
    expect(found.slice(0, 7)).toEqual(['09:00', '09:10', '09:20', '09:30', '09:40', '10:40', '10:50']);
    expect((await book({ time: '10:40', type_id: before.id }, await clinic.patient())).status).toBe(201);
  });

  test('buffers may reach over a window’s end and over midnight, never into another booking', async () => {
    doctor = await clinic.doctor({
      week: [
        [1, '22:00', '24:00'],
        [2, '00:00', '02:00'],
      ],
    });
    const { id } = await offered({ duration: 30, buffer_after: 60 });
    expect((await book({ time: '23:30', type_id: id })).status).toBe(201);
    const tuesday = `doctor_id=${doctor.doctorId}&date=${TUESDAY}`;
    expect(await slotsFor(clinic, patient, tuesday)).toEqual(['01:00', '01:15', '01:30']);
    expect(codesOf(await book({ date: TUESDAY, time: '00:30', duration: 30 }))).toEqual(['BUFFER']);
    expect((await book({ date: TUESDAY, time: '01:00' })).status).toBe(201);
  });

  test('a buffer before reaches back over midnight too', async () => {
    doctor = await clinic.doctor({
      week: [
        [1, '22:00', '24:00'],
        [2, '00:00', '02:00'],
      ],
    });
    const { id } = await offered({ duration: 30, buffer_before: 45 });
    expect((await book({ time: '23:30' })).status).toBe(201);
    expect(
      await slotsFor(clinic, patient, `doctor_id=${doctor.doctorId}&date=${TUESDAY}&type_id=${id}`),
    ).toEqual(['01:00', '01:30']);
    expect(codesOf(await book({ date: TUESDAY, time: '00:30', type_id: id }))).toEqual(['BUFFER']);
    expect((await book({ date: TUESDAY, time: '01:00', type_id: id })).status).toBe(201);
  });
});

describe('PATIENT_BUSY', () => {
  test('judges a booking with patient_id or type_id against all live bookings of the patient', async () => {
    const other = await clinic.doctor();
    const { id } = await offered();
    const patient_id = await selfOf(clinic, patient);
    expect(
      (await request(clinic, patient, { doctor_id: other.doctorId, date: MONDAY, time: '10:00' })).status,
    ).toBe(201);
    expect(codesOf(await book({ time: '10:15', patient_id }))).toEqual(['PATIENT_BUSY']);
    expect(codesOf(await book({ time: '10:00', type_id: id }))).toEqual(['PATIENT_BUSY']);
    expect(await slots(`type_id=${id}`)).not.toContain('10:00');
    expect(await slots(`patient_id=${patient_id}`)).not.toContain('10:00');
    expect(await slots('')).toContain('10:00');
    expect((await book({ time: '10:00' })).status).toBe(201);
  });

  test('judges every booking where one_place_at_a_time is on; the desk may override it', async () => {
    const other = await clinic.doctor();
    await request(clinic, patient, { doctor_id: other.doctorId, date: MONDAY, time: '10:00' });
    await clinic.query('UPDATE clinic SET one_place_at_a_time = 1');
    expect(codesOf(await book({ time: '10:15' }))).toEqual(['PATIENT_BUSY']);
    await clinic.query('UPDATE clinic SET one_place_at_a_time = 0');
    const patient_id = await selfOf(clinic, patient);
    const override = { rules: ['PATIENT_BUSY'], reason: 'as agreed' };
    expect((await book({ time: '10:15', patient_id, override }, staff)).status).toBe(201);
  });

  test('somebody else’s patient is unknown in slots too', async () => {
    const stranger = await insertPatient(clinic);
    const { status, body } = await clinic.client.get<Json>(
      `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}&patient_id=${stranger}`,
      patient,
    );
    expect([status, body.code]).toEqual([400, 'UNKNOWN_PATIENT']);
  });
});

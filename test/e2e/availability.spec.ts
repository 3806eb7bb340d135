import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson } from '../support/clinic.js';
import { expectProblem, invalidFields } from '../support/problems.js';

let clinic: Clinic;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open();
});

beforeEach(async () => {
  doctor = await clinic.doctor({ week: [[1, '09:00', '12:00']] });
});

afterAll(() => clinic?.close());

interface WindowJson {
  id: number;
  doctor_id: number;
  day_of_week: number;
  start_time: string;
  end_time: string;
}

const add = (day_of_week: unknown, start_time: unknown, end_time: unknown, { token } = doctor) =>
  clinic.client.post<WindowJson>('/api/availability', { day_of_week, start_time, end_time }, { token });
const remove = (id: number | string, { token } = doctor) =>
  clinic.client.delete(`/api/availability/${id}`, { token });
const list = async ({ doctorId } = doctor) =>
  (await clinic.client.get<WindowJson[]>(`/api/availability/${doctorId}`)).body;
const spans = async (whose = doctor) =>
  (await list(whose)).map(
    ({ day_of_week, start_time, end_time }) => `${day_of_week} ${start_time}-${end_time}`,
  );

describe('GET /api/availability/:doctor_id (no token) and GET /api/availability/me (doctor)', () => {
  test('array of { id, doctor_id, day_of_week, start_time, end_time }, with what restricts them', async () => {
    const open = await clinic.client.get<WindowJson[]>(`/api/availability/${doctor.doctorId}`);
    expect(open.status).toBe(200);
    expect(open.body).toEqual([
      {
        id: expect.any(Number) as number,
        doctor_id: doctor.doctorId,
        day_of_week: 1,
        start_time: '09:00',
        end_time: '12:00',
        valid_from: null,
        valid_until: null,
        type_ids: null,
      },
    ]);
    const mine = await clinic.client.get('/api/availability/me', { token: doctor.token });
    expect(mine.status).toBe(200);
    expect(mine.body).toEqual(open.body);
  });
  test('by day and start; day_of_week: 0 Sunday to 6 Saturday', async () => {
    for (const [day, start, end] of [
      [6, '08:00', '09:00'],
      [0, '20:00', '23:59'],
      [1, '00:00', '01:00'],
      [1, '15:00', '16:00'],
      [0, '10:00', '11:00'],
    ] as const)
      expect((await add(day, start, end)).status).toBe(201);
    const sorted = [
      '0 10:00-11:00',
      '0 20:00-23:59',
      '1 00:00-01:00',
      '1 09:00-12:00',
      '1 15:00-16:00',
      '6 08:00-09:00',
    ];
    expect(await spans()).toEqual(sorted);
    const mine = await clinic.client.get('/api/availability/me', { token: doctor.token });
    expect(mine.body).toEqual(await list());
  });
  test('0 is the Sunday and 6 the Saturday that patients can book', async () => {
    await add(0, '10:00', '11:00');
    await add(6, '12:00', '13:00');
    const { token } = await clinic.patient();
    for (const [date, first] of [
      ['2026-03-08', '10:00'],
      ['2026-03-07', '12:00'],
    ]) {
      const slots = await clinic.client.get<string[]>(
        `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${date}`,
        { token },
      );
      expect(slots.body[0]).toBe(first);
    }
  });
  test('/me lists the doctor’s own windows only; without a profile: 404', async () => {
    const other = await clinic.doctor({ week: [] });
    expect((await clinic.client.get('/api/availability/me', { token: other.token })).body).toEqual([]);
    const { token } = await clinic.person('doctor');
    expectProblem(await clinic.client.get('/api/availability/me', { token }), { status: 404 });
  });
  test('an unknown doctor: 404', async () => {
    expectProblem(await clinic.client.get('/api/availability/4294967295'), {
      status: 404,
      code: 'DOCTOR_NOT_FOUND',
    });
  });
});

describe('POST /api/availability (doctor) { day_of_week, start_time, end_time }: 201', () => {
  test('returns the window, which is then listed and can be booked', async () => {
    const { status, body } = await add(2, '18:00', '19:00');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      doctor_id: doctor.doctorId,
      day_of_week: 2,
      start_time: '18:00',
      end_time: '19:00',
    });
    expect(await list()).toContainEqual(body);
    const { token } = await clinic.patient();
    const appointment = { doctor_id: doctor.doctorId, date: '2026-03-03', time: '18:30' };
    expect((await clinic.client.post('/api/bookings', appointment, { token })).status).toBe(201);
  });
  test.each([
    ['12:00', '12:00'],
    ['12:01', '12:00'],
    ['23:00', '01:00'],
  ])('start_time >= end_time: 400: %s to %s', async (start, end) => {
    expectProblem(await add(3, start, end), { status: 400, code: 'WINDOW_REVERSED' });
    expect(await spans()).toEqual(['1 09:00-12:00']);
  });
  test.each([
    ['the same', '09:00', '12:00'],
    ['inside', '10:00', '11:00'],
    ['around', '08:00', '13:00'],
    ['over the start', '08:00', '09:01'],
    ['over the end', '11:59', '13:00'],
  ])('an overlap with an own window of that day: 400: %s', async (_, start, end) => {
    expectProblem(await add(1, start, end), { status: 400, code: 'WINDOW_OVERLAPS' });
    expect(await spans()).toEqual(['1 09:00-12:00']);
  });
  test('the refusal of an overlap reads the same to the doctor and to the desk', async () => {
    const staff = await clinic.staff();
    const body = { day_of_week: 1, start_time: '10:00', end_time: '11:00' };
    const ofDesk = { ...body, doctor_id: doctor.doctorId };
    const answers = [
      await clinic.client.post('/api/availability', body, doctor),
      await clinic.client.post('/api/availability', ofDesk, staff),
    ];
    for (const answer of answers)
      expectProblem(answer, {
        status: 400,
        detail:
          'This overlaps another window of the doctor on that day. Choose other hours, or delete that window first.',
      });
  });
  test('Adjacent windows are fine', async () => {
    expect((await add(1, '12:00', '13:00')).status).toBe(201);
    expect((await add(1, '08:00', '09:00')).status).toBe(201);
    expect(await spans()).toEqual(['1 08:00-09:00', '1 09:00-12:00', '1 12:00-13:00']);
  });
  test("the same time on another day, or in another doctor's week, is fine", async () => {
    expect((await add(2, '09:00', '12:00')).status).toBe(201);
    const other = await clinic.doctor({ week: [] });
    expect((await add(1, '10:00', '11:00', other)).status).toBe(201);
  });
  test('of ten overlapping windows added at the same time, one is created, on each weekday', async () => {
    for (const day of [0, 2, 3, 4, 5, 6]) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, minute) => add(day, `10:0${minute}`, '11:00')),
      );
      expect(
        answers.filter(({ status }) => status === 201),
        `day ${day}`,
      ).toHaveLength(1);
      for (const answer of answers.filter(({ status }) => status !== 201))
        expectProblem(answer, { status: 400, code: 'WINDOW_OVERLAPS' });
    }
    expect(await list()).toHaveLength(7);
  });
  test('an invalid day_of_week: 400', async () => {
    for (const day of [-1, 7, 1.5, '1', 'monday', null]) {
      expect(invalidFields(expectProblem(await add(day, '18:00', '19:00'), { status: 400 }))).toEqual([
        'day_of_week',
      ]);
    }
  });
});

describe('DELETE /api/availability/:id (doctor)', () => {
  test('200 { "message": "Availability deleted" }, and the window is no longer listed', async () => {
    const [window] = await list();
    const { status, body } = await remove(window!.id);
    expect([status, body]).toEqual([200, { message: 'Availability deleted' }]);
    expect(await list()).toEqual([]);
  });
  test('not found or not own: 400, the same for both, and the other doctor’s window stays', async () => {
    const other = await clinic.doctor({ week: [[5, '09:00', '10:00']] });
    const [theirs] = await list(other);
    const expected = { status: 400, code: 'AVAILABILITY_NOT_FOUND', detail: 'Availability not found' };
    expectProblem(await remove(theirs!.id), expected);
    expectProblem(await remove(4_294_967_295), expected);
    expect(await list(other)).toEqual([theirs]);
  });
  test('twice: 400 the second time', async () => {
    const [window] = await list();
    await remove(window!.id);
    expectProblem(await remove(window!.id), { status: 400, code: 'AVAILABILITY_NOT_FOUND' });
  });
});

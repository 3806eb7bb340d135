import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person, NOW } from '../support/clinic.js';
import { expectProblem, invalidFields } from '../support/problems.js';

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
});

beforeEach(async () => {
  clinic.clock.set(NOW);
  doctor = await clinic.doctor();
});

afterAll(() => clinic?.close());

interface ExceptionJson {
  id: number;
  doctor_id: number;
  date: string;
  start_time: string | null;
  end_time: string | null;
  is_full_day: boolean;
}

const add = (body: object, { token } = doctor) =>
  clinic.client.post<ExceptionJson>('/api/exceptions', body, { token });
const remove = (id: number, { token } = doctor) => clinic.client.delete(`/api/exceptions/${id}`, { token });
const list = async ({ token } = doctor) =>
  (await clinic.client.get<ExceptionJson[]>('/api/exceptions/me', { token })).body;
const slots = async (date: string) =>
  (
    await clinic.client.get<string[]>(
      `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${date}`,
      { token: patient.token },
    )
  ).body;

describe('POST /api/exceptions (doctor): 201', () => {
  test('{ date, is_full_day } blocks the whole date', async () => {
    const { status, body } = await add({ date: '2026-03-02', is_full_day: true });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(Number) as number,
      doctor_id: doctor.doctorId,
      date: '2026-03-02',
      start_time: null,
      end_time: null,
      is_full_day: true,
    });
    expect(await slots('2026-03-02')).toEqual([]);
    expect(await slots('2026-03-03')).not.toEqual([]);
  });
  test.each([{}, { is_full_day: false }])(
    '{ date, start_time, end_time } blocks the time in between: %j',
    async (form) => {
      const { status, body } = await add({
        date: '2026-03-02',
        start_time: '09:00',
        end_time: '16:00',
        ...form,
      });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        date: '2026-03-02',
        start_time: '09:00',
        end_time: '16:00',
        is_full_day: false,
      });
      expect(await slots('2026-03-02')).toEqual(['16:00', '16:15', '16:30']);
    },
  );
  test('two exceptions may overlap: each blocks its time', async () => {
    expect((await add({ date: '2026-03-02', start_time: '09:00', end_time: '13:00' })).status).toBe(201);
    expect((await add({ date: '2026-03-02', start_time: '12:00', end_time: '16:30' })).status).toBe(201);
    expect((await slots('2026-03-02'))[0]).toBe('16:30');
  });
  test('existing bookings stay', async () => {
    const appointment = { doctor_id: doctor.doctorId, date: '2026-03-05', time: '09:00' };
    const booked = await clinic.client.post('/api/bookings', appointment, { token: patient.token });
    expect((await add({ date: '2026-03-05', is_full_day: true })).status).toBe(201);
    const mine = await clinic.client.get<{ id: number }[]>('/api/bookings/me', { token: patient.token });
    expect(mine.body.map(({ id }) => id)).toContain(booked.body.id);
  });
});

describe('an invalid exception: 400, and nothing is blocked', () => {
  const date = '2026-03-02';

  test.each([
    ['A part day without times', { date }],
    ['A part day without times, is_full_day false', { date, is_full_day: false }],
    ['A part day without an end', { date, start_time: '09:00' }],
    ['A part day without a start', { date, end_time: '09:00', is_full_day: false }],
    ['both forms at once', { date, is_full_day: true, start_time: '09:00', end_time: '10:00' }],
    ['a full day with a start', { date, is_full_day: true, start_time: '09:00' }],
    ['a full day with an end', { date, is_full_day: true, end_time: '09:00' }],
  ])('%s', async (_, body) => {
    expectProblem(await add(body), { status: 400, code: 'EXCEPTION_FORM' });
    expect(await list()).toEqual([]);
  });
  test.each([
    ['10:00', '09:00'],
    ['10:00', '10:00'],
    ['23:00', '01:00'],
  ])('reversed times: %s to %s', async (start_time, end_time) => {
    expectProblem(await add({ date, start_time, end_time }), { status: 400, code: 'EXCEPTION_REVERSED' });
    expect(await list()).toEqual([]);
  });
  test('a past date', async () => {
    for (const past of ['2026-02-28', '2020-01-01', '1000-01-01']) {
      expectProblem(await add({ date: past, is_full_day: true }), { status: 400, code: 'EXCEPTION_PAST' });
      expectProblem(await add({ date: past, start_time: '09:00', end_time: '10:00' }), {
        status: 400,
        code: 'EXCEPTION_PAST',
      });
    }
    expect(await list()).toEqual([]);
  });
  test('no date, or an impossible one', async () => {
    for (const wrong of [undefined, null, '2027-02-31', 'today', 20260302]) {
      const problem = expectProblem(await add({ date: wrong, is_full_day: true }), { status: 400 });
      expect(invalidFields(problem)).toEqual(['date']);
    }
  });
});

describe('whether a date is past depends on the doctor’s time zone', () => {
  test.each([
    ['Pacific/Kiritimati', '2026-03-01T10:30:00Z', '2026-03-02'],
    ['America/Los_Angeles', '2026-03-01T07:30:00Z', '2026-02-28'],
  ])('in %s the date differs from the clinic’s', async (timezone, now, today) => {
    clinic.clock.set(now);
    const there = await clinic.doctor({ timezone });
    const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
    expect((await add({ date: today, is_full_day: true }, there)).body).toMatchObject({ date: today });
    expectProblem(await add({ date: yesterday, is_full_day: true }, there), {
      status: 400,
      code: 'EXCEPTION_PAST',
    });
  });
});

describe('GET /api/exceptions/me (doctor)', () => {
  test('array of { id, doctor_id, date, start_time, end_time, is_full_day }, by date and start', async () => {
    expect(await list()).toEqual([]);
    const late = await add({ date: '2026-04-02', is_full_day: true });
    const noon = await add({ date: '2026-03-02', start_time: '12:00', end_time: '13:00' });
    const early = await add({ date: '2026-03-02', start_time: '09:00', end_time: '10:00' });
    expect(await list()).toEqual([early.body, noon.body, late.body]);
  });
  test('the doctor’s own only; without a profile: 404', async () => {
    await add({ date: '2026-03-02', is_full_day: true });
    expect(await list(await clinic.doctor())).toEqual([]);
    const { token } = await clinic.person('doctor');
    expectProblem(await clinic.client.get('/api/exceptions/me', { token }), { status: 404 });
  });
});

describe('GET /api/exceptions/me with thousands of exceptions', () => {
  test('a thousand on a page, and a link to the next page', async () => {
    const { doctorId, token } = await clinic.doctor();
    for (const start of ['NULL, NULL', "'00:00', '00:01'", "'09:00', '09:01'"]) {
      const rows = Array.from(
        { length: 700 },
        (_, day) => `(?, '2026-03-02' + INTERVAL ${day} DAY, ${start})`,
      );
      await clinic.query(
        `INSERT INTO exceptions (doctor_id, date, start_time, end_time) VALUES ${rows.join(', ')}`,
        rows.map(() => doctorId),
      );
    }
    const pages: ExceptionJson[][] = [];
    for (let next: string | undefined = '/api/exceptions/me'; next !== undefined;) {
      const answer: Answer<ExceptionJson[]> = await clinic.client.get(next, { token });
      expect(answer.status).toBe(200);
      pages.push(answer.body);
      next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 100]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(2_100);
    const starts = pages.flat().map(({ date, start_time }) => `${date} ${start_time ?? '00:00'}`);
    expect(starts).toEqual([...starts].sort());
  });
});

describe('DELETE /api/exceptions/:id (doctor)', () => {
  test('200 { "message": "Exception deleted" }, and the time can be booked again', async () => {
    const { id } = (await add({ date: '2026-03-02', is_full_day: true })).body;
    const { status, body } = await remove(id);
    expect([status, body]).toEqual([200, { message: 'Exception deleted' }]);
    expect(await list()).toEqual([]);
    expect((await slots('2026-03-02'))[0]).toBe('09:00');
  });
  test('not found or not own: 400, the same for both, and the other doctor’s exception stays', async () => {
    const other = await clinic.doctor();
    const theirs = (await add({ date: '2026-03-02', is_full_day: true }, other)).body;
    const expected = { status: 400, code: 'EXCEPTION_NOT_FOUND', detail: 'Exception not found' };
    expectProblem(await remove(theirs.id), expected);
    expectProblem(await remove(4_294_967_295), expected);
    expect(await list(other)).toEqual([theirs]);
  });
  test('twice: 400 the second time', async () => {
    const { id } = (await add({ date: '2026-03-02', is_full_day: true })).body;
    await remove(id);
    expectProblem(await remove(id), { status: 400, code: 'EXCEPTION_NOT_FOUND' });
  });
});

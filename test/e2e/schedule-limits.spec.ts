import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson } from '../support/clinic.js';

let clinic: Clinic;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  doctor = await clinic.doctor();
});

afterAll(() => clinic?.close());

describe('exceptions', () => {
  const block = (body: object) => clinic.client.post('/api/exceptions', body, { token: doctor.token });

  test('repeating an exception returns the existing one', async () => {
    const part = { date: '2026-03-10', start_time: '09:00', end_time: '10:00' };
    const day = { date: '2026-03-10', is_full_day: true };
    for (const body of [part, day]) {
      const [first, second] = [await block(body), await block(body)];
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body).toEqual(first.body);
    }
    const rows = await clinic.query("SELECT id FROM exceptions WHERE date = '2026-03-10'");
    expect(rows).toHaveLength(2);
  });

  test('a date can have at most fifty', async () => {
    const values = Array.from(
      { length: 50 },
      (_, turn) => `(${doctor.doctorId}, '2026-03-11', '10:${String(turn).padStart(2, '0')}', '11:00')`,
    );
    await clinic.query(
      `INSERT INTO exceptions (doctor_id, date, start_time, end_time) VALUES ${values.join()}`,
    );
    const refused = await block({ date: '2026-03-11', start_time: '12:00', end_time: '13:00' });
    expect([refused.status, refused.body.code]).toEqual([400, 'TOO_MANY_EXCEPTIONS']);
    expect((await block({ date: '2026-03-11', start_time: '10:07', end_time: '11:00' })).status).toBe(201);
    expect((await block({ date: '2026-03-12', start_time: '12:00', end_time: '13:00' })).status).toBe(201);
  });
});

test('a weekday can have at most fifty windows', async () => {
  const values = Array.from(
    { length: 50 },
    (_, turn) =>
      `(${doctor.doctorId}, 0, '10:${String(turn).padStart(2, '0')}', '10:${String(turn + 1).padStart(2, '0')}')`,
  );
  await clinic.query(
    `INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time) VALUES ${values.join()}`,
  );
  const add = (day_of_week: number) =>
    clinic.client.post(
      '/api/availability',
      { day_of_week, start_time: '12:00', end_time: '13:00' },
      { token: doctor.token },
    );
  const refused = await add(0);
  expect([refused.status, refused.body.code]).toEqual([400, 'TOO_MANY_WINDOWS']);
  expect((await add(6)).status).toBe(201);
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestBooking, slotsOf } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { MONDAY, TUESDAY } from '../support/races.js';

// Windows and exceptions may end at 24:00.

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
});

beforeEach(async () => {
  doctor = await clinic.doctor({ week: [] });
});

afterAll(() => clinic?.close());

const post = (path: string, body: object) => clinic.client.post(path, body, { token: doctor.token });
const window = (day_of_week: number, start_time: string, end_time: string) =>
  post('/api/availability', { day_of_week, start_time, end_time });

describe('a window that ends at 24:00', () => {
  test('is stored and shown as 24:00, and can be booked to its last minute', async () => {
    const { status, body } = await window(1, '22:00', '24:00');
    expect([status, body.end_time]).toEqual([201, '24:00']);
    const { body: shown } = await clinic.client.get<{ end_time: string }[]>(
      `/api/availability/${doctor.doctorId}`,
    );
    expect(shown.map(({ end_time }) => end_time)).toEqual(['24:00']);
    expect(await slotsOf(clinic, patient, doctor, MONDAY)).toEqual([
      '22:00',
      '22:15',
      '22:30',
      '22:45',
      '23:00',
      '23:15',
      '23:30',
    ]);
    const booked = await requestBooking(clinic, patient, doctor, { date: MONDAY, time: '23:30' });
    expect(booked.body.ends_at).toBe('2026-03-03T00:00:00+01:00');
    expect(
      (await requestBooking(clinic, patient, doctor, { date: MONDAY, time: '23:29', duration: 1 })).status,
    ).toBe(201);
  });

  test('covers the whole evening when the clocks change at midnight', async () => {
    const chilean = await clinic.doctor({ timezone: 'America/Santiago', week: [[6, '22:00', '24:00']] });
    // On Saturday 4 April the last hour occurs twice.
    const times = await slotsOf(clinic, patient, chilean, '2026-04-04', 60);
    expect(times.at(-1)).toBe('23:45');
    const { body } = await requestBooking(clinic, patient, chilean, {
      date: '2026-04-04',
      time: '23:00',
      duration: 120,
    });
    expect([body.starts_at, body.ends_at]).toEqual([
      '2026-04-04T23:00:00-03:00',
      '2026-04-05T00:00:00-04:00',
    ]);
  });

  test('accepts no appointment across midnight, even if a window begins at midnight', async () => {
    await window(1, '22:00', '24:00');
    await window(2, '00:00', '02:00');
    const refused = await requestBooking(clinic, patient, doctor, {
      date: MONDAY,
      time: '23:45',
      duration: 30,
    });
    expect([refused.status, refused.body.code]).toEqual([400, 'OUTSIDE_AVAILABILITY']);
    expect(await slotsOf(clinic, patient, doctor, TUESDAY, 120)).toEqual(['00:00']);
  });

  test('can touch but not overlap other windows', async () => {
    expect((await window(1, '20:00', '24:00')).status).toBe(201);
    expect((await window(1, '23:59', '24:00')).body.code).toBe('WINDOW_OVERLAPS');
    expect((await window(1, '18:00', '20:00')).status).toBe(201);
    expect((await window(2, '00:00', '24:00')).status).toBe(201);
  });
});

test('an exception that ends at 24:00 blocks the last minute, and is shown as 24:00', async () => {
  await window(1, '22:00', '24:00');
  const { status, body } = await post('/api/exceptions', {
    date: MONDAY,
    start_time: '23:00',
    end_time: '24:00',
  });
  expect([status, body.start_time, body.end_time]).toEqual([201, '23:00', '24:00']);
  expect(await slotsOf(clinic, patient, doctor, MONDAY)).toEqual(['22:00', '22:15', '22:30']);
  const { body: shown } = await clinic.client.get<{ end_time: string }[]>('/api/exceptions/me', doctor);
  expect(shown.map(({ end_time }) => end_time)).toEqual(['24:00']);
});

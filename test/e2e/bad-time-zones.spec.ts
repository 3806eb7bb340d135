import { afterAll, beforeAll, expect, test } from 'vitest';
import { book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

const MONDAY = { date: '2026-03-02', time: '10:00' };

let clinic: Clinic;
let admin: Person;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  [admin, patient] = [await clinic.admin(), await clinic.patient()];
});

afterAll(() => clinic?.close());

/** Stores an invalid zone, as a version without validation of zones could have done. */
const store = ({ doctorId }: DoctorPerson, zone: string) =>
  clinic.query('UPDATE doctors SET timezone = ? WHERE id = ?', [zone, doctorId]);
const setZone = ({ doctorId }: DoctorPerson, timezone: string) =>
  clinic.client.patch(`/api/doctors/${doctorId}`, { timezone }, admin);
const slotsOf = ({ doctorId }: DoctorPerson) =>
  clinic.client.get<string[]>(
    `/api/bookings/available-slots?doctor_id=${doctorId}&date=${MONDAY.date}`,
    patient,
  );

test.each(['PST', 'Mars/Olympus', ''])(
  'a doctor with the invalid zone "%s" can be booked again once an admin has set a valid one',
  async (zone) => {
    const doctor = await clinic.doctor();
    await store(doctor, zone);
    expectProblem(await slotsOf(doctor), { status: 400, code: 'DOCTOR_TIME_ZONE' });
    const appointment = { doctor_id: doctor.doctorId, ...MONDAY };
    expectProblem(await clinic.client.post('/api/bookings', appointment, patient), {
      status: 400,
      code: 'DOCTOR_TIME_ZONE',
    });
    expect((await clinic.client.get('/api/doctors/public')).status).toBe(200);
    expect((await clinic.client.get('/api/bookings/doctor', doctor)).status).toBe(200);
    expect((await setZone(doctor, 'Asia/Tokyo')).status).toBe(200);
    expect((await slotsOf(doctor)).body).toContain('10:00');
  },
);

test('a valid zone can be changed while no booking lies ahead', async () => {
  const doctor = await clinic.doctor();
  expect((await setZone(doctor, 'Asia/Tokyo')).status).toBe(200);
  expect((await slotsOf(doctor)).body).toContain('10:00');
  expect((await setZone(doctor, 'Europe/Madrid')).status).toBe(200);
  await book(clinic, patient, doctor, { date: '2026-03-02', time: '11:00' });
  expectProblem(await setZone(doctor, 'Asia/Tokyo'), { status: 400, code: 'TIME_ZONE_FIXED' });
});

test('an invalid zone can be replaced only by one in which future bookings keep their instants', async () => {
  const doctor = await clinic.doctor();
  await book(clinic, patient, doctor, MONDAY);
  await store(doctor, 'Mars/Olympus');
  expectProblem(await setZone(doctor, 'Asia/Tokyo'), { status: 400, code: 'BOOKINGS_AHEAD' });
  expect((await setZone(doctor, 'Europe/Madrid')).status).toBe(200);
});

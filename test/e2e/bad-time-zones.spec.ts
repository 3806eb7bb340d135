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

/** Writes a zone as a version before zones were judged could have stored it. */
const store = ({ doctorId }: DoctorPerson, zone: string) =>
  clinic.query('UPDATE doctors SET timezone = ? WHERE id = ?', [zone, doctorId]);
const mend = ({ doctorId }: DoctorPerson, timezone: string) =>
  clinic.client.patch(`/api/doctors/${doctorId}`, { timezone }, admin);
const slotsOf = ({ doctorId }: DoctorPerson) =>
  clinic.client.get<string[]>(
    `/api/bookings/available-slots?doctor_id=${doctorId}&date=${MONDAY.date}`,
    patient,
  );

test.each(['PST', 'Mars/Olympus', ''])(
  'a doctor in "%s" can be booked again once an admin has set a zone',
  async (zone) => {
    const doctor = await clinic.doctor();
    await store(doctor, zone);
    expectProblem(await slotsOf(doctor), { status: 400, code: 'DOCTOR_TIME_ZONE' });
    const wish = { doctor_id: doctor.doctorId, ...MONDAY };
    expectProblem(await clinic.client.post('/api/bookings', wish, patient), {
      status: 400,
      code: 'DOCTOR_TIME_ZONE',
    });
    expect((await clinic.client.get('/api/doctors/public')).status).toBe(200);
    expect((await clinic.client.get('/api/bookings/doctor', doctor)).status).toBe(200);
    expect((await mend(doctor, 'Asia/Tokyo')).status).toBe(200);
    expect((await slotsOf(doctor)).body).toContain('10:00');
  },
);

test('a good zone never changes', async () => {
  const doctor = await clinic.doctor();
  expectProblem(await mend(doctor, 'Asia/Tokyo'), { status: 400, code: 'TIME_ZONE_FIXED' });
});

test('a bad zone is mended only to one in which the coming bookings keep their moments', async () => {
  const doctor = await clinic.doctor();
  await book(clinic, patient, doctor, MONDAY);
  await store(doctor, 'Mars/Olympus');
  expectProblem(await mend(doctor, 'Asia/Tokyo'), { status: 400, code: 'BOOKINGS_AHEAD' });
  expect((await mend(doctor, 'Europe/Madrid')).status).toBe(200);
});

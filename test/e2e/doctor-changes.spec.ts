import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { book, requestBooking } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

const MONDAY = { date: '2026-03-02', time: '10:00' };

let clinic: Clinic;
let admin: Person;
let staff: Person;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  [admin, staff, patient] = [await clinic.admin(), await clinic.staff(), await clinic.patient()];
});

afterAll(() => clinic?.close());

const change = ({ doctorId }: DoctorPerson, body: object, headers: Record<string, string> = {}) =>
  clinic.client.patch<Record<string, unknown>>(`/api/doctors/${doctorId}`, body, {
    token: admin.token,
    headers,
  });
const get = ({ doctorId }: DoctorPerson, { token }: Person) =>
  clinic.client.get<Record<string, unknown>>(`/api/doctors/${doctorId}`, { token });
const isActive = async (doctor: DoctorPerson) => (await get(doctor, admin)).body.active;

test('PATCH /api/doctors/:id (admin): name, specialty, email, active', async () => {
  const doctor = await clinic.doctor();
  const profile = { name: 'Dr. New', specialty: 'Neurology', email: 'new@clinic.example' };
  const { status, body, headers } = await change(doctor, profile, { 'if-match': '"1"' });
  expect([status, headers.get('etag')]).toEqual([200, '"2"']);
  expect(body).toMatchObject({ ...profile, active: true, version: 2 });
  expect((await get(doctor, patient)).body).toEqual(body);
  expectProblem(await change(doctor, { name: 'Stale' }, { 'if-match': '"1"' }), { status: 412 });
  const [event] = await clinic.query<{ particulars: string }>(
    "SELECT CAST(particulars AS CHAR) AS particulars FROM audit_events WHERE action = 'doctor.changed' AND subject_id = ?",
    [doctor.doctorId],
  );
  expect(JSON.parse(event!.particulars)).toEqual({ version: 2, fields: 'name specialty email' });
});

describe('Inactive: in no public list, slots [], DOCTOR_INACTIVE on booking; coming bookings stay until somebody acts', () => {
  test('all of it', async () => {
    const doctor = await clinic.doctor();
    const { id } = await book(clinic, patient, doctor, MONDAY);
    expect((await change(doctor, { active: false })).body.active).toBe(false);
    const listed = await clinic.client.get<{ id: number }[]>('/api/doctors/public');
    expect(listed.body.map((each) => each.id)).not.toContain(doctor.doctorId);
    const slots = `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY.date}`;
    expect((await clinic.client.get(slots, patient)).body).toEqual([]);
    expectProblem(await requestBooking(clinic, patient, doctor, { ...MONDAY, time: '12:00' }), {
      status: 400,
      code: 'DOCTOR_INACTIVE',
    });
    const [row] = await clinic.query<{ status: string }>('SELECT status FROM bookings WHERE id = ?', [id]);
    expect(row!.status).toBe('booked');
    expect((await change(doctor, { active: true })).body.active).toBe(true);
    expect((await clinic.client.get<string[]>(slots, patient)).body).toContain('12:00');
  });
  test('what one may not see answers as what does not exist', async () => {
    const [doctor, other] = [await clinic.doctor(), await clinic.doctor()];
    await change(doctor, { active: false });
    for (const actor of [admin, staff, doctor]) expect((await get(doctor, actor)).status).toBe(200);
    for (const actor of [patient, other])
      expectProblem(await get(doctor, actor), { status: 404, code: 'DOCTOR_NOT_FOUND' });
  });
});

describe('Disabling an account or taking its role makes its profile inactive in the same transaction', () => {
  test.each([{ disabled: true }, { role: 'user' }])('%j', async (rights) => {
    const doctor = await clinic.doctor();
    expect((await clinic.client.patch(`/api/users/${doctor.id}`, rights, admin)).status).toBe(200);
    expect(await isActive(doctor)).toBe(false);
    expectProblem(await change(doctor, { active: true }), { status: 400, code: 'NOT_A_DOCTOR_ACCOUNT' });
    await clinic.client.patch(`/api/users/${doctor.id}`, { disabled: false, role: 'doctor' }, admin);
    expect(await isActive(doctor)).toBe(false);
    expect((await change(doctor, { active: true })).status).toBe(200);
  });
});

describe('Desk and admin set hours', () => {
  test('POST /api/availability and /api/exceptions take doctor_id from them, DELETE any id', async () => {
    const doctor = await clinic.doctor();
    const window = { day_of_week: 6, start_time: '09:00', end_time: '12:00' };
    const exception = { date: '2026-03-03', is_full_day: true };
    for (const [path, body] of [
      ['/api/availability', window],
      ['/api/exceptions', exception],
    ] as const) {
      for (const actor of [staff, admin]) {
        expectProblem(await clinic.client.post(path, body, actor), { status: 400 });
        const ofNobody = await clinic.client.post(path, { ...body, doctor_id: 4_294_967_295 }, actor);
        expectProblem(ofNobody, { status: 400, code: 'UNKNOWN_DOCTOR' });
        const added = await clinic.client.post(path, { ...body, doctor_id: doctor.doctorId }, actor);
        expect([added.status, added.body.doctor_id]).toEqual([201, doctor.doctorId]);
        expect((await clinic.client.delete(`${path}/${added.body.id}`, actor)).status).toBe(200);
        expectProblem(await clinic.client.delete(`${path}/${added.body.id}`, actor), { status: 400 });
      }
    }
  });
  test('a doctor names nobody else', async () => {
    const [doctor, other] = [await clinic.doctor(), await clinic.doctor()];
    const body = { date: '2026-03-03', is_full_day: true, doctor_id: other.doctorId };
    const problem = expectProblem(await clinic.client.post('/api/exceptions', body, doctor), { status: 400 });
    expect(problem.error).toBe('doctor_id is not a known field');
  });
  test('GET /api/exceptions?doctor_id= in pages', async () => {
    const doctor = await clinic.doctor();
    for (const day of ['03', '04', '05'])
      await clinic.client.post('/api/exceptions', { date: `2026-03-${day}`, is_full_day: true }, doctor);
    const dates: string[] = [];
    for (let path = `/api/exceptions?doctor_id=${doctor.doctorId}&limit=2`; path;) {
      const { body, headers } = await clinic.client.get<{ date: string }[]>(path, staff);
      dates.push(...body.map(({ date }) => date));
      path = headers.get('link')?.match(/<(.*)>/)?.[1] ?? '';
    }
    expect(dates).toEqual(['2026-03-03', '2026-03-04', '2026-03-05']);
  });
});

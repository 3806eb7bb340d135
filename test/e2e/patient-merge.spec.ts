import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import type { PatientJson } from '../support/patient-json.js';
import { expectProblem } from '../support/problems.js';

let clinic: Clinic;
let admin: Person;
let staff: Person;
let doctor: DoctorPerson;
let other: DoctorPerson;
let people = 0;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.query("UPDATE clinic SET country = 'ES'");
  admin = await clinic.admin();
  staff = await clinic.staff();
  doctor = await clinic.doctor();
  other = await clinic.doctor();
});

afterAll(() => clinic?.close());

async function newPatient(details: object = {}): Promise<number> {
  people += 1;
  const body = {
    given_name: `Name${people}`,
    family_name: 'Vidal',
    phone: `61200${1000 + people}`,
    ...details,
  };
  const created = await clinic.client.post<PatientJson>('/api/patients', body, staff);
  expect(created.status).toBe(201);
  return created.body.id;
}

async function selfOf(person: Person): Promise<number> {
  const { body } = await clinic.client.get<PatientJson[]>('/api/patients/mine', person);
  return body[0]!.id;
}

async function bookFor(patientId: number, time: string, at = doctor): Promise<number> {
  const body = { doctor_id: at.doctorId, date: '2026-03-05', time, patient_id: patientId };
  const booked = await clinic.client.post('/api/bookings', body, staff);
  expect(booked.status).toBe(201);
  return booked.body.id!;
}

const merge = (id: number, into: number, person = admin, reason = 'Entered twice') =>
  clinic.client.post<{ id: number; overlaps: number[][] }>(
    `/api/patients/${id}/merge`,
    { into, reason },
    person,
  );
const at = (version: number) => ({ ...admin, headers: { 'if-match': `"${version}"` } });
const get = (id: number, person = staff) => clinic.client.get<PatientJson>(`/api/patients/${id}`, person);
const bookingsOf = (patientId: number) =>
  clinic.query<{ id: number; user_id: number | null }>(
    'SELECT id, user_id FROM bookings WHERE patient_id = ? ORDER BY id',
    [patientId],
  );

describe('merge', () => {
  test('bookings and account move in one transaction; overlaps lists the pairs that this makes', async () => {
    const person = await clinic.patient();
    const [source, target] = [await selfOf(person), await newPatient({ email: 'own@people.example' })];
    const first = await bookFor(source, '09:00');
    const second = await bookFor(target, '09:15', other);
    const third = await bookFor(target, '12:00');
    const { status, body } = await merge(source, target);
    expect([status, body]).toEqual([200, { id: target, overlaps: [[first, second]] }]);
    expect(await bookingsOf(target)).toEqual(
      [first, second, third].map((id) => ({ id, user_id: person.id })),
    );
    expect((await get(target)).body).toMatchObject({ account_id: person.id, relation: 'self' });
    expect(await selfOf(person)).toBe(target);
    const notifications = await clinic.query('SELECT account_id FROM notifications WHERE booking_id = ?', [
      third,
    ]);
    expect(notifications).toContainEqual({ account_id: person.id });
    const events = await clinic.query(
      "SELECT reason, actor_id FROM audit_events WHERE action = 'patient.merged' AND subject_id = ?",
      [source],
    );
    expect(events).toEqual([{ reason: 'Entered twice', actor_id: admin.id }]);
    const shown = await clinic.client.get(`/api/audit?subject=patient&subject_id=${source}`, admin);
    expect(shown.body).toContainEqual(
      expect.objectContaining({ action: 'patient.merged', reason: 'Entered twice' }),
    );
  });

  test('the old id then answers 404, with merged_into for the desk, and no search finds its names', async () => {
    const [first, second, third] = [
      await newPatient({ given_name: 'Olegario' }),
      await newPatient(),
      await newPatient(),
    ];
    expect((await merge(first, second)).status).toBe(200);
    expect((await merge(second, third)).status).toBe(200);
    for (const id of [first, second]) {
      expectProblem(await get(id), { status: 404, code: 'PATIENT_NOT_FOUND' });
      expect((await get(id)).body).toMatchObject({ merged_into: third });
      expect((await merge(id, third)).body).toMatchObject({ code: 'PATIENT_NOT_FOUND', merged_into: third });
    }
    expect((await clinic.client.get('/api/patients?q=Olegario', staff)).body).toEqual([]);
  });

  test('details that the target lacks are filled in', async () => {
    const source = await newPatient({
      birth_date: '1980-02-03',
      notes: 'Hard of hearing',
      email: 'x@people.example',
    });
    const target = await newPatient();
    await merge(source, target);
    const filled = { birth_date: '1980-02-03', notes: 'Hard of hearing', email: 'x@people.example' };
    expect((await get(target)).body).toMatchObject({ ...filled, version: 2 });
    expect((await get(target)).body.phone).not.toBeNull();
  });

  test.each([
    ['both', 'Hard of hearing', 'Diabetic\nHard of hearing'],
    ['those of the target, if both would be too long', 'x'.repeat(1000), 'Diabetic'],
  ])('of two notes it keeps %s', async (_, notes, kept) => {
    const [source, target] = [await newPatient({ notes }), await newPatient({ notes: 'Diabetic' })];
    await merge(source, target);
    expect((await get(target)).body.notes).toBe(kept);
  });

  test.each([
    ['the one that goes', 'none', 'email'],
    ['the one that stays', 'email', 'none'],
  ])('no emails, if %s wants none', async (_, source, target) => {
    const [id, into] = [
      await newPatient({ contact_by: source, email: 'x@people.example' }),
      await newPatient({ contact_by: target }),
    ];
    await merge(id, into);
    expect((await get(into)).body.contact_by).toBe('none');
  });

  test('into itself or an already merged one: 400; an unknown or erased one is not found', async () => {
    const [one, two, three] = [await newPatient(), await newPatient(), await newPatient()];
    expectProblem(await merge(one, one), { status: 400, code: 'MERGE_NOT_POSSIBLE' });
    await merge(two, three);
    const merged = await merge(one, two);
    expectProblem(merged, { status: 400, code: 'MERGE_NOT_POSSIBLE' });
    expect(merged.body).toMatchObject({ merged_into: three });
    expectProblem(await merge(one, 4_000_000), { status: 400, code: 'UNKNOWN_PATIENT' });
    expectProblem(await merge(4_000_000, one), { status: 404, code: 'PATIENT_NOT_FOUND' });
    expect(
      (
        await clinic.client.send('DELETE', `/api/patients/${one}`, {
          token: admin.token,
          body: { reason: 'Asked' },
        })
      ).status,
    ).toBe(200);
    expectProblem(await merge(one, three), { status: 404, code: 'PATIENT_NOT_FOUND' });
    expectProblem(await merge(three, one), { status: 400, code: 'UNKNOWN_PATIENT' });
  });

  test('two with accounts: 400 BOTH_HAVE_ACCOUNTS', async () => {
    const [one, two] = [await selfOf(await clinic.patient()), await selfOf(await clinic.patient())];
    const refused = await merge(one, two);
    expectProblem(refused, { status: 400, code: 'BOTH_HAVE_ACCOUNTS' });
    expect(refused.body).toMatchObject({
      error: 'Both patients have accounts, so they cannot be merged. Keep both, and book for one of them.',
    });
  });

  test('staff neither merges, erases nor exports', async () => {
    const [one, two] = [await newPatient(), await newPatient()];
    expectProblem(await merge(one, two, staff), { status: 403, code: 'FORBIDDEN' });
    const erased = await clinic.client.send('DELETE', `/api/patients/${one}`, {
      token: staff.token,
      body: { reason: 'Asked' },
    });
    expectProblem(erased, { status: 403, code: 'FORBIDDEN' });
    expectProblem(await clinic.client.get(`/api/patients/${one}/export`, staff), {
      status: 403,
      code: 'FORBIDDEN',
    });
  });
});

test('a merge with a stale If-Match is 412 and changes nothing', async () => {
  const [id, into] = [await newPatient(), await newPatient()];
  await clinic.client.patch(`/api/patients/${id}`, { notes: 'another person after all' }, staff);
  const body = { into, reason: 'Entered twice' };
  const stale = await clinic.client.post(`/api/patients/${id}/merge`, body, at(1));
  expectProblem(stale, { status: 412, code: 'VERSION_MISMATCH' });
  expect((await get(id)).status).toBe(200);
  expect((await clinic.client.post(`/api/patients/${id}/merge`, body, at(2))).status).toBe(200);
});

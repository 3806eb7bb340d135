import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import type { PatientJson } from '../support/patient-json.js';
import { expectProblem } from '../support/problems.js';

/** Unique texts: wherever they are found, they belong to the erased person. */
const NAME = 'Canaria';
const PHONE = '+34612987654';
const NOTE = 'note of the canary';
const EMAIL = 'canary@people.example';

let clinic: Clinic;
let admin: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open();
  [admin, doctor] = [await clinic.admin(), await clinic.doctor()];
});

afterAll(() => clinic?.close());

const keyed = (key: string) => ({ token: admin.token, headers: { 'idempotency-key': key } });
const erase = (id: number) =>
  clinic.client.send('DELETE', `/api/patients/${id}`, {
    token: admin.token,
    body: { reason: 'Asked by letter' },
  });

async function allStoredData(): Promise<string> {
  const tables = (await clinic.query<Record<string, string>>('SHOW TABLES')).map(
    (row) => Object.values(row)[0]!,
  );
  const stored: unknown[] = [];
  for (const table of tables) stored.push(await clinic.query(`SELECT * FROM \`${table}\``));
  return JSON.stringify(stored);
}

/** A patient without an account, who leaves traces everywhere, also in a record that was merged. */
async function canary(): Promise<{ id: number; kept: number; cancelled: number }> {
  const { client } = clinic;
  const details = { family_name: 'Vidal', phone: PHONE, email: EMAIL, notes: NOTE };
  const create = async (given_name: string, key: string): Promise<number> =>
    (await client.post<PatientJson>('/api/patients', { ...details, given_name }, keyed(key))).body.id;
  const merged = await create(`${NAME} A`, 'one');
  const id = await create(`${NAME} B`, 'two');
  const book = async (patient_id: number, time: string): Promise<number> => {
    const wish = { doctor_id: doctor.doctorId, date: '2026-03-05', time, patient_id, note: NOTE };
    return (await client.post('/api/bookings', wish, keyed(`at ${time}`))).body.id!;
  };
  const [kept, cancelled] = [await book(merged, '09:00'), await book(id, '10:00')];
  await client.post(`/api/bookings/${cancelled}/cancel`, { reason: `${NAME} is ill` }, keyed('cancel'));
  await client.patch(`/api/patients/${id}`, { birth_date: '1980-02-03' }, keyed('change'));
  await client.post(`/api/patients/${id}/invitation`, {}, keyed('invite'));
  const merge = { into: id, reason: `${NAME} was entered twice` };
  expect((await client.post(`/api/patients/${merged}/merge`, merge, keyed('merge'))).status).toBe(200);
  return { id, kept, cancelled };
}

test('an admin exports all data about a patient, and erases the person as an account’s erasure does', async () => {
  const { id, kept, cancelled } = await canary();
  const { body: exported } = await clinic.client.get<Record<string, Record<string, unknown>[]>>(
    `/api/patients/${id}/export`,
    admin,
  );
  expect(exported.patient!.map(({ notes }) => notes)).toEqual([NOTE, NOTE]);
  expect(exported.bookings!.map((booking) => booking.id)).toEqual([kept, cancelled]);
  expect(exported.messages!.length).toBeGreaterThan(2);
  expect(exported.events!.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['patient.created', 'patient.invited', 'patient.exported', 'booking.cancelled']),
  );

  const before = await allStoredData();
  for (const text of [NAME, PHONE, NOTE, EMAIL]) expect(before).toContain(text);
  expect((await erase(id)).status).toBe(200);
  const after = await allStoredData();
  for (const text of [NAME, NAME.toLowerCase(), PHONE, NOTE, EMAIL]) expect(after).not.toContain(text);

  expect(await clinic.query('SELECT status FROM bookings WHERE id = ?', [kept])).toEqual([
    { status: 'cancelled' },
  ]);
  expect(
    await clinic.query("SELECT id FROM notifications WHERE state IN ('pending', 'queued', 'sending')"),
  ).toEqual([]);
  const events = await clinic.query(
    "SELECT action, reason FROM audit_events WHERE action = 'patient.erased' OR action = 'booking.cancelled' AND subject_id = ? ORDER BY id",
    [kept],
  );
  expect(events).toEqual([
    { action: 'booking.cancelled', reason: null },
    { action: 'patient.erased', reason: 'Asked by letter' },
  ]);
  expectProblem(await erase(id), { status: 404, code: 'PATIENT_NOT_FOUND' });
  expect((await clinic.client.get('/api/integrity', admin)).body).toMatchObject({ healthy: true });
});

test('the owner of an account is erased with the account; not where it works for the clinic', async () => {
  const selfOf = async (person: Person): Promise<number> =>
    (await clinic.client.get<PatientJson[]>('/api/patients/mine', person)).body[0]!.id;
  const person = await clinic.patient();
  expect((await erase(await selfOf(person))).status).toBe(200);
  expectProblem(await clinic.client.get('/api/auth/me', person), { status: 401, code: 'TOKEN_REVOKED' });
  expectProblem(await erase(await selfOf(await clinic.staff())), { status: 400, code: 'STAFF_PATIENT' });
});

test('an erasure with a stale If-Match is 412 and erases nothing', async () => {
  const body = { given_name: 'Eva', family_name: 'Soler', phone: '+34612000777' };
  const { id } = (await clinic.client.post<PatientJson>('/api/patients', body, admin)).body;
  await clinic.client.patch(`/api/patients/${id}`, { notes: 'another person after all' }, admin);
  const eraseAt = (version: number) =>
    clinic.client.send('DELETE', `/api/patients/${id}`, {
      token: admin.token,
      headers: { 'if-match': `"${version}"` },
      body: { reason: 'Asked by letter' },
    });
  expectProblem(await eraseAt(1), { status: 412, code: 'VERSION_MISMATCH' });
  expect((await clinic.client.get(`/api/patients/${id}`, admin)).status).toBe(200);
  expect((await eraseAt(2)).status).toBe(200);
});

test('a request that entered the person does not enter them again after the erasure', async () => {
  const enter = () =>
    clinic.client.post(
      '/api/patients',
      { given_name: 'Gone', family_name: 'Vidal', phone: '+34612987655' },
      keyed('gone'),
    );
  const { body } = await enter();
  expect((await erase(body.id!)).status).toBe(200);
  expectProblem(await enter(), { status: 409, code: 'RESPONSE_ERASED' });
  expect(await clinic.query("SELECT id FROM patients WHERE given_name = 'Gone'")).toEqual([]);
});

test('a request that opened the account does not open it again after the erasure', async () => {
  const [email, password] = ['gone@people.example', 'a long password'];
  const open = () => clinic.client.post('/api/users', { email, password, role: 'user' }, keyed('opened'));
  const { body } = await open();
  const { token } = (await clinic.client.post('/api/auth/login', { email, password })).body;
  const erased = await clinic.client.send('DELETE', '/api/auth/me', {
    token: token as string,
    body: { password },
  });
  expect([body.role, erased.status]).toEqual(['user', 200]);
  expectProblem(await open(), { status: 409, code: 'RESPONSE_ERASED' });
  expect(await clinic.query('SELECT id FROM accounts WHERE email = ?', [email])).toEqual([]);
});

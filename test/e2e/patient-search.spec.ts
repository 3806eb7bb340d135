import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../../src/database/in-transaction.js';
import { insertPatient } from '../../src/patients/patient.repository.js';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type Person } from '../support/clinic.js';
import type { PatientJson } from '../support/patient-json.js';
import { expectProblem, invalidFields } from '../support/problems.js';

let clinic: Clinic;
let staff: Person;

/** Given name, family name, birth date, phone. */
const PEOPLE = [
  ['José', 'García López', '1980-01-01', '+34612345678'],
  ['Maria', 'Garcia', '1980-01-01', '+34612345678'],
  ['Jürgen', 'Müller', '1975-05-05', '+4915112345678'],
  ['Mary', 'O’Brien', '1966-06-06', '+353861234567'],
  ['Thị', 'Nguyễn', '1992-02-02', '+84912345678'],
  ['Lan', 'Đặng', '1993-03-03', '+84912345670'],
  ['小明', '王', '1994-04-04', '+8613800138000'],
  ['Bruno', 'Lefèvre', '1995-05-05', '+33612345679'],
] as const;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.query("UPDATE clinic SET country = 'FR'");
  staff = await clinic.staff();
  for (const [given_name, family_name, birth_date, phone] of PEOPLE) {
    const body = { given_name, family_name, birth_date, phone };
    expect((await clinic.client.post('/api/patients', body, staff)).status).toBe(201);
  }
});

afterAll(() => clinic?.close());

const query = (parameters: object): string =>
  String(new URLSearchParams(parameters as Record<string, string>));

async function search(parameters: object): Promise<PatientJson[]> {
  const { status, body } = await clinic.client.get<PatientJson[]>(
    `/api/patients?${query(parameters)}`,
    staff,
  );
  expect(status).toBe(200);
  return body;
}

const found = async (parameters: object): Promise<(string | null)[]> =>
  (await search(parameters)).map((patient) => patient.given_name).sort();

describe('every word of q is a prefix of any word of the names, without regard to case and accents', () => {
  test.each([
    ['garcia', ['José', 'Maria']],
    ['GARCÍA', ['José', 'Maria']],
    ['garcia maria', ['Maria']],
    ['mar gar', ['Maria']],
    ['jose lop', ['José']],
    ['JOSE', ['José']],
    ['muller', ['Jürgen']],
    ['Müller', ['Jürgen']],
    ["o'brien", ['Mary']],
    ['O’BRIEN', ['Mary']],
    ['obrien', ['Mary']],
    ['nguyen', ['Thị']],
    ['Nguyễn thi', ['Thị']],
    ['dang', ['Lan']],
    ['Đặng', ['Lan']],
    ['王', ['小明']],
    ['王小明', ['小明']],
    ['小明 王', ['小明']],
    ['arcia', []],
    ['garcia lan', []],
    ['%', undefined],
  ])('%s', async (q, names) => {
    if (names) return expect(await found({ q })).toEqual(names);
    const answer = await clinic.client.get(`/api/patients?${query({ q })}`, staff);
    expect(invalidFields(expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' }))).toEqual(['q']);
  });
});

describe('the last 4 or more digits of the phone', () => {
  test.each([
    ['5678', ['José', 'Jürgen', 'Maria', 'Thị']],
    ['345 678', ['José', 'Jürgen', 'Maria', 'Thị']],
    ['612345678', ['José', 'Maria']],
    ['+34 612 345 678', ['José', 'Maria']],
    ['0034 612 345 678', ['José', 'Maria']],
    ['06 12 34 56 79', ['Bruno']],
    ['1234', []],
  ])('%s', async (phone, names) => {
    expect(await found({ phone })).toEqual(names);
  });
});

test('several parameters narrow the search', async () => {
  expect(await found({ birth_date: '1980-01-01' })).toEqual(['José', 'Maria']);
  expect(await found({ birth_date: '1980-01-01', q: 'jo' })).toEqual(['José']);
  expect(await found({ phone: '5678', q: 'gar mar' })).toEqual(['Maria']);
  expect(await found({ phone: '5678', birth_date: '1992-02-02' })).toEqual(['Thị']);
  expect(await found({ phone: '5678', birth_date: '1992-02-02', q: 'garcia' })).toEqual([]);
});

test.each([
  [{}, ['q']],
  [{ q: '' }, ['q']],
  [{ q: '★' }, ['q']],
  [{ q: 'x'.repeat(201) }, ['q']],
  [{ q: 'a b c d e f g h i j k l m' }, ['q']],
  [{ phone: '567' }, ['phone']],
  [{ phone: 'abcd' }, ['phone']],
  [{ birth_date: '1980-02-30' }, ['birth_date']],
  [{ name: 'garcia' }, ['name']],
])('%j is refused', async (parameters, fields) => {
  const answer = await clinic.client.get(`/api/patients?${query(parameters)}`, staff);
  const problem = expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
  expect(invalidFields(problem)).toEqual(fields);
});

test('a search follows a change of name', async () => {
  const body = { given_name: 'Wanda', family_name: 'Before', phone: '+34699000001' };
  const { id } = (await clinic.client.post('/api/patients', body, staff)).body;
  await clinic.client.patch(`/api/patients/${id}`, { family_name: 'After' }, staff);
  expect(await found({ q: 'wanda before' })).toEqual([]);
  expect(await found({ q: 'wanda after' })).toEqual(['Wanda']);
});

test('who was merged or erased is not found', async () => {
  const body = { given_name: 'Xenia', family_name: 'Gone', birth_date: '1930-03-03', phone: '+34699000002' };
  const { id } = (await clinic.client.post('/api/patients', body, staff)).body;
  await clinic.query('UPDATE patients SET erased_at = NOW(3) WHERE id = ?', [id]);
  for (const parameters of [{ q: 'xenia' }, { phone: '99000002' }, { birth_date: '1930-03-03' }])
    expect(await found(parameters)).toEqual([]);
});

test('at most 50, by name', async () => {
  const person = { familyName: 'Quint Quinn', phone: '+34699123456', accountId: null, relation: null };
  await inTransaction(clinic.dataSource, async (tx) => {
    for (let index = 10; index < 70; index += 1)
      await insertPatient(tx, { ...person, givenName: `Many${index}`, createdAt: Date.now() });
  });
  for (const parameters of [{ q: 'qui' }, { q: 'quint many' }, { phone: '123456', q: 'quint' }]) {
    const patients = await search(parameters);
    expect(new Set(patients.map(({ id }) => id)).size, JSON.stringify(parameters)).toBe(50);
    const names = patients.map(({ given_name }) => given_name!);
    expect(names).toEqual([...names].sort());
  }
});

test('one event a request, without what was typed', async () => {
  const events = await eventsDuring(clinic, () => search({ q: 'garcia maria' }));
  expect(events).toMatchObject([{ action: 'patient.found', actor_id: staff.id, particulars: { rows: 1 } }]);
});

test('only for the desk', async () => {
  const [admin, doctor, patient] = [await clinic.admin(), await clinic.doctor(), await clinic.patient()];
  const statuses = [];
  for (const person of [admin, staff, doctor, patient])
    statuses.push((await clinic.client.get('/api/patients?q=garcia', person)).status);
  expect(statuses).toEqual([200, 200, 403, 403]);
});

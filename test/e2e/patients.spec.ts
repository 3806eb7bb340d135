import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../../src/database/in-transaction.js';
import { insertMissingSelves } from '../../src/patients/patient.repository.js';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type Person } from '../support/clinic.js';
import type { PatientJson } from '../support/patient-json.js';
import { expectProblem, invalidFields } from '../support/problems.js';
import { loggedIn } from '../support/registration.js';

let clinic: Clinic;
let patient: Person;
let staff: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.query("UPDATE clinic SET country = 'ES'");
  patient = await clinic.patient();
  staff = await clinic.staff();
});

afterAll(() => clinic?.close());

const CHILD = { given_name: 'Leo', family_name: 'Sanz', birth_date: '2018-02-03' };

async function mine(person: Person): Promise<PatientJson[]> {
  return (await clinic.client.get<PatientJson[]>('/api/patients/mine', person)).body;
}

async function selfOf(person: Person): Promise<PatientJson> {
  return (await mine(person))[0]!;
}

const create = (body: object, person: Person) =>
  clinic.client.post<PatientJson>('/api/patients', body, person);

const change = (id: number, body: object, person: Person, headers = {}) =>
  clinic.client.patch<PatientJson>(`/api/patients/${id}`, body, { token: person.token, headers });

describe('every account has one patient of relation self, made with it', () => {
  test.each([
    ['a patient', () => clinic.patient()],
    ['a doctor', () => clinic.doctor()],
    ['staff', () => clinic.staff()],
    ['an admin', () => clinic.admin()],
  ])('%s', async (_, open) => {
    const person = await open();
    const [self, ...others] = await mine(person);
    expect(others).toEqual([]);
    expect(self).toEqual({
      id: expect.any(Number) as number,
      given_name: null,
      family_name: null,
      birth_date: null,
      phone: null,
      email: person.email,
      locale: null,
      contact_by: 'email',
      account_id: person.id,
      relation: 'self',
      version: 1,
      created_at: '2026-03-01T10:00:00.000Z',
    });
  });

  test('accounts that an older release opened get theirs at the next start, once, however many processes start', async () => {
    await clinic.query(
      `INSERT INTO accounts (email, password_hash, role, locale, created_at)
       VALUES ('older@people.example', 'x', 'user', 'en', '2026-02-01 08:00:00')`,
    );
    const starts = () => inTransaction(clinic.dataSource, insertMissingSelves);
    const added = await Promise.all([starts(), starts(), starts()]);
    expect(Math.max(...added)).toBeGreaterThan(0);
    expect(await starts()).toBe(0);
    const rows = await clinic.query(
      `SELECT p.relation, p.created_at FROM patients p JOIN accounts a ON a.id = p.account_id
       WHERE a.email = 'older@people.example'`,
    );
    expect(rows).toEqual([{ relation: 'self', created_at: new Date('2026-02-01T08:00:00Z') }]);
  });
});

describe('registration also takes given_name, family_name, birth_date, phone, locale', () => {
  const register = (email: string, person: object) =>
    clinic.client.post('/api/auth/register', { email, password: 'long enough for anybody', ...person });
  const LUCIA = {
    given_name: 'Lucía',
    family_name: 'Romero',
    birth_date: '1984-05-21',
    phone: '612 345 678',
    locale: 'es',
  };

  test('and makes the patient with them, whom the desk finds', async () => {
    const { status, body } = await register('lucia@people.example', LUCIA);
    expect([status, Object.keys(body)]).toEqual([201, ['id', 'email']]);
    const self = await selfOf(await loggedIn(clinic, 'lucia@people.example', 'long enough for anybody'));
    expect(self).toMatchObject({ ...LUCIA, phone: '+34612345678', locale: null, account_id: body.id });
    const found = await clinic.client.get<PatientJson[]>('/api/patients?q=lucia', staff);
    expect(found.body.map(({ id }) => id)).toEqual([self.id]);
  });

  test.each([
    [{ phone: '12' }, ['phone']],
    [{ phone: 'none' }, ['phone']],
    [{ birth_date: '2026-03-02' }, ['birth_date']],
    [{ birth_date: '1879-12-31' }, ['birth_date']],
    [{ birth_date: '2027-02-31' }, ['birth_date']],
    [{ given_name: '', family_name: '<b>' }, ['family_name', 'given_name']],
    [{ notes: 'x' }, ['notes']],
  ])('refuses %j', async (person, fields) => {
    const problem = expectProblem(await register('wrong@people.example', person), {
      status: 400,
      code: 'VALIDATION_FAILED',
    });
    expect(invalidFields(problem)).toEqual(fields);
  });

  test('a wrong field is refused alike whether the address is taken or not', async () => {
    const answers = [
      await register('lucia@people.example', { phone: '12' }),
      await register('free@people.example', { phone: '12' }),
    ];
    const [taken, free] = answers.map(({ status, body }) => ({ status, body: { ...body, request_id: '' } }));
    expect(taken).toEqual(free);
  });

  test('never tells whether a patient exists', async () => {
    const marta = { ...LUCIA, given_name: 'Marta', phone: '612 345 600' };
    const desk = await create({ ...marta, email: 'marta@people.example' }, staff);
    expect(desk.status).toBe(201);
    const { status, body } = await register('marta@people.example', marta);
    expect([status, Object.keys(body)]).toEqual([201, ['id', 'email']]);
  });
});

describe('a dependant', () => {
  test('is made by an account that is not the desk, with both names and a birth date', async () => {
    const { status, headers, body } = await create({ ...CHILD, phone: '612345678' }, patient);
    expect([status, headers.get('etag')]).toEqual([201, '"1"']);
    expect(body).toMatchObject({ ...CHILD, phone: '+34612345678', email: null, relation: 'dependant' });
    expect(body).toMatchObject({ account_id: patient.id, version: 1 });
    expect(body).not.toHaveProperty('notes');
    const doctor = await clinic.doctor();
    expect((await create(CHILD, doctor)).body).toMatchObject({
      account_id: doctor.id,
      relation: 'dependant',
    });
  });

  test.each([
    [{ ...CHILD, birth_date: undefined }, ['birth_date']],
    [{ ...CHILD, birth_date: null }, ['birth_date']],
    [{ ...CHILD, birth_date: undefined, phone: '12' }, ['birth_date', 'phone']],
    [{}, ['family_name', 'given_name']],
    [{ ...CHILD, notes: 'x', not_duplicate_of: [1] }, ['not_duplicate_of', 'notes']],
    [{ ...CHILD, account_id: 1 }, ['account_id']],
    [{ ...CHILD, birth_date: '2026-03-02' }, ['birth_date']],
    [{ ...CHILD, contact_by: 'phone' }, ['contact_by']],
  ])('%j is refused', async (body, fields) => {
    const problem = expectProblem(await create(body, patient), { status: 400, code: 'VALIDATION_FAILED' });
    expect(invalidFields(problem)).toEqual(fields);
  });

  test('at most 10: of 12 requests at once 10 make one', async () => {
    const parent = await clinic.patient();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => create({ ...CHILD, given_name: `Leo ${index}` }, parent)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    for (const refused of answers.filter(({ status }) => status !== 201))
      expectProblem(refused, { status: 400, code: 'TOO_MANY_DEPENDANTS' });
    expect(await mine(parent)).toHaveLength(11);
  });

  test('may be like any other person: only the desk sees possible duplicates', async () => {
    const [one, other] = [await clinic.patient(), await clinic.patient()];
    expect((await create(CHILD, one)).status).toBe(201);
    expect((await create(CHILD, other)).status).toBe(201);
  });
});

describe('GET /api/patients/mine', () => {
  test('lists the self first, then dependants, then those accepted by invitation, each by id', async () => {
    const [parent, other] = [await clinic.patient(), await clinic.patient()];
    const theirs = await selfOf(other);
    const accepted = (await create({ ...CHILD, given_name: 'Noa', phone: '612345600' }, staff)).body;
    const [dependant, second] = [(await create(CHILD, parent)).body, (await create(CHILD, parent)).body];
    for (const { id } of [theirs, accepted])
      await clinic.query('INSERT INTO patient_guardians VALUES (?, ?, NOW(3))', [parent.id, id]);
    const self = await selfOf(parent);
    const list = await mine(parent);
    expect(list.map(({ id, relation }) => [id, relation])).toEqual([
      [self.id, 'self'],
      [dependant.id, 'dependant'],
      [second.id, 'dependant'],
      [theirs.id, 'dependant'],
      [accepted.id, 'dependant'],
    ]);
    for (const each of list) {
      expect(each.account_id).toBe(parent.id);
      expect(each).not.toHaveProperty('notes');
    }
    // The address of another account is nobody else's to see.
    expect(list[3]!.email).toBeNull();
    expect((await change(accepted.id, { phone: '699 999 999' }, parent)).body.phone).toBe('+34699999999');
  });

  test('leaves out who was merged or erased', async () => {
    const parent = await clinic.patient();
    const { id } = (await create(CHILD, parent)).body;
    await clinic.query('UPDATE patients SET erased_at = NOW(3) WHERE id = ?', [id]);
    expect(await mine(parent)).toHaveLength(1);
    const problem = { status: 404, code: 'PATIENT_NOT_FOUND' };
    expectProblem(await clinic.client.get(`/api/patients/${id}`, parent), problem);
    expectProblem(await change(id, { given_name: 'Ana' }, parent), problem);
  });
});

describe('PATCH of one’s own', () => {
  test('changes what is sent, raises the version, and is an event that names the fields only', async () => {
    const { id } = await selfOf(patient);
    const fields = {
      given_name: 'Ana',
      family_name: 'Sanz',
      birth_date: '1990-01-31',
      phone: '+34 612 345 679',
      email: 'Ana@Other.example',
      locale: 'es',
      contact_by: 'none',
    };
    const events = await eventsDuring(clinic, async () => {
      const { status, body, headers } = await change(id, fields, patient);
      expect([status, headers.get('etag')]).toEqual([200, '"2"']);
      expect(body).toMatchObject({
        ...fields,
        phone: '+34612345679',
        email: 'ana@other.example',
        version: 2,
      });
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      action: 'patient.changed',
      subject_id: id,
      actor_id: patient.id,
      particulars: { fields: 'given_name family_name birth_date phone email locale contact_by' },
    });
    const found = await clinic.client.get<PatientJson[]>('/api/patients?q=sanz%20ana', staff);
    expect(found.body.map((one) => one.id)).toContain(id);
  });

  test('null clears a field; the email is that of the account then', async () => {
    const person = await clinic.patient();
    const { id } = await selfOf(person);
    const some = { birth_date: '1990-01-31', phone: '612345678', email: 'x@other.example', locale: 'es' };
    await change(id, some, person);
    const cleared = { birth_date: null, phone: null, email: null, locale: null };
    expect((await change(id, cleared, person)).body).toMatchObject({ ...cleared, email: person.email });
  });

  test('names cannot be emptied, and what the patient needs cannot be cleared', async () => {
    const { id } = (await create(CHILD, patient)).body;
    for (const [body, fields] of [
      [{ given_name: null }, ['given_name']],
      [{ family_name: '' }, ['family_name']],
      [{ family_name: ' \u200d ' }, ['family_name']],
      [{ birth_date: null }, ['birth_date']],
      [{ contact_by: null }, ['contact_by']],
      [{ notes: 'x' }, ['notes']],
      [{ relation: 'self' }, ['relation']],
    ] as const) {
      const problem = expectProblem(await change(id, body, patient), {
        status: 400,
        code: 'VALIDATION_FAILED',
      });
      expect(invalidFields(problem)).toEqual(fields);
    }
  });

  test('what changes nothing raises no version and is no event', async () => {
    const { id } = (await create(CHILD, patient)).body;
    const events = await eventsDuring(clinic, () => change(id, { ...CHILD, phone: null }, patient), 0);
    expect(events).toEqual([]);
    expect((await clinic.client.get<PatientJson>(`/api/patients/${id}`, patient)).body.version).toBe(1);
  });

  test('with a stale If-Match is 412 VERSION_MISMATCH and changes nothing', async () => {
    const { id } = (await create(CHILD, patient)).body;
    const headers = { 'if-match': '"1"' };
    expect((await change(id, { given_name: 'Max' }, patient, headers)).status).toBe(200);
    const stale = await change(id, { given_name: 'Tim' }, patient, headers);
    expectProblem(stale, { status: 412, code: 'VERSION_MISMATCH' });
    const { body, headers: answered } = await clinic.client.get<PatientJson>(`/api/patients/${id}`, patient);
    expect([body.given_name, answered.get('etag')]).toEqual(['Max', '"2"']);
  });

  test('two at once with the same If-Match: one wins', async () => {
    const { id } = (await create(CHILD, patient)).body;
    const answers = await Promise.all(
      ['Max', 'Tim', 'Ben'].map((given_name) => change(id, { given_name }, patient, { 'if-match': '"1"' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });
});

test('another account’s patient and an unknown one answer alike', async () => {
  const other = await clinic.patient();
  const { id } = await selfOf(other);
  const doctor = await clinic.doctor();
  for (const person of [patient, doctor]) {
    const [foreign, unknown] = await Promise.all(
      [id, 4_294_967_295].map((one) => clinic.client.get(`/api/patients/${one}`, person)),
    );
    expectProblem(foreign!, { status: 404, code: 'PATIENT_NOT_FOUND' });
    expect({ ...foreign!.body, request_id: '' }).toEqual({ ...unknown!.body, request_id: '' });
    expectProblem(await change(id, { given_name: 'Eve' }, person), {
      status: 404,
      code: 'PATIENT_NOT_FOUND',
    });
  }
  expect((await selfOf(other)).given_name).toBeNull();
});

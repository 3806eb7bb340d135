import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type Person } from '../support/clinic.js';
import type { PatientJson } from '../support/patient-json.js';
import { expectProblem, invalidFields } from '../support/problems.js';

let clinic: Clinic;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.query("UPDATE clinic SET country = 'ES'");
  staff = await clinic.staff();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

const create = <Body = PatientJson>(body: object, person = staff) =>
  clinic.client.post<Body>('/api/patients', body, person);
const change = (id: number, body: object) =>
  clinic.client.patch<PatientJson>(`/api/patients/${id}`, body, staff);
const get = (id: number, person = staff) => clinic.client.get<PatientJson>(`/api/patients/${id}`, person);

interface Duplicates {
  readonly candidates: readonly Partial<PatientJson>[];
}

describe('the desk enters a patient', () => {
  test('with both names, and phone or email; there is no account', async () => {
    const { status, body } = await create({
      given_name: 'Rosa',
      family_name: 'Vidal',
      phone: '612 000 001',
      notes: 'Hard of hearing.\nPlease speak up.',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      given_name: 'Rosa',
      family_name: 'Vidal',
      birth_date: null,
      phone: '+34612000001',
      email: null,
      contact_by: 'email',
      notes: 'Hard of hearing.\nPlease speak up.',
      account_id: null,
      relation: null,
      version: 1,
    });
    const byEmail = { given_name: 'Pau', family_name: 'Vidal', email: 'pau@people.example' };
    expect((await create(byEmail, admin)).status).toBe(201);
  });

  test.each([
    [{ given_name: 'Rosa', family_name: 'Vidal' }, ['phone']],
    [{ given_name: 'Rosa', phone: '612000001' }, ['family_name']],
    [{ given_name: 'Rosa', family_name: 'Vidal', phone: 'x1' }, ['phone']],
    [{ given_name: 'Rosa', family_name: 'Vidal', phone: '612000001', notes: 'x'.repeat(1001) }, ['notes']],
    [
      { given_name: 'Rosa', family_name: 'Vidal', phone: '612000001', not_duplicate_of: '1' },
      ['not_duplicate_of'],
    ],
    [
      { given_name: 'Rosa', family_name: 'Vidal', phone: '612000001', not_duplicate_of: [0] },
      ['not_duplicate_of'],
    ],
  ])('%j is refused', async (body, fields) => {
    const problem = expectProblem(await create(body), { status: 400, code: 'VALIDATION_FAILED' });
    expect(invalidFields(problem)).toEqual(fields);
  });

  test('which is an event', async () => {
    const person = { given_name: 'Ivo', family_name: 'Blanc', phone: '612000002' };
    let id = 0;
    const events = await eventsDuring(clinic, async () => void ({ id } = (await create(person)).body));
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ action: 'patient.created', subject_id: id, actor_role: 'staff' });
    expect(JSON.stringify(events)).not.toMatch(/Ivo|Blanc|612/);
  });
});

describe('probably the same person: 409 POSSIBLE_DUPLICATE with candidates', () => {
  const NIL = { given_name: 'Nil', family_name: 'Serra Pou', birth_date: '1970-07-07' };
  let first: PatientJson;
  let account: Person;

  beforeAll(async () => {
    first = (await create({ ...NIL, phone: '612000010', email: 'nil@people.example' })).body;
    account = await clinic.patient();
    const [self] = (await clinic.client.get<PatientJson[]>('/api/patients/mine', account)).body;
    await clinic.client.patch(
      `/api/patients/${self!.id}`,
      { given_name: 'Bru', family_name: 'Font', birth_date: '1960-06-06' },
      account,
    );
  });

  test.each([
    [
      'birth date, family name and given name',
      { ...NIL, given_name: 'NIL', family_name: 'Serra-Pou', phone: '612000011' },
    ],
    ['birth date, family name and phone', { ...NIL, given_name: 'Anil', phone: '+34612000010' }],
    ['birth date, family name and email', { ...NIL, given_name: 'Anil', email: 'NIL@people.example' }],
    ['phone and given name', { given_name: 'nil', family_name: 'Other', phone: '612000010' }],
  ])('the same %s', async (_, person) => {
    const answer = await create<Duplicates>(person);
    expectProblem(answer, { status: 409, code: 'POSSIBLE_DUPLICATE' });
    const { id, given_name, family_name, birth_date, phone, email } = first;
    expect(answer.body.candidates).toEqual([{ id, given_name, family_name, birth_date, phone, email }]);
  });

  test('the address of an account counts as that of its owner', async () => {
    const person = { given_name: 'B.', family_name: 'Font', birth_date: '1960-06-06', email: account.email };
    const answer = await create<Duplicates>(person);
    expectProblem(answer, { status: 409, code: 'POSSIBLE_DUPLICATE' });
    expect(answer.body.candidates).toMatchObject([{ given_name: 'Bru', email: account.email }]);
  });

  test.each([
    [
      'phone and email: families share them',
      { given_name: 'Mar', family_name: 'Serra', phone: '612000010', email: 'nil@people.example' },
    ],
    ['birth date and family name: twins', { ...NIL, given_name: 'Jan', phone: '612000012' }],
    ['names', { given_name: 'Nil', family_name: 'Serra Pou', phone: '612000013' }],
  ])('not the same %s', async (_, person) => {
    expect((await create(person)).status).toBe(201);
  });

  test('again with not_duplicate_of makes it, if it names all candidates', async () => {
    const person = { given_name: 'Gil', family_name: 'Roca', birth_date: '1999-09-09', phone: '612000020' };
    const one = (await create(person)).body;
    const again = (ids: number[]) =>
      create<Duplicates & { id: number }>({ ...person, not_duplicate_of: ids });
    const two = await again([one.id]);
    expect(two.status).toBe(201);
    const refused = await again([one.id]);
    expectProblem(refused, { status: 409, code: 'POSSIBLE_DUPLICATE' });
    expect(refused.body.candidates.map(({ id }) => id)).toEqual([one.id, two.body.id]);
    expect((await again([two.body.id, one.id, 1])).status).toBe(201);
  });

  test('who was merged or erased is no candidate', async () => {
    const person = { given_name: 'Pol', family_name: 'Mas', birth_date: '1999-09-09', phone: '612000030' };
    const { id } = (await create(person)).body;
    await clinic.query('UPDATE patients SET erased_at = NOW(3) WHERE id = ?', [id]);
    expect((await create(person)).status).toBe(201);
  });

  test('the desk has read others’ data, which is an event', async () => {
    const events = await eventsDuring(clinic, () => create({ ...NIL, phone: '612000010' }));
    expect(events).toMatchObject([{ action: 'patient.found', actor_id: staff.id }]);
  });

  test('a key is not used up by it: with not_duplicate_of the same key makes the patient once', async () => {
    const person = { given_name: 'Nil', family_name: 'Pi', phone: '612000010' };
    const send = (body: object) =>
      clinic.client.post<PatientJson>('/api/patients', body, {
        token: staff.token,
        headers: { 'idempotency-key': 'the same' },
      });
    expect((await send(person)).status).toBe(409);
    const decided = { ...person, not_duplicate_of: [first.id] };
    const [made, replayed] = [await send(decided), await send(decided)];
    expect([made.status, replayed.status]).toEqual([201, 201]);
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    expect(replayed.body).toEqual(made.body);
  });
});

describe('the desk reads and changes any patient', () => {
  test('with the notes, which the patient sees nowhere', async () => {
    const person = await clinic.patient();
    const [self] = (await clinic.client.get<PatientJson[]>('/api/patients/mine', person)).body;
    const changed = await change(self!.id, { notes: 'Afraid of needles', given_name: 'Ona' });
    expect(changed.body).toMatchObject({
      notes: 'Afraid of needles',
      account_id: person.id,
      relation: 'self',
    });
    const seen = [
      (await get(self!.id, person)).body,
      (await clinic.client.get<PatientJson[]>('/api/patients/mine', person)).body,
      (await clinic.client.patch(`/api/patients/${self!.id}`, { given_name: 'Una' }, person)).body,
    ];
    expect(JSON.stringify(seen)).not.toMatch(/notes|needles/);
    expect((await get(self!.id)).body).toMatchObject({ notes: 'Afraid of needles', given_name: 'Una' });
    expect((await change(self!.id, { notes: null })).body.notes).toBeNull();
  });

  test('the name of somebody without an account stays, and so does phone or email', async () => {
    const { id } = (await create({ given_name: 'Uma', family_name: 'Rey', phone: '612000040' })).body;
    const refused = await change(id, { phone: null });
    expect(invalidFields(expectProblem(refused, { status: 400, code: 'VALIDATION_FAILED' }))).toEqual([
      'phone',
    ]);
    expect((await change(id, { phone: null, email: 'uma@people.example' })).body).toMatchObject({
      phone: null,
      email: 'uma@people.example',
    });
    expect((await change(id, { email: null })).status).toBe(400);
  });

  test('null clears what the record does not need', async () => {
    const some = { birth_date: '1980-02-29', email: 'ada@people.example', locale: 'es', notes: 'Deaf' };
    const wish = { given_name: 'Ada', family_name: 'Rey', phone: '612000049', ...some };
    const { id } = (await create(wish)).body;
    for (const field of Object.keys(some))
      expect(await change(id, { [field]: null })).toMatchObject({ status: 200, body: { [field]: null } });
    for (const name of ['given_name', 'family_name'])
      expect(invalidFields(expectProblem(await change(id, { [name]: null }), { status: 400 }))).toEqual([
        name,
      ]);
    expect((await get(id)).body).toMatchObject({ given_name: 'Ada', family_name: 'Rey', version: 5 });
  });

  test('a read of it is an event', async () => {
    const { id } = (await create({ given_name: 'Zoe', family_name: 'Rey', phone: '612000041' })).body;
    const events = await eventsDuring(clinic, () => get(id));
    expect(events).toMatchObject([{ action: 'patient.read', subject_id: id, actor_id: staff.id }]);
  });

  test('one that was merged answers 404, with merged_into for the desk', async () => {
    const [old, into] = [
      (await create({ given_name: 'Ida', family_name: 'Rey', phone: '612000042' })).body.id,
      (await create({ given_name: 'Eda', family_name: 'Rey', phone: '612000043' })).body.id,
    ];
    await clinic.query('UPDATE patients SET merged_into = ? WHERE id = ?', [into, old]);
    const answer = await get(old);
    expectProblem(answer, { status: 404, code: 'PATIENT_NOT_FOUND' });
    expect(answer.body).toMatchObject({ merged_into: into });
    expect((await get(old, await clinic.patient())).body).not.toHaveProperty('merged_into');
  });
});

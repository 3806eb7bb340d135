import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createType } from '../support/appointment-types.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { Document, type Operation } from '../support/openapi.js';
import { bookFor, insertPatient, selfOf } from '../support/patients.js';
import { expectProblem } from '../support/problems.js';

// Whatever the OpenAPI document shows with a `version`: each write on it takes `If-Match`.

let clinic: Clinic;
let document: Document;
let admin: Person;
let doctor: DoctorPerson;
let bookings = 0;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  document = await Document.of(clinic.client);
  [admin, doctor] = [await clinic.admin(), await clinic.doctor()];
});

afterAll(() => clinic?.close());

interface Write {
  readonly path: string;
  readonly body?: object;
  readonly actor: Person;
}

async function onBooking(path: string, body?: object): Promise<Write> {
  const patient = await clinic.patient();
  bookings += 1;
  const time = `${String(8 + bookings).padStart(2, '0')}:00`;
  const self = await selfOf(clinic, patient);
  const { id } = await bookFor(clinic, admin, self, doctor, { date: '2026-03-04', time });
  const actor = body ? admin : patient;
  return { path: `/api/bookings/${id}${path}`, actor, ...(body && { body }) };
}

async function onPatient(path: string, body: object = {}): Promise<Write> {
  const email = 'invited@people.example';
  const id = await insertPatient(clinic, { given_name: 'Ana', family_name: 'Sanz', email });
  return { path: `/api/patients/${id}${path}`, body, actor: admin };
}

async function onMe(body: (actor: Person) => object): Promise<Write> {
  const actor = await clinic.patient();
  return { path: '/api/auth/me', body: body(actor), actor };
}

/** Each write on something with a version, and what it is sent with. Each thing has its first version. */
const WRITES: Readonly<Record<string, () => Write | Promise<Write>>> = {
  'PATCH /api/bookings/{id}': () => onBooking('', { note: 'Bring the papers' }),
  'DELETE /api/bookings/{id}': () => onBooking(''),
  'POST /api/bookings/{id}/cancel': () => onBooking('/cancel', { reason: 'The doctor is ill' }),
  'POST /api/bookings/{id}/status': () => onBooking('/status', { status: 'fulfilled' }),
  'PATCH /api/patients/{id}': () => onPatient('', { given_name: 'Eva' }),
  'DELETE /api/patients/{id}': () => onPatient('', { reason: 'Asked by letter' }),
  'POST /api/patients/{id}/merge': async () =>
    onPatient('/merge', { into: await insertPatient(clinic), reason: 'Entered twice' }),
  'POST /api/patients/{id}/invitation': () => onPatient('/invitation'),
  'PATCH /api/doctors/{id}': async () => {
    const { doctorId } = await clinic.doctor();
    return { path: `/api/doctors/${doctorId}`, body: { specialty: 'Neurology' }, actor: admin };
  },
  'PUT /api/doctors/{id}/types': async () => {
    const { doctorId } = await clinic.doctor();
    const { id } = await createType(clinic);
    return { path: `/api/doctors/${doctorId}/types`, body: { types: [{ type_id: id }] }, actor: admin };
  },
  'PATCH /api/appointment-types/{id}': async () => {
    const { id } = await createType(clinic);
    return { path: `/api/appointment-types/${id}`, body: { duration: 45 }, actor: admin };
  },
  'PATCH /api/clinic': () => ({ path: '/api/clinic', body: { name: 'Another' }, actor: admin }),
  'PATCH /api/users/{id}': async () => {
    const { id } = await clinic.patient();
    return { path: `/api/users/${id}`, body: { disabled: true }, actor: admin };
  },
  'PATCH /api/auth/me': () => onMe(() => ({ locale: 'es' })),
  'DELETE /api/auth/me': () => onMe(({ password }) => ({ password })),
};

/** Operations that only read, although they are a POST. */
const READS = ['POST /api/auth/me/export'];

function answersWithVersion({ responses }: Operation, status = 200): boolean {
  const schema = responses[status]?.content?.['application/json']?.schema;
  return schema !== undefined && document.resolve(schema).properties?.version !== undefined;
}

function writesOnVersions(): Operation[] {
  const versioned = document.operations
    .filter((operation) => ['GET', 'PATCH'].includes(operation.method) && answersWithVersion(operation))
    .map(({ path }) => path);
  return document.operations
    .filter(({ method, name }) => method !== 'GET' && !READS.includes(name))
    .filter(({ path }) => versioned.some((each) => path === each || path.startsWith(`${each}/`)));
}

function send(name: string, { path, body, actor }: Write, tag: string): Promise<Answer<Json>> {
  const method = name.split(' ')[0]!;
  return clinic.client.send(method, path, { token: actor.token, headers: { 'if-match': tag }, body });
}

test('each declares If-Match and 412, no other operation does, and each is tested here', () => {
  const writes = writesOnVersions();
  const names = (operations: readonly Operation[]) => operations.map(({ name }) => name).sort();
  expect(names(writes)).toEqual(Object.keys(WRITES).sort());
  const declaring = document.operations.filter(({ parameters = [] }) =>
    parameters.some(({ name }) => name === 'If-Match'),
  );
  expect(names(declaring)).toEqual(names(writes));
  expect(names(document.operations.filter(({ responses }) => 412 in responses))).toEqual(names(writes));
});

test('what has a version also has it as its ETag', () => {
  let found = 0;
  for (const operation of document.operations)
    for (const status of [200, 201].filter((each) => answersWithVersion(operation, each))) {
      found += 1;
      const { headers = {} } = operation.responses[status]!;
      expect(Object.keys(headers), operation.name).toContain('ETag');
    }
  expect(found).toBeGreaterThan(12);
});

describe.each(Object.entries(WRITES))('%s', (name, prepare) => {
  test('with a stale If-Match is 412 and changes nothing; with the present one it is done', async () => {
    const write = await prepare();
    const before = await databaseState(clinic);
    expectProblem(await send(name, write, '"7"'), { status: 412, code: 'VERSION_MISMATCH' });
    expect(await databaseState(clinic)).toEqual(before);
    expect((await send(name, write, '"1"')).status).toBe(200);
  });
});

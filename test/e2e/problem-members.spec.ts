import { Ajv } from 'ajv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Document } from '../support/openapi.js';
import { bookFor, insertPatient } from '../support/patients.js';

// Every member of a problem is declared in the OpenAPI document, with its values.

const WEDNESDAY = '2026-03-04';
const ANA = { given_name: 'Ana', family_name: 'Ruiz', birth_date: '1980-02-29', phone: '+34612345678' };

let clinic: Clinic;
let staff: Person;
let admin: Person;
let doctor: DoctorPerson;
let isDeclared: (problem: unknown) => void;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  [staff, admin, doctor] = [await clinic.staff(), await clinic.admin(), await clinic.doctor()];
  const { schemas } = await Document.of(clinic.client);
  isDeclared = validatorOf(schemas);
});
afterAll(() => clinic?.close());

/** Refuses members that no schema declares, at any depth. */
function validatorOf(schemas: Document['schemas']): (problem: unknown) => void {
  const closed = JSON.parse(JSON.stringify(schemas), (_, value: unknown) =>
    isObject(value) && isObject(value.properties) ? { ...value, additionalProperties: false } : value,
  ) as object;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'doc', components: { schemas: closed } });
  const text = JSON.stringify({ $ref: 'doc#/components/schemas/ProblemDto' });
  const validate = ajv.compile(JSON.parse(text) as object);
  return (problem) => expect([validate(problem), validate.errors]).toEqual([true, null]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const book = (fields: object): Promise<Answer<Json>> =>
  clinic.client.post('/api/bookings', { doctor_id: doctor.doctorId, date: WEDNESDAY, ...fields }, staff);

const PROVOKED: readonly (readonly [string, string, () => Promise<Answer<Json>>])[] = [
  ['violations', 'TAKEN', takenTime],
  ['allowed', 'STATUS_NOT_POSSIBLE', impossibleStatus],
  ['candidates', 'POSSIBLE_DUPLICATE', duplicate],
  ['merged_into', 'PATIENT_NOT_FOUND', mergedPatient],
  ['errors', 'VALIDATION_FAILED', () => book({ time: 'noon', patient_id: 0 })],
];

test.each(PROVOKED)('%s of %s', async (member, code, provoke) => {
  const { body } = await provoke();
  expect(body).toMatchObject({ code, [member]: expect.anything() as unknown });
  isDeclared(body);
});

test('the check refuses a member that is not declared, at any depth', async () => {
  const { body } = await takenTime();
  expect(() => isDeclared({ ...body, other: 1 })).toThrow();
  expect(() => isDeclared({ ...body, violations: [{ rule: 'TAKEN', other: 1 }] })).toThrow();
  expect(() => isDeclared({ ...body, allowed: ['unheard of'] })).toThrow();
});

async function takenTime(): Promise<Answer<Json>> {
  const patientId = await insertPatient(clinic);
  await book({ time: '09:00', patient_id: patientId });
  return book({ time: '09:00', patient_id: patientId });
}

async function impossibleStatus(): Promise<Answer<Json>> {
  const { id } = await bookFor(clinic, staff, await insertPatient(clinic), doctor, {
    date: WEDNESDAY,
    time: '11:00',
  });
  return clinic.client.post(`/api/bookings/${id}/status`, { status: 'arrived' }, staff);
}

async function duplicate(): Promise<Answer<Json>> {
  await clinic.client.post('/api/patients', ANA, staff);
  return clinic.client.post('/api/patients', ANA, staff);
}

async function mergedPatient(): Promise<Answer<Json>> {
  const [id, into] = [await insertPatient(clinic), await insertPatient(clinic)];
  await clinic.client.post(`/api/patients/${id}/merge`, { into, reason: 'Entered twice' }, admin);
  return clinic.client.get(`/api/patients/${id}`, staff);
}

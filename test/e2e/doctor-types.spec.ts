import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, offerTypes, type TypeJson } from '../support/appointment-types.js';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { expectProblem, invalidFields } from '../support/problems.js';

interface Resolved {
  readonly value: number | null;
  readonly from: string;
}
type Offered = { readonly type_id: number; readonly code: string; readonly name: string } & Readonly<
  Record<string, Resolved>
>;

let clinic: Clinic;
let admin: Person;
let doctor: DoctorPerson;
let type: TypeJson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  admin = await clinic.admin();
});
beforeEach(async () => {
  doctor = await clinic.doctor();
  type = await createType(clinic, {
    duration: 45,
    buffer_after: 10,
    min_notice_minutes: 1440,
    max_per_day: 8,
  });
});
afterAll(() => clinic?.close());

const path = (id = doctor.doctorId) => `/api/doctors/${id}/types`;
const put = (types: unknown, headers: Record<string, string> = {}, id?: number) =>
  clinic.client.send<Offered[]>('PUT', path(id), { token: admin.token, body: { types }, headers });
const get = (person?: Person, id?: number) =>
  clinic.client.get<Offered[]>(path(id), { token: person?.token });

describe('PUT /api/doctors/:id/types { types: [{ type_id, ...own values }] } (admin) replaces what a doctor offers', () => {
  test('the answer is that of GET, with the doctor’s version as ETag', async () => {
    const other = await createType(clinic);
    expect((await get()).body).toEqual([]);
    const set = await put([{ type_id: type.id }, { type_id: other.id }]);
    expect([set.status, set.headers.get('etag')]).toEqual([200, '"2"']);
    const got = await get();
    expect([got.body, got.headers.get('etag')]).toEqual([set.body, '"2"']);
    expect(got.body.map(({ type_id: id }) => id)).toEqual([type.id, other.id]);
    expect((await put([{ type_id: other.id }])).body.map(({ type_id: id }) => id)).toEqual([other.id]);
    expect((await put([])).body).toEqual([]);
    const profile = await clinic.client.get(`/api/doctors/${doctor.doctorId}`, admin);
    expect(profile.headers.get('etag')).toBe('"4"');
  });

  test('it is an event of the doctor; what changes nothing is none and keeps the version', async () => {
    const offers = [{ type_id: type.id, duration: 60, buffer_before: null }];
    const events = await eventsDuring(clinic, () => put(offers));
    expect(events).toMatchObject([
      { action: 'doctor.types_set', actor_id: admin.id, subject_id: doctor.doctorId },
    ]);
    expect(events[0]!.particulars).toEqual({ types: String(type.id), version: 2 });
    const again = await eventsDuring(clinic, () => put([{ type_id: type.id, duration: 60 }]), 0);
    expect([again, (await get()).headers.get('etag')]).toEqual([[], '"2"']);
  });

  test('a stale If-Match is 412 VERSION_MISMATCH and changes nothing', async () => {
    await put([{ type_id: type.id }]);
    const before = await databaseState(clinic);
    expectProblem(await put([], { 'if-match': '"1"' }), { status: 412, code: 'VERSION_MISMATCH' });
    expect(await databaseState(clinic)).toEqual(before);
    expect((await put([], { 'if-match': '"2"' })).status).toBe(200);
  });

  test('an unknown type: 400 UNKNOWN_TYPE; an unknown doctor: 404; nothing changes', async () => {
    await put([{ type_id: type.id }]);
    const before = await databaseState(clinic);
    const unknown = await put([{ type_id: type.id }, { type_id: 4_294_967_295 }]);
    const { errors } = expectProblem(unknown, { status: 400, code: 'UNKNOWN_TYPE' });
    expect(errors).toEqual([{ field: 'types', message: 'Appointment type 4294967295 not found.' }]);
    const noDoctor = await put([{ type_id: type.id }], {}, 4_294_967_295);
    expectProblem(noDoctor, { status: 404, code: 'DOCTOR_NOT_FOUND' });
    expect(await databaseState(clinic)).toEqual(before);
  });

  test('a notice longer than the horizon, with the type’s or the clinic’s: 400, and nothing changes', async () => {
    const before = await databaseState(clinic);
    const { token } = admin;
    for (const own of [
      { horizon_days: 1, min_notice_minutes: 1441 },
      { min_notice_minutes: 525_600, horizon_days: 364 },
    ]) {
      const problem = expectProblem(await put([{ type_id: type.id, ...own }]), {
        ...{ status: 400, code: 'NOTICE_BEYOND_HORIZON' },
      });
      expect(problem.detail).toContain(`${type.code} with doctor ${doctor.doctorId}:`);
      expect(problem.errors).toMatchObject([{ field: 'types' }]);
    }
    expect(await databaseState(clinic)).toEqual(before);
    await clinic.client.patch('/api/clinic', { horizon_days: 2 }, { token });
    expectProblem(await put([{ type_id: type.id, min_notice_minutes: 2881 }]), {
      ...{ status: 400, code: 'NOTICE_BEYOND_HORIZON' },
    });
    expect((await put([{ type_id: type.id, min_notice_minutes: 2880 }])).status).toBe(200);
    await put([]);
    await clinic.client.patch('/api/clinic', { horizon_days: 365 }, { token });
  });

  test.each([
    ['no list', 'all'],
    ['not an object', [1]],
    ['without type_id', [{ duration: 30 }]],
    ['a text as type_id', [{ type_id: '1' }]],
    ['an unknown field', [{ type_id: 1, price: 3 }]],
    ['the type’s name', [{ type_id: 1, name: 'Mine' }]],
    ['a prototype’s name', [{ type_id: 1, constructor: 3 }]],
    ['duration out of bounds', [{ type_id: 1, duration: 481 }]],
    ['a buffer out of bounds', [{ type_id: 1, buffer_after: 241 }]],
    ['a notice as a text', [{ type_id: 1, min_notice_minutes: '60' }]],
    ['a type twice', [{ type_id: 1 }, { type_id: 1, duration: 30 }]],
    ['101 types', Array.from({ length: 101 }, (_, index) => ({ type_id: index + 1 }))],
  ])('refuses %s', async (_, types) => {
    expect(
      invalidFields(expectProblem(await put(types), { status: 400, code: 'VALIDATION_FAILED' })),
    ).toEqual(['types']);
  });
});

describe('GET answers [{ type_id, code, name, duration: { value, from }, ... }], from: doctor, type or clinic', () => {
  test('each value is the doctor’s own, else the type’s, else the clinic’s', async () => {
    const own = { duration: 60, horizon_days: 30, max_per_day: 4 };
    await put([{ type_id: type.id, ...own, slot_step: null }]);
    expect((await get()).body).toEqual([
      {
        ...{ type_id: type.id, code: type.code, name: type.name },
        duration: { value: 60, from: 'doctor' },
        slot_step: { value: 60, from: 'doctor' },
        buffer_before: { value: 0, from: 'type' },
        buffer_after: { value: 10, from: 'type' },
        min_notice_minutes: { value: 1440, from: 'type' },
        horizon_days: { value: 30, from: 'doctor' },
        cancel_cutoff_minutes: { value: 0, from: 'clinic' },
        max_per_day: { value: 4, from: 'doctor' },
        max_live_bookings: { value: 50, from: 'clinic' },
      },
    ]);
  });

  test('a change of the type or of the clinic shows where the doctor has no own value', async () => {
    await put([{ type_id: type.id, duration: 60 }]);
    const { token } = admin;
    await clinic.client.patch(
      `/api/appointment-types/${type.id}`,
      { duration: 15, buffer_after: 5 },
      { token },
    );
    await clinic.client.patch(
      '/api/clinic',
      { cancel_cutoff_minutes: 90, max_live_bookings: null },
      { token },
    );
    expect((await get()).body[0]).toMatchObject({
      duration: { value: 60, from: 'doctor' },
      buffer_after: { value: 5, from: 'type' },
      cancel_cutoff_minutes: { value: 90, from: 'clinic' },
      max_live_bookings: { value: null, from: 'clinic' },
    });
    await clinic.client.patch('/api/clinic', { cancel_cutoff_minutes: 0, max_live_bookings: 50 }, { token });
  });

  test('by name; staff-only and inactive types exist only for those who work at the clinic', async () => {
    const staffOnly = await createType(clinic, { name: 'A staff', audience: 'staff' });
    const inactive = await createType(clinic, { name: 'B inactive', active: false });
    await offerTypes(clinic, doctor, type, staffOnly, inactive);
    const seenBy = async (person?: Person) => (await get(person)).body.map(({ type_id: id }) => id);
    expect(await seenBy()).toEqual([type.id]);
    expect(await seenBy(await clinic.patient())).toEqual([type.id]);
    for (const person of [admin, await clinic.staff(), doctor])
      expect(await seenBy(person)).toEqual([staffOnly.id, inactive.id, type.id]);
  });

  test('of an inactive doctor only for the desk and the doctor; else 404, as of an unknown one', async () => {
    await put([{ type_id: type.id }]);
    await clinic.client.patch(`/api/doctors/${doctor.doctorId}`, { active: false }, { token: admin.token });
    for (const person of [admin, await clinic.staff(), doctor])
      expect((await get(person)).body).toHaveLength(1);
    for (const person of [undefined, await clinic.patient(), await clinic.doctor()]) {
      expectProblem(await get(person), { status: 404, code: 'DOCTOR_NOT_FOUND' });
      expectProblem(await get(person, 4_294_967_295), { status: 404, code: 'DOCTOR_NOT_FOUND' });
    }
  });
});

test('a doctor’s types that are set ten times at once end as one of them says', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => put([{ type_id: type.id, duration: 10 + index }])),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
  const last = answers.find(({ headers }) => headers.get('etag') === '"11"')!;
  expect((await get()).body).toEqual(last.body);
});

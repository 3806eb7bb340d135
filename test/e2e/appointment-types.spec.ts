import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createType, offerTypes, type TypeJson } from '../support/appointment-types.js';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type Person } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { expectProblem, invalidFields } from '../support/problems.js';

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

const TOO_LONG = { status: 400, code: 'NOTICE_BEYOND_HORIZON' };

type Headers = Record<string, string>;
const create = (body: object) => clinic.client.post<TypeJson>('/api/appointment-types', body, admin);
const change = (id: number, body: object, headers: Headers = {}) =>
  clinic.client.patch<TypeJson>(`/api/appointment-types/${id}`, body, { token: admin.token, headers });
const list = async (person?: Person): Promise<TypeJson[]> =>
  (await clinic.client.get<TypeJson[]>('/api/appointment-types', { token: person?.token })).body;
const setLimits = (limits: object) => clinic.client.patch('/api/clinic', limits, { token: admin.token });

describe('POST, PATCH /api/appointment-types (admin)', () => {
  test('a type is { id, code, name, description, duration, slot_step, buffer_before, buffer_after, min_notice_minutes, horizon_days, cancel_cutoff_minutes, max_per_day, max_live_bookings, audience, active, version }', async () => {
    const given = {
      ...{ code: 'complete', name: 'Complete', description: 'With all\nvalues', duration: 45, slot_step: 15 },
      ...{ buffer_before: 5, buffer_after: 10, min_notice_minutes: 1440, horizon_days: 90 },
      ...{
        cancel_cutoff_minutes: 720,
        max_per_day: 8,
        max_live_bookings: 2,
        audience: 'staff',
        active: false,
      },
    };
    const { status, body, headers } = await create(given);
    expect([status, headers.get('etag')]).toEqual([201, '"1"']);
    expect(body).toEqual({ id: body.id, ...given, version: 1 });
    expect(await list(admin)).toContainEqual(body);
  });

  test('only code, name and duration are required; the rest are those of the clinic, none or patients', async () => {
    const { status, body } = await create({ code: 'plain', name: 'Plain', duration: 20 });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...{ id: body.id, code: 'plain', name: 'Plain', description: null, duration: 20, slot_step: null },
      ...{ buffer_before: 0, buffer_after: 0, min_notice_minutes: null, horizon_days: null },
      ...{ cancel_cutoff_minutes: null, max_per_day: null, max_live_bookings: null },
      ...{ audience: 'patients', active: true, version: 1 },
    });
  });

  test('a change changes what it names, raises the version, and is an event without typed texts', async () => {
    const type = await createType(clinic, { description: 'Old', buffer_after: 10, max_per_day: 4 });
    const events = await eventsDuring(clinic, async () => {
      const { status, body, headers } = await change(type.id, {
        ...{ name: 'New', description: null, duration: 25, buffer_after: 0, max_per_day: null },
        ...{ audience: 'staff', active: false },
      });
      expect([status, headers.get('etag')]).toEqual([200, '"2"']);
      expect(body).toEqual({
        ...{ ...type, name: 'New', description: null, duration: 25, buffer_after: 0, max_per_day: null },
        ...{ audience: 'staff', active: false, version: 2 },
      });
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      ...{ actor_id: admin.id, actor_role: 'admin', action: 'type.changed', subject_id: type.id },
      particulars: { duration: 25, buffer_after: 0, max_per_day: null, active: 0, version: 2 },
    });
    expect(JSON.stringify(events[0]!.particulars)).not.toContain('New');
  });

  test('that a type is created is an event', async () => {
    const events = await eventsDuring(clinic, () =>
      create({ code: 'event', name: 'Secret name', duration: 20 }),
    );
    expect(events).toMatchObject([{ action: 'type.created', particulars: { duration: 20, version: 1 } }]);
    expect(JSON.stringify(events)).not.toContain('Secret');
  });

  test('a change that changes nothing keeps the version, and is no event', async () => {
    const type = await createType(clinic);
    const events = await eventsDuring(
      clinic,
      async () => {
        expect((await change(type.id, { name: type.name, slot_step: null })).body).toEqual(type);
      },
      0,
    );
    expect(events).toEqual([]);
  });

  test('a stale If-Match is 412 VERSION_MISMATCH and changes nothing', async () => {
    const type = await createType(clinic);
    await change(type.id, { name: 'Changed meanwhile' });
    const before = await databaseState(clinic);
    const stale = await change(type.id, { duration: 60 }, { 'if-match': '"1"' });
    expectProblem(stale, { status: 412, code: 'VERSION_MISMATCH' });
    expect(await databaseState(clinic)).toEqual(before);
    expect((await change(type.id, { duration: 60 }, { 'if-match': '"2"' })).status).toBe(200);
  });

  test('an unknown type: 404', async () => {
    expectProblem(await change(4_294_967_295, { duration: 60 }), { status: 404, code: 'TYPE_NOT_FOUND' });
  });

  test('a code that another type has: 400 TYPE_CODE_TAKEN', async () => {
    const [one, other] = [await createType(clinic), await createType(clinic)];
    const taken = await create({ code: one.code, name: 'Again', duration: 30 });
    expect(invalidFields(expectProblem(taken, { status: 400, code: 'TYPE_CODE_TAKEN' }))).toEqual(['code']);
    expectProblem(await change(other.id, { code: one.code }), { status: 400, code: 'TYPE_CODE_TAKEN' });
    expect((await change(one.id, { code: one.code })).body).toEqual(one);
  });

  test('of ten types with one code at the same time, one is created', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => create({ code: 'race', name: `${index}`, duration: 30 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(400)]);
  });

  test.each([
    ['code', { code: 'First' }],
    ['code', { code: '' }],
    ['code', { code: '-a' }],
    ['code', { code: 'x'.repeat(41) }],
    ['code', { code: null }],
    ['name', { name: '\u200b' }],
    ['name', { name: 'x'.repeat(101) }],
    ['description', { description: 'x'.repeat(501) }],
    ['duration', { duration: 0 }],
    ['duration', { duration: 481 }],
    ['duration', { duration: null }],
    ['duration', { duration: '30' }],
    ['slot_step', { slot_step: 0 }],
    ['slot_step', { slot_step: 481 }],
    ['buffer_before', { buffer_before: -1 }],
    ['buffer_before', { buffer_before: 241 }],
    ['buffer_after', { buffer_after: null }],
    ['min_notice_minutes', { min_notice_minutes: 525_601 }],
    ['horizon_days', { horizon_days: 0 }],
    ['horizon_days', { horizon_days: 3_651 }],
    ['cancel_cutoff_minutes', { cancel_cutoff_minutes: 1.5 }],
    ['max_per_day', { max_per_day: 501 }],
    ['max_live_bookings', { max_live_bookings: 0 }],
    ['audience', { audience: 'nobody' }],
    ['active', { active: 1 }],
    ['version', { version: 1 }],
  ])('refuses %s: %j', async (field, body) => {
    const complete = { code: 'refused', name: 'Refused', duration: 30, ...body };
    expect(invalidFields(expectProblem(await create(complete), { status: 400 }))).toEqual([field]);
    const { id } = (await list(admin))[0]!;
    expect(invalidFields(expectProblem(await change(id, body), { status: 400 }))).toEqual([field]);
  });
});

describe('GET (public: active ones for patients)', () => {
  test('lists by name; staff-only and inactive types exist only for those who work at the clinic', async () => {
    const made = [
      await createType(clinic, { name: 'Zz for patients' }),
      await createType(clinic, { name: 'Aa for patients' }),
      await createType(clinic, { name: 'For staff', audience: 'staff' }),
      await createType(clinic, { name: 'No longer', active: false }),
    ];
    const seenBy = async (person?: Person) =>
      (await list(person)).filter(({ id }) => made.some((type) => type.id === id)).map(({ name }) => name);
    const ofPatients = ['Aa for patients', 'Zz for patients'];
    expect(await seenBy()).toEqual(ofPatients);
    expect(await seenBy(await clinic.patient())).toEqual(ofPatients);
    const all = ['Aa for patients', 'For staff', 'No longer', 'Zz for patients'];
    for (const person of [admin, await clinic.staff(), await clinic.doctor()])
      expect(await seenBy(person)).toEqual(all);
  });
});

describe('A notice longer than the horizon: 400 for the type', () => {
  test('with its own limits', async () => {
    const limits = { min_notice_minutes: 2881, horizon_days: 2 };
    const refused = await create({ code: 'long', name: 'Long', duration: 30, ...limits });
    const problem = expectProblem(refused, TOO_LONG);
    expect(problem.detail).toBe(
      'Nobody could book long: min_notice_minutes, 2881, is longer than horizon_days, 2. Shorten the notice, or extend the horizon.',
    );
    expect(invalidFields(problem)).toEqual(['min_notice_minutes']);
    const type = await createType(clinic, { ...limits, min_notice_minutes: 2880 });
    expectProblem(await change(type.id, { horizon_days: 1 }), TOO_LONG);
    expect((await list()).find(({ id }) => id === type.id)).toEqual(type);
    await change(type.id, { active: false });
  });

  test('with the clinic’s horizon or notice', async () => {
    await setLimits({ horizon_days: 10, min_notice_minutes: 2880 });
    const long = { code: 'clinic', name: 'Clinic', duration: 30 };
    expectProblem(await create({ ...long, min_notice_minutes: 14_401 }), TOO_LONG);
    expectProblem(await create({ ...long, horizon_days: 1 }), TOO_LONG);
    await setLimits({ horizon_days: 365, min_notice_minutes: 0 });
  });

  test('with the own values of a doctor', async () => {
    const [type, doctor] = [await createType(clinic), await clinic.doctor()];
    await offerTypes(clinic, doctor, { type, own: { horizon_days: 1 } });
    const refused = await change(type.id, { min_notice_minutes: 2880 });
    const problem = expectProblem(refused, TOO_LONG);
    expect(problem.detail).toContain(`${type.code} with doctor ${doctor.doctorId}:`);
    await offerTypes(clinic, doctor);
    expect((await change(type.id, { min_notice_minutes: 2880 })).status).toBe(200);
  });

  test('a change of the clinic’s limits that makes a type’s impossible names the type, and changes nothing', async () => {
    const type = await createType(clinic, { min_notice_minutes: 20_160 });
    const before = await databaseState(clinic);
    const problem = expectProblem(await setLimits({ horizon_days: 13 }), TOO_LONG);
    expect(problem.detail).toContain(`Nobody could book ${type.code}:`);
    expect(await databaseState(clinic)).toEqual(before);
    // Types that cannot be booked anyway do not matter, until somebody makes them active again.
    await change(type.id, { active: false });
    expect((await setLimits({ horizon_days: 13 })).status).toBe(200);
    expectProblem(await change(type.id, { active: true }), TOO_LONG);
    expect((await setLimits({ horizon_days: null })).status).toBe(200);
    expect((await change(type.id, { active: true })).status).toBe(200);
    await setLimits({ horizon_days: 365 });
  });
});

test('at most 200 types, also when two admins enter the last one at once', async () => {
  const { length } = await list(admin);
  const rows = Array.from(
    { length: 199 - length },
    (_, index) => `('many-${index}', 'Many', 30, UTC_TIMESTAMP(3))`,
  );
  await clinic.query(
    `INSERT INTO appointment_types (code, name, duration_minutes, created_at) VALUES ${rows.join(', ')}`,
  );
  const body = (code: string) => ({ code, name: 'Last', duration: 30 });
  const answers = await Promise.all([create(body('last-one')), create(body('last-other'))]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
  expectProblem(
    answers.find(({ status }) => status === 400)!,
    { status: 400, code: 'TOO_MANY_TYPES' },
  );
  expect(await list(admin)).toHaveLength(200);
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, type TypeJson } from '../support/appointment-types.js';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { expectProblem, invalidFields } from '../support/problems.js';

// 2026-03-02 is a Monday; the clinic’s clock shows an earlier date.
const [MONDAY, SUNDAY, NEXT_MONDAY] = ['2026-03-02', '2026-03-08', '2026-03-09'];

interface WindowJson {
  readonly id: number;
  readonly doctor_id: number;
  readonly day_of_week: number;
  readonly start_time: string;
  readonly end_time: string;
  readonly valid_from: string | null;
  readonly valid_until: string | null;
  readonly type_ids: number[] | null;
}

let clinic: Clinic;
let doctor: DoctorPerson;
let staff: Person;
let check: TypeJson;
let visit: TypeJson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
  check = await createType(clinic);
  visit = await createType(clinic);
});
beforeEach(async () => {
  doctor = await clinic.doctor({ week: [] });
});
afterAll(() => clinic?.close());

const add = (terms: object, person: Person = doctor) =>
  clinic.client.post<WindowJson>(
    '/api/availability',
    { day_of_week: 1, start_time: '09:00', end_time: '12:00', ...terms },
    { token: person.token },
  );
const list = async (person?: Person) =>
  (await clinic.client.get<WindowJson[]>(`/api/availability/${doctor.doctorId}`, { token: person?.token }))
    .body;
const mine = async () => (await clinic.client.get<WindowJson[]>('/api/availability/me', doctor)).body;

interface DayJson {
  readonly doctors: readonly {
    readonly windows: readonly WindowJson[];
    readonly free: readonly { readonly start_time: string; readonly end_time: string }[];
  }[];
}
const dayOf = async (date: string) =>
  (
    await clinic.client.get<DayJson>(`/api/desk/day?date=${date}&doctor_id=${doctor.doctorId}`, {
      token: staff.token,
    })
  ).body.doctors[0]!;

describe('Windows take valid_from, valid_until (dates, inclusive) and type_ids', () => {
  test('they are returned, listed and recorded; the ids in ascending order', async () => {
    const terms = { valid_from: MONDAY, valid_until: NEXT_MONDAY, type_ids: [visit.id, check.id] };
    const events = await eventsDuring(clinic, async () => {
      const { status, body } = await add(terms);
      expect(status).toBe(201);
      const type_ids = [check.id, visit.id];
      expect(body).toMatchObject({ valid_from: MONDAY, valid_until: NEXT_MONDAY, type_ids });
      expect([await list(), await mine()]).toEqual([[body], [body]]);
    });
    expect(events[0]!.particulars).toMatchObject({
      ...{ valid_from: MONDAY, valid_until: NEXT_MONDAY, type_ids: `${check.id},${visit.id}` },
    });
  });

  test('null and nothing mean all dates and all bookings', async () => {
    const without = { valid_from: null, valid_until: null, type_ids: null };
    expect((await add({})).body).toMatchObject(without);
    expect((await add({ ...without, day_of_week: 2 })).body).toMatchObject(without);
  });

  test('the desk sets them for a doctor too', async () => {
    const { status, body } = await add({ doctor_id: doctor.doctorId, type_ids: [check.id] }, staff);
    expect([status, body.type_ids]).toEqual([201, [check.id]]);
  });

  test('one date may be the first and the last', async () => {
    expect((await add({ valid_from: MONDAY, valid_until: MONDAY })).status).toBe(201);
  });

  test('valid_from after valid_until: 400', async () => {
    const reversed = await add({ valid_from: NEXT_MONDAY, valid_until: MONDAY });
    expectProblem(reversed, { status: 400, code: 'WINDOW_DATES_REVERSED' });
    expect(await mine()).toEqual([]);
  });

  test('a type that does not exist: 400 UNKNOWN_TYPE', async () => {
    const { errors } = expectProblem(await add({ type_ids: [check.id, 4_294_967_295] }), {
      ...{ status: 400, code: 'UNKNOWN_TYPE' },
    });
    expect(errors).toEqual([{ field: 'type_ids', message: 'Appointment type 4294967295 not found.' }]);
    expect(await mine()).toEqual([]);
  });

  test.each([
    ['valid_from', '2026-02-30'],
    ['valid_until', '2026-3-1'],
    ['valid_until', 20260301],
    ['type_ids', []],
    ['type_ids', 1],
    ['type_ids', ['1']],
    ['type_ids', [1, 1]],
    ['type_ids', [0]],
    ['type_ids', Array.from({ length: 51 }, (_, index) => index + 1)],
  ])('refuses %s: %j', async (field, value) => {
    expect(invalidFields(expectProblem(await add({ [field]: value }), { status: 400 }))).toEqual([field]);
  });
});

describe('Overlap of windows is refused where both can hold on one date for one type', () => {
  const refused = async (terms: object) =>
    expectProblem(await add(terms), { status: 400, code: 'WINDOW_OVERLAPS' });

  test('so not where one ends before the other begins', async () => {
    expect((await add({ valid_until: SUNDAY })).status).toBe(201);
    expect((await add({ valid_from: NEXT_MONDAY, start_time: '10:00' })).status).toBe(201);
    await refused({ valid_from: MONDAY, valid_until: MONDAY, start_time: '11:00' });
    await refused({});
  });

  test('not where they share dates, but none of their weekday', async () => {
    expect((await add({ valid_until: SUNDAY })).status).toBe(201);
    expect((await add({ valid_from: '2026-03-03' })).status).toBe(201);
  });

  test('not where they have no type in common; a window for all bookings has all in common', async () => {
    expect((await add({ type_ids: [check.id] })).status).toBe(201);
    expect((await add({ type_ids: [visit.id] })).status).toBe(201);
    await refused({ type_ids: [check.id, visit.id] });
    await refused({});
  });

  test('touching ones are fine', async () => {
    expect((await add({ type_ids: [check.id] })).status).toBe(201);
    expect((await add({ start_time: '12:00', end_time: '13:00' })).status).toBe(201);
    expect((await add({ start_time: '08:00', end_time: '09:00', valid_from: MONDAY })).status).toBe(201);
  });

  test('of ten overlapping windows for one type that are added at once, one is created', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => add({ type_ids: [check.id], valid_from: MONDAY })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(400)]);
  });
});

describe('the day of the desk', () => {
  test('has the windows that are valid on the date, and their gaps', async () => {
    await add({ valid_until: SUNDAY });
    await add({ valid_from: NEXT_MONDAY, start_time: '14:00', end_time: '16:00', type_ids: [check.id] });
    const [before, after] = [await dayOf(MONDAY), await dayOf(NEXT_MONDAY)];
    expect(before.windows).toMatchObject([{ start_time: '09:00', valid_until: SUNDAY, type_ids: null }]);
    expect(before.free).toEqual([{ start_time: '09:00', end_time: '12:00' }]);
    expect(after.windows).toMatchObject([{ start_time: '14:00', type_ids: [check.id] }]);
    expect(after.free).toEqual([{ start_time: '14:00', end_time: '16:00' }]);
  });

  test('has windows on the first and the last date that they are valid on, and on no other', async () => {
    await add({ valid_from: MONDAY, valid_until: NEXT_MONDAY });
    const counts = [];
    for (const date of ['2026-02-23', MONDAY, NEXT_MONDAY, '2026-03-16'])
      counts.push((await dayOf(date)).windows.length);
    expect(counts).toEqual([0, 1, 1, 0]);
  });
});

describe('to patients a staff-only type does not exist', () => {
  test('nor one that is not active: lists of windows leave them out, and windows that serve no other', async () => {
    const hidden = await createType(clinic, { audience: 'staff' });
    const inactive = await createType(clinic, { active: false });
    await add({ type_ids: [hidden.id, check.id] });
    await add({ day_of_week: 2, type_ids: [hidden.id, inactive.id] });
    await add({ day_of_week: 3 });
    const seenBy = async (person?: Person) => (await list(person)).map(({ type_ids: ids }) => ids);
    for (const person of [undefined, await clinic.patient()])
      expect(await seenBy(person)).toEqual([[check.id], null]);
    for (const person of [doctor, staff, await clinic.admin()])
      expect(await seenBy(person)).toEqual([[check.id, hidden.id], [hidden.id, inactive.id], null]);
    expect(await mine()).toEqual(await list(staff));
  });

  test('a bad token is none: the list stays public', async () => {
    await add({});
    const { status, body } = await clinic.client.get<WindowJson[]>(`/api/availability/${doctor.doctorId}`, {
      token: 'x',
    });
    expect([status, body.length]).toEqual([200, 1]);
  });
});

test('the export of a doctor’s account has the windows with their terms', async () => {
  await add({ valid_from: MONDAY, type_ids: [check.id] });
  const { body } = await clinic.client.post<{ availability: object[] }>(
    '/api/auth/me/export',
    { password: doctor.password },
    { token: doctor.token },
  );
  expect(body.availability).toMatchObject([
    { valid_from: MONDAY, valid_until: null, type_ids: String(check.id) },
  ]);
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsDuring } from '../support/audit-events.js';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { bookFor, insertPatient, selfOf, updatePatient } from '../support/patients.js';

// GET /api/bookings (desk: all; doctor: own): `date`, or `from` and `to`; `doctor_id`, `patient_id`, `status`; paged.
// GET /api/bookings/:id: everybody who may see it. GET /api/bookings/:id/events: desk, own doctor.

const ALL_WEEK: Week = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '24:00'] as const);
const MONDAY = '2026-03-02';
const TUESDAY = '2026-03-03';

type Row = { id: number; date: string; status: string; version: number } & Record<string, unknown>;

let clinic: Clinic;
let staff: Person;
let doctor: DoctorPerson;
let patientId: number;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
  doctor = await clinic.doctor({ week: ALL_WEEK });
  patientId = await insertPatient(clinic, {
    given_name: 'Lucía',
    family_name: 'Romero',
    email: 'lucia@people.example',
    phone: '+34600000000',
  });
});
afterAll(() => clinic?.close());

const get = <Body = Row>(path: string, person: Person): Promise<Answer<Body>> =>
  clinic.client.get<Body>(`/api/bookings${path}`, person);
const list = async (query: string, person: Person = staff): Promise<Row[]> => {
  const { status, body } = await get<Row[]>(query, person);
  expect(status).toBe(200);
  return body;
};
const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id);

describe('GET /api/bookings', () => {
  test('lists for the desk all, with the patient, the contact and the override', async () => {
    const { id } = await bookFor(clinic, staff, patientId, doctor, { date: MONDAY, time: '12:00' });
    const { id: overbooked } = await bookFor(clinic, staff, patientId, doctor, {
      date: MONDAY,
      time: '12:10',
      note: 'Brings the papers',
      override: { rules: ['TAKEN', 'PATIENT_BUSY'], reason: 'As agreed with the doctor' },
    });
    const rows = await list(`?date=${MONDAY}&doctor_id=${doctor.doctorId}`);
    expect(ids(rows)).toEqual([id, overbooked]);
    expect(rows[0]).toMatchObject({
      doctor_name: expect.stringContaining('Dr.') as string,
      specialty: 'Cardiology',
      user_id: null,
      patient: { id: patientId, given_name: 'Lucía', family_name: 'Romero', phone: '+34600000000' },
      patient_email: 'lucia@people.example',
      booked_by: { account_id: staff.id, role: 'staff' },
      override: null,
    });
    expect(rows[1]).toMatchObject({
      overbooked: true,
      override: { rules: ['TAKEN', 'PATIENT_BUSY'], reason: 'As agreed with the doctor' },
      note: 'Brings the papers',
    });
  });

  test('lists for a doctor the own ones only, whatever is asked', async () => {
    const other = await clinic.doctor({ week: ALL_WEEK });
    const { id } = await bookFor(clinic, staff, patientId, other, { date: TUESDAY, time: '12:00' });
    expect(ids(await list(`?date=${TUESDAY}`, other))).toEqual([id]);
    expect(ids(await list(`?date=${TUESDAY}&doctor_id=${other.doctorId}`, other))).toEqual([id]);
    expect(await list(`?date=${TUESDAY}&doctor_id=${other.doctorId}`, doctor)).toEqual([]);
    expect(await list(`?date=${TUESDAY}`, doctor)).toEqual([]);
    expect(await list(`?date=${TUESDAY}&doctor_id=4294967295`)).toEqual([]);
  });

  test('is forbidden to a user, and a doctor without a profile has none', async () => {
    expect(await get('', await clinic.patient())).toMatchObject({
      status: 403,
      body: { error: 'Forbidden' },
    });
    expect(await get('', await clinic.person('doctor'))).toMatchObject({
      status: 404,
      body: { code: 'PROFILE_NOT_FOUND' },
    });
  });

  test('without dates lists today at the clinic, and with a patient all that the patient ever had', async () => {
    const id = await insertPatient(clinic, { given_name: 'Ana' });
    const booked = [
      await bookFor(clinic, staff, id, doctor, { date: '2026-03-01', time: '23:00' }),
      await bookFor(clinic, staff, id, doctor, { date: '2026-11-01', time: '09:00' }),
    ];
    expect(ids(await list('?'))).toContain(booked[0]!.id);
    expect(ids(await list('?'))).not.toContain(booked[1]!.id);
    expect(ids(await list(`?patient_id=${id}`))).toEqual(ids(booked));
    expect(ids(await list(`?patient_id=${id}&date=2026-11-01`))).toEqual([booked[1]!.id]);
  });

  test('dates are each doctor’s local ones, and the order is that of the instants', async () => {
    const [tokyo, lima] = [
      await clinic.doctor({ timezone: 'Asia/Tokyo', week: ALL_WEEK }),
      await clinic.doctor({ timezone: 'America/Lima', week: ALL_WEEK }),
    ];
    const patient = await insertPatient(clinic);
    const date = '2026-04-15';
    const late = await bookFor(clinic, staff, patient, lima, { date, time: '00:30' });
    const early = await bookFor(clinic, staff, patient, tokyo, { date, time: '23:30', duration: 15 });
    const first = await bookFor(clinic, staff, patient, tokyo, { date, time: '00:00' });
    expect(ids(await list(`?date=${date}&patient_id=${patient}`))).toEqual([first.id, late.id, early.id]);
    expect(await list(`?date=2026-04-16&patient_id=${patient}`)).toEqual([]);
  });

  test('status narrows it; cancelled ones are in the list unless it does', async () => {
    const patient = await insertPatient(clinic);
    const [kept, cancelled] = [
      await bookFor(clinic, staff, patient, doctor, { date: '2026-05-04', time: '09:00' }),
      await bookFor(clinic, staff, patient, doctor, { date: '2026-05-04', time: '10:00' }),
    ];
    await clinic.client.post(`/api/bookings/${cancelled.id}/cancel`, { reason: 'by phone' }, staff);
    const query = `?patient_id=${patient}`;
    expect(ids(await list(query))).toEqual([kept.id, cancelled.id]);
    expect(ids(await list(`${query}&status=booked`))).toEqual([kept.id]);
    expect(await list(`${query}&status=cancelled`)).toMatchObject([
      { id: cancelled.id, cancelled_by: { role: 'staff' }, cancel_reason: 'by phone' },
    ]);
  });

  test.each([
    ['from=2026-03-01', 'to is required with from'],
    ['to=2026-03-01', 'from is required with to'],
    ['date=2026-03-01&from=2026-03-01&to=2026-03-01', 'date cannot be sent with from and to'],
    ['from=2026-03-02&to=2026-03-01', 'to must not be before from'],
    ['from=2026-03-01&to=2026-05-03', 'to must be at most 62 days after from'],
    ['limit=0', 'limit must be a whole number from 1 to 200'],
    ['limit=201', 'limit must be a whole number from 1 to 200'],
    ['status=lost', 'status must be one of: booked, arrived, fulfilled, noshow, cancelled'],
    ['cursor=WzEsMl0x', 'cursor must be the cursor of a link to a next page'],
    ['cursor=', 'cursor must be the cursor of a link to a next page'],
    ['after=1', 'after is not a known field'],
  ])('%s: 400', async (query, error) => {
    expect(await get(`?${query}`, staff)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', error },
    });
  });

  test('62 days apart are allowed', async () => {
    expect(await list('?from=2027-03-01&to=2027-05-02')).toEqual([]);
  });

  test('each read is an event', async () => {
    const events = await eventsDuring(clinic, () => list(`?date=${MONDAY}`));
    expect(events).toMatchObject([{ action: 'booking.listed', actor_id: staff.id, actor_role: 'staff' }]);
    expect(events).toHaveLength(1);
  });
});

/** Where the link to the next page leads. */
function nextOf({ headers }: Answer<unknown>): string | undefined {
  return /^<\/api\/bookings(\?[^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
}

describe('a cursor holds the position itself', () => {
  const COUNT = 7;
  const date = '2026-06-10';
  const WALK = fc.record({
    size: fc.integer({ min: 1, max: 3 }),
    changes: fc.array(
      fc.record({
        which: fc.oneof(fc.constant('last seen' as const), fc.nat(COUNT - 1)),
        what: fc.constantFrom('moves', 'ends', 'another appears'),
        hour: fc.integer({ min: 0, max: 23 }),
      }),
      { maxLength: COUNT },
    ),
  });
  const at = (hour: number, minute: number): string =>
    `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

  test('what moves, ends or appears meanwhile makes no page skip or repeat anything else', async () => {
    await fc.assert(
      fc.asyncProperty(WALK, async ({ size, changes }) => {
        const patient = await insertPatient(clinic);
        const other = await clinic.doctor({ week: ALL_WEEK });
        const book = (hour: number, minute: number) =>
          bookFor(clinic, staff, patient, other, { date, time: at(hour, minute), duration: 1 });
        const all: number[] = [];
        for (let index = 0; index < COUNT; index += 1) all.push((await book(3 * index, 0)).id);
        const untouched = new Set(all);
        const seen: number[] = [];
        let query: string | undefined =
          `?date=${date}&doctor_id=${other.doctorId}&status=booked&limit=${size}`;
        for (let page = 0; query !== undefined; page += 1) {
          const answer: Answer<Row[]> = await get<Row[]>(query, staff);
          expect(answer.body.length).toBeLessThanOrEqual(size);
          seen.push(...ids(answer.body));
          query = nextOf(answer);
          const change = changes[page];
          if (!change) continue;
          if (change.what === 'another appears') {
            await book(change.hour, 1 + page);
            continue;
          }
          const id = change.which === 'last seen' ? seen.at(-1)! : all[change.which]!;
          if (!untouched.delete(id)) continue;
          if (change.what === 'moves') {
            const time = at(change.hour, 30 + page);
            await clinic.client.patch(`/api/bookings/${id}`, { time }, staff);
          } else await clinic.client.post(`/api/bookings/${id}/cancel`, { reason: 'it ends' }, staff);
        }
        const others = seen.filter((id) => untouched.has(id));
        expect(others).toEqual(all.filter((id) => untouched.has(id)));
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  test('bookings that begin at the same instant are each on one page', async () => {
    const patient = await insertPatient(clinic);
    const override = { rules: ['PATIENT_BUSY'], reason: 'As agreed with the doctors' };
    const booked = [];
    for (let index = 0; index < 4; index += 1) {
      const each = await clinic.doctor({ week: ALL_WEEK });
      booked.push(await bookFor(clinic, staff, patient, each, { date, time: '12:00', override }));
    }
    let query: string | undefined = `?patient_id=${patient}&limit=1`;
    const seen: number[] = [];
    while (query !== undefined) {
      const answer: Answer<Row[]> = await get<Row[]>(query, staff);
      seen.push(...ids(answer.body));
      query = nextOf(answer);
    }
    expect(seen).toEqual(ids(booked));
  });
});

describe('GET /api/bookings/:id', () => {
  test('is for everybody who may see it; what one may not see answers as what does not exist', async () => {
    const patient = await clinic.patient();
    const self = await selfOf(clinic, patient);
    const { id } = await bookFor(clinic, staff, self, doctor, { date: '2026-07-01', time: '09:00' });
    for (const person of [patient, doctor, staff, await clinic.admin()]) {
      const { status, headers, body } = await get(`/${id}`, person);
      expect([status, headers.get('etag'), body.id]).toEqual([200, '"1"', id]);
    }
    const unknown = await get('/4294967295', staff);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'BOOKING_NOT_FOUND' } });
    for (const person of [await clinic.patient(), await clinic.doctor()]) {
      const theirs = await get(`/${id}`, person);
      expect({ ...theirs.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
      expect(theirs.status).toBe(404);
    }
  });

  test('shows contact and override to the desk and the doctor only, also of a cancelled booking', async () => {
    const patient = await clinic.patient();
    const { id } = await bookFor(clinic, staff, await selfOf(clinic, patient), doctor, {
      date: '2026-07-02',
      time: '09:00',
    });
    await clinic.client.delete(`/api/bookings/${id}`, patient);
    for (const person of [doctor, staff]) {
      expect((await get(`/${id}`, person)).body).toMatchObject({
        status: 'cancelled',
        patient_email: patient.email,
        override: null,
        patient: { phone: null },
      });
    }
    const { body } = await get(`/${id}`, patient);
    expect(body).toMatchObject({
      status: 'cancelled',
      doctor_name: expect.any(String) as string,
      version: 2,
    });
    expect(body).not.toHaveProperty('patient_email');
    expect(body).not.toHaveProperty('override');
    expect(body.patient).not.toHaveProperty('phone');
  });

  test('is an event where the desk or the doctor reads it, and none where the patient does', async () => {
    const patient = await clinic.patient();
    const self = await selfOf(clinic, patient);
    const { id } = await bookFor(clinic, staff, self, doctor, { date: '2026-07-03', time: '09:00' });
    const events = await eventsDuring(clinic, async () => {
      await get(`/${id}`, patient);
      await get(`/${id}`, doctor);
    });
    expect(events).toMatchObject([{ action: 'booking.read', actor_id: doctor.id, subject_id: id }]);
  });

  test('the patient’s email is the address that mails go to, or null', async () => {
    const patient = await clinic.patient();
    const self = await selfOf(clinic, patient);
    const { id } = await bookFor(clinic, staff, self, doctor, { date: '2026-07-06', time: '09:00' });
    const seen = async (): Promise<unknown[]> => [
      (await get(`/${id}`, staff)).body.patient_email,
      (await list(`?date=2026-07-06`))[0]!.patient_email,
      (await clinic.client.get<Row[]>('/api/bookings/doctor?from=2026-07-06&to=2026-07-06', doctor)).body[0]!
        .patient_email,
    ];
    expect(await seen()).toEqual(Array(3).fill(patient.email));
    await updatePatient(clinic, self, { email: 'own@people.example' });
    expect(await seen()).toEqual(Array(3).fill('own@people.example'));
    await updatePatient(clinic, self, { contact_by: 'none' });
    expect(await seen()).toEqual(Array(3).fill(null));
  });
});

describe('GET /api/bookings/:id/events', () => {
  test('lists who did what, in which role, when and why, oldest first', async () => {
    const patient = await clinic.patient();
    const self = await selfOf(clinic, patient);
    const { id } = await bookFor(clinic, staff, self, doctor, { date: '2026-08-03', time: '09:00' });
    await clinic.client.patch(`/api/bookings/${id}`, { time: '10:00' }, patient);
    await clinic.client.post(`/api/bookings/${id}/cancel`, { reason: 'The doctor is ill' }, doctor);
    const { status, body } = await get<Row[]>(`/${id}/events`, staff);
    expect([status, body]).toMatchObject([
      200,
      [
        { action: 'booking.booked', actor: { account_id: staff.id, role: 'staff' }, reason: null },
        { action: 'booking.moved', actor: { account_id: patient.id, role: 'user' } },
        {
          action: 'booking.cancelled',
          actor: { account_id: doctor.id, role: 'doctor' },
          reason: 'The doctor is ill',
          particulars: { time: '10:00' },
        },
      ],
    ]);
    expect(body[0]).not.toHaveProperty('address');
    const admin = await get<Row[]>(`/${id}/events`, await clinic.admin());
    expect(admin.body[0]).toMatchObject({ address: '127.0.0.1' });
    expect((await get<Row[]>(`/${id}/events`, doctor)).body).toEqual(body);
    const first = await get<Row[]>(`/${id}/events?limit=2`, doctor);
    const [, query] = /^<[^?]+(\?[^>]+)>; rel="next"$/.exec(first.headers.get('link')!)!;
    const rest = await get<Row[]>(`/${id}/events${query}`, doctor);
    expect([...first.body, ...rest.body]).toEqual(body);
    expect(rest.headers.has('link')).toBe(false);
  });

  test('is for the desk and the own doctor', async () => {
    const patient = await clinic.patient();
    const self = await selfOf(clinic, patient);
    const { id } = await bookFor(clinic, staff, self, doctor, { date: '2026-08-04', time: '09:00' });
    expect((await get(`/${id}/events`, patient)).status).toBe(403);
    expect(await get(`/${id}/events`, await clinic.doctor())).toMatchObject({
      status: 404,
      body: { code: 'BOOKING_NOT_FOUND' },
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsDuring } from '../support/audit-events.js';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { bookFor, insertPatient, updatePatient } from '../support/patients.js';
import { Statements } from '../support/statements.js';

// GET /api/desk/day?date=&doctor_id=: { date, doctors: [{ doctor, windows, closures, exceptions, bookings, free, counts }] }

const MONDAY = '2026-03-02';
const ALL_WEEK: Week = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '24:00'] as const);
/** Statements that no request sends: those that set a connection up, and that a process sends once a second. */
const NOT_OF_REQUEST = /^SET SESSION|find-ended-sessions/;

interface DoctorDay {
  doctor: { id: number; active: boolean };
  windows: object[];
  closures: object[];
  exceptions: object[];
  bookings: { id: number; flags: Record<string, boolean>; patient: Record<string, unknown> }[];
  free: { start_time: string; end_time: string }[];
  counts: Record<string, number>;
}
interface Day {
  date: string;
  doctors: DoctorDay[];
  code?: string;
}

let clinic: Clinic;
let staff: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
  doctor = await clinic.doctor({
    week: [
      [1, '09:00', '12:00'],
      [1, '14:00', '16:00'],
    ],
  });
});
afterAll(() => clinic?.close());

const day = (query: string, person: Person = staff, headers = {}): Promise<Answer<Day>> =>
  clinic.client.get<Day>(`/api/desk/day${query}`, { token: person.token, headers });
const dayOf = async ({ doctorId }: DoctorPerson, date = MONDAY): Promise<DoctorDay> => {
  const { status, body } = await day(`?date=${date}&doctor_id=${doctorId}`);
  expect(status).toBe(200);
  expect(body.doctors).toHaveLength(1);
  return body.doctors[0]!;
};

describe('a doctor’s day', () => {
  let booked: number[];

  beforeAll(async () => {
    const patient = await insertPatient(clinic, {
      given_name: 'Lucía',
      family_name: 'Romero',
      birth_date: '1980-05-17',
      phone: '+34600000000',
      email: 'lucia@people.example',
    });
    const unreachable = await insertPatient(clinic, { given_name: 'Old', family_name: 'Man' });
    const silent = await insertPatient(clinic, { email: 'silent@people.example', contact_by: 'none' });
    const override = { rules: ['TAKEN'], reason: 'as agreed' };
    booked = [];
    for (const [id, wish] of [
      [patient, { time: '09:00' }],
      [unreachable, { time: '09:15', override }],
      [silent, { time: '10:00' }],
      [patient, { time: '11:00' }],
      [patient, { time: '14:30' }],
    ] as const) {
      booked.push((await bookFor(clinic, staff, id, doctor, { date: MONDAY, ...wish })).id);
    }
    await clinic.client.post(`/api/bookings/${booked[0]}/status`, { status: 'fulfilled' }, staff);
    await clinic.client.post(`/api/bookings/${booked[4]}/cancel`, { reason: 'by phone' }, staff);
    const exception = { date: MONDAY, start_time: '15:00', end_time: '15:30' };
    await clinic.client.post('/api/exceptions', exception, doctor);
  });

  test('has windows, closures, exceptions, bookings in order, and counts by status', async () => {
    const { windows, closures, exceptions, bookings, counts } = await dayOf(doctor);
    expect(windows).toMatchObject([
      { start_time: '09:00', end_time: '12:00' },
      { start_time: '14:00', end_time: '16:00' },
    ]);
    expect(closures).toEqual([]);
    expect(exceptions).toMatchObject([{ date: MONDAY, start_time: '15:00', end_time: '15:30' }]);
    expect(bookings.map(({ id }) => id)).toEqual(booked);
    expect(counts).toEqual({ booked: 3, arrived: 0, fulfilled: 1, noshow: 0, cancelled: 1 });
  });

  test('free: the gaps between live bookings, exceptions and the ends of the windows', async () => {
    expect((await dayOf(doctor)).free).toEqual([
      { start_time: '09:45', end_time: '10:00' },
      { start_time: '10:30', end_time: '11:00' },
      { start_time: '11:30', end_time: '12:00' },
      { start_time: '14:00', end_time: '15:00' },
      { start_time: '15:30', end_time: '16:00' },
    ]);
  });

  test('bookings have patient, phone, birth year, status and flags', async () => {
    const { bookings } = await dayOf(doctor);
    expect(bookings[0]).toMatchObject({
      status: 'fulfilled',
      patient: {
        given_name: 'Lucía',
        family_name: 'Romero',
        phone: '+34600000000',
        birth_year: 1980,
      },
    });
    const none = { first_visit: true, overbooked: false, no_contact: false, needs_attention: false };
    expect(bookings.map(({ flags }) => flags)).toEqual([
      none,
      { ...none, overbooked: true, no_contact: true },
      { ...none, no_contact: true },
      // After the first one, which took place.
      { ...none, first_visit: false },
      { ...none, first_visit: false },
    ]);
  });

  test('a doctor gets the own day, and no other; a user none', async () => {
    for (const query of [`?date=${MONDAY}`, `?date=${MONDAY}&doctor_id=${doctor.doctorId}`]) {
      const { body } = await day(query, doctor);
      expect(body.doctors.map((each) => each.doctor.id)).toEqual([doctor.doctorId]);
      expect(body.doctors[0]!.bookings).toHaveLength(5);
    }
    const other = await clinic.doctor();
    expect(await day(`?doctor_id=${other.doctorId}`, doctor)).toMatchObject({
      status: 400,
      body: { code: 'UNKNOWN_DOCTOR' },
    });
    expect(await day('?doctor_id=4294967295')).toMatchObject({
      status: 400,
      body: { code: 'UNKNOWN_DOCTOR' },
    });
    expect((await day('', await clinic.patient())).status).toBe(403);
    expect((await day('', await clinic.person('doctor'))).status).toBe(404);
  });

  test('is an event, one a request, also where nothing changed', async () => {
    const events = await eventsDuring(
      clinic,
      async () => {
        const { headers } = await day(`?date=${MONDAY}`, doctor);
        await day(`?date=${MONDAY}`, doctor, { 'if-none-match': headers.get('etag')! });
      },
      2,
    );
    const event = { action: 'day.read', actor_id: doctor.id, particulars: { date: MONDAY, rows: 5 } };
    expect(events).toMatchObject([event, event]);
    expect(events).toHaveLength(2);
  });
});

test('without a date it is today at the clinic, and each doctor’s own local date', async () => {
  const tokyo = await clinic.doctor({ timezone: 'Asia/Tokyo', week: ALL_WEEK });
  const lima = await clinic.doctor({ timezone: 'America/Lima', week: ALL_WEEK });
  const patient = await insertPatient(clinic);
  const date = '2026-03-01';
  const walkIn = await bookFor(clinic, staff, patient, tokyo, { date, time: '23:30' });
  const later = await bookFor(clinic, staff, patient, lima, { date, time: '23:30' });
  await bookFor(clinic, staff, patient, lima, { date: MONDAY, time: '00:00' });
  const { body } = await day('');
  expect(body.date).toBe(date);
  const bookingsOf = ({ doctorId }: DoctorPerson) =>
    body.doctors.find((each) => each.doctor.id === doctorId)!.bookings.map(({ id }) => id);
  expect([bookingsOf(tokyo), bookingsOf(lima)]).toEqual([[walkIn.id], [later.id]]);
});

test('free: a live booking that reaches over from the day before takes its time, and is not listed', async () => {
  const late = await clinic.doctor({ week: ALL_WEEK });
  const override = { rules: ['OUTSIDE_AVAILABILITY'], reason: 'as agreed' };
  const over = { date: MONDAY, time: '23:30', duration: 75, override };
  const { id } = await bookFor(clinic, staff, await insertPatient(clinic), late, over);
  const tuesday = await dayOf(late, '2026-03-03');
  expect(tuesday).toMatchObject({ bookings: [], counts: { booked: 0 } });
  expect(tuesday.free).toEqual([{ start_time: '00:45', end_time: '24:00' }]);
  await clinic.client.post(`/api/bookings/${id}/cancel`, { reason: 'by phone' }, staff);
  expect((await dayOf(late, '2026-03-03')).free).toEqual([{ start_time: '00:00', end_time: '24:00' }]);
});

test('an inactive doctor is there only with bookings on the day, without free times', async () => {
  const gone = await clinic.doctor();
  await bookFor(clinic, staff, await insertPatient(clinic), gone, { date: MONDAY, time: '09:00' });
  await clinic.query('UPDATE doctors SET active = 0 WHERE id = ?', [gone.doctorId]);
  const on = async (date: string) =>
    (await day(`?date=${date}`)).body.doctors.find((each) => each.doctor.id === gone.doctorId);
  expect(await on(MONDAY)).toMatchObject({ doctor: { active: false }, free: [], counts: { booked: 1 } });
  expect(await on('2026-03-03')).toBeUndefined();
});

test('a doctor in a time zone that does not exist hides no other doctor', async () => {
  const bad = await clinic.doctor();
  await clinic.query("UPDATE doctors SET timezone = 'PST' WHERE id = ?", [bad.doctorId]);
  expect(await dayOf(bad)).toMatchObject({ free: [], bookings: [] });
  expect((await day(`?date=${MONDAY}`)).status).toBe(200);
});

describe('the ETag', () => {
  test('stays while nothing changes, and If-None-Match answers 304', async () => {
    const query = `?date=${MONDAY}`;
    const first = await day(query);
    const tag = first.headers.get('etag')!;
    clinic.clock.advance({ minutes: 1 });
    const again = await day(query, staff, { 'if-none-match': tag });
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', tag]);
    for (const header of [`"x", W/${tag}`, '*'])
      expect((await day(query, staff, { 'if-none-match': header })).status).toBe(304);
    expect((await day(query, staff, { 'if-none-match': '"x"' })).status).toBe(200);
  });

  test('changes with whatever the sheet shows', async () => {
    const other = await clinic.doctor();
    const patient = await insertPatient(clinic);
    const query = `?date=${MONDAY}&doctor_id=${other.doctorId}`;
    const tags = new Set([(await day(query)).headers.get('etag')]);
    const change = async (work: () => Promise<unknown>): Promise<void> => {
      await work();
      const tag = (await day(query)).headers.get('etag');
      expect(tags).not.toContain(tag);
      tags.add(tag);
    };
    let id = 0;
    await change(async () => {
      ({ id } = await bookFor(clinic, staff, patient, other, { date: MONDAY, time: '10:00' }));
    });
    await change(() => clinic.client.post(`/api/bookings/${id}/status`, { status: 'fulfilled' }, staff));
    await change(() => updatePatient(clinic, patient, { phone: '+34600000001' }));
    await change(() => clinic.client.post('/api/exceptions', { date: MONDAY, is_full_day: true }, other));
  });
});

describe('however many doctors and bookings there are', () => {
  const counted = async (statements: Statements): Promise<string[]> => {
    statements.reset();
    expect((await day(`?date=${MONDAY}`)).status).toBe(200);
    return statements.sent.map(({ sql }) => sql).filter((sql) => !NOT_OF_REQUEST.test(sql));
  };

  test('the number of statements is the same, each uses an index, and there are at most 50 doctors', async () => {
    const statements = Statements.of(clinic.dataSource);
    await day(`?date=${MONDAY}`);
    const before = await counted(statements);
    expect(before).toHaveLength(6);
    const [{ have }] = (await clinic.query<{ have: string }>(
      'SELECT COUNT(*) AS have FROM doctors WHERE active = 1',
    )) as [{ have: string }];
    // One is inactive, and has a booking on the day.
    for (let count = Number(have) + 1; count < 50; count += 1) {
      const [each, patient] = [await clinic.doctor(), await insertPatient(clinic)];
      await bookFor(clinic, staff, patient, each, { date: MONDAY, time: '09:00' });
      await bookFor(clinic, staff, patient, each, { date: MONDAY, time: '10:00' });
    }
    const { body } = await day(`?date=${MONDAY}`);
    expect(body.doctors).toHaveLength(50);
    expect(await counted(statements)).toEqual(before);
    await clinic.query(
      `INSERT INTO bookings (uid, doctor_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at,
                             status, version, created_at, updated_at)
       SELECT UUID(), b.doctor_id, b.patient_id, b.date - INTERVAL n.n DAY, b.start_time, b.duration_minutes,
              b.starts_at - INTERVAL n.n DAY, b.ends_at - INTERVAL n.n DAY, 'booked', 1, NOW(3), NOW(3)
       FROM bookings b, (SELECT help_topic_id + 1 AS n FROM mysql.help_topic WHERE help_topic_id < 100) n
       WHERE b.date = ?`,
      [MONDAY],
    );
    await clinic.query(
      `INSERT INTO exceptions (doctor_id, date)
       SELECT d.id, DATE '2020-01-01' + INTERVAL n.help_topic_id DAY
       FROM doctors d, mysql.help_topic n WHERE n.help_topic_id < 100`,
    );
    await clinic.query('ANALYZE TABLE bookings, exceptions');
    for (const { sql, parameters } of statements.sent.filter(({ sql }) => /^\/\* (list|find)-/.test(sql))) {
      const steps = await clinic.query<{ table: string; key: string | null; rows: number }>(
        `EXPLAIN FORMAT=TRADITIONAL ${sql}`,
        parameters,
      );
      // All doctors of the clinic are read; of all else only the day.
      for (const { table, key, rows } of steps.filter((step) => step.table !== null && step.table !== 'd')) {
        expect(key, `${table} in ${sql}`).not.toBeNull();
        expect(Number(rows), `${table} in ${sql}`).toBeLessThan(250);
      }
    }
    await clinic.doctor();
    expect(await day(`?date=${MONDAY}`)).toMatchObject({
      status: 400,
      body: {
        code: 'TOO_MANY_DOCTORS',
        error: 'That day has more than 50 doctors. Name one of them in doctor_id.',
      },
    });
    expect((await day(`?date=${MONDAY}&doctor_id=${doctor.doctorId}`)).status).toBe(200);
  }, 120_000);
});

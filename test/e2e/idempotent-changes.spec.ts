import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { countRows, postWithKey } from '../support/idempotency.js';
import { cancel, MONDAY, TUESDAY } from '../support/races.js';

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  admin = await clinic.admin();
});

afterEach(() => clinic.query("UPDATE bookings SET status = 'cancelled'"));

afterAll(() => clinic?.close());

const post = (path: string, key: string, body: unknown, actor: Person = patient) =>
  postWithKey(clinic, path, key, body, actor);
const appointment = (time: string, date = MONDAY): Record<string, unknown> => ({
  doctor_id: doctor.doctorId,
  date,
  time,
});
const book = (key: string, time: string, actor = patient) =>
  post('/api/bookings', key, appointment(time), actor);
const count = (table: string) => countRows(clinic, table);

describe('a change of a booking with a key', () => {
  const send = (
    method: string,
    id: number,
    key: string,
    body?: unknown,
    actor = patient,
  ): Promise<Answer<Json>> =>
    clinic.client.send(method, `/api/bookings/${id}`, {
      token: actor.token,
      headers: { 'idempotency-key': key },
      ...(body !== undefined && { body }),
    });
  const booked = async (time: string): Promise<number> => (await book(randomUUID(), time)).body.id!;

  test('is made once: a reschedule that was followed by another is replayed, not applied again', async () => {
    const id = await booked('09:00');
    const first = await send('PATCH', id, 'move', { time: '10:00' });
    await send('PATCH', id, 'move on', { time: '11:00' });
    const again = await send('PATCH', id, 'move', { time: '10:00' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const [row] = await clinic.query('SELECT start_time, version FROM bookings WHERE id = ?', [id]);
    expect(row).toEqual({ start_time: '11:00:00', version: 3 });
  });

  test('a repeated cancellation gets the first answer', async () => {
    const id = await booked('09:00');
    const answers = [await send('DELETE', id, 'cancel'), await send('DELETE', id, 'cancel')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]!.body).toEqual(answers[0]!.body);
    expect((await send('DELETE', id, 'cancel again')).body.code).toBe('BOOKING_NOT_FOUND');
  });

  test('a key belongs to one booking, and is refused for another', async () => {
    const [one, other] = [await booked('09:00'), await booked('10:00')];
    expect((await send('PATCH', one, 'which', { time: '11:00' })).status).toBe(200);
    expect((await send('PATCH', other, 'which', { time: '11:00' })).status).toBe(422);
    expect((await send('DELETE', one, 'this one')).status).toBe(200);
    expect((await send('DELETE', other, 'this one')).status).toBe(422);
  });

  test('a refusal by a rule is replayed, even if the change has become possible', async () => {
    const [id, rival] = [await booked('09:00'), await booked('10:00')];
    const refused = await send('PATCH', id, 'taken', { time: '10:00' });
    await cancel(clinic, patient, rival);
    const again = await send('PATCH', id, 'taken', { time: '10:00' });
    expect([refused.body.code, again.body.code]).toEqual(['TAKEN', 'TAKEN']);
  });

  test('another patient’s booking stays unknown', async () => {
    const stranger = await clinic.patient();
    const id = await booked('09:00');
    const answers = [
      await send('PATCH', id, 'foreign', { time: '10:00' }, stranger),
      await send('DELETE', id, 'foreign', undefined, stranger),
    ];
    expect(answers.map(({ body }) => body.code)).toEqual(['BOOKING_NOT_FOUND', 'BOOKING_NOT_FOUND']);
  });

  test('ten parallel requests with one key change the booking once', async () => {
    const id = await booked('09:00');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send('PATCH', id, 'at once', { time: '14:00' })),
    );
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const [row] = await clinic.query('SELECT version FROM bookings WHERE id = ?', [id]);
    expect(row).toEqual({ version: 2 });
  });
});

describe('every route that creates something for a signed-in account', () => {
  const creations: readonly [
    string,
    () => [string, unknown, Person] | Promise<[string, unknown, Person]>,
    string,
  ][] = [
    ['a booking', () => ['/api/bookings', appointment('09:00', TUESDAY), patient], 'bookings'],
    [
      'a window',
      () => ['/api/availability', { day_of_week: 6, start_time: '09:00', end_time: '12:00' }, doctor],
      'availability_windows',
    ],
    [
      'an exception',
      () => ['/api/exceptions', { date: TUESDAY, start_time: '16:00', end_time: '16:30' }, doctor],
      'exceptions',
    ],
    [
      'an account',
      () => ['/api/users', { email: 'once@people.example', password: 'only once', role: 'doctor' }, admin],
      'accounts',
    ],
    [
      'a profile',
      async () => {
        const { id } = await clinic.person('doctor');
        const profile = { name: 'Dr. Once', specialty: 'Cardiology', email: 'c@clinic.example', user_id: id };
        return ['/api/doctors', profile, admin];
      },
      'doctors',
    ],
  ];

  test.each(creations)('%s is created once', async (_, prepare, table) => {
    const [path, body, actor] = await prepare();
    const key = randomUUID();
    const before = await count(table);
    const first = await post(path, key, body, actor);
    const again = await post(path, key, body, actor);
    expect(first.status).toBe(201);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await count(table)).toBe(before + 1);
  });

  test.each(creations)('%s: a refusal by a rule is replayed, whatever changed', async (_, prepare) => {
    const [path, body, actor] = await prepare();
    const wrong: Record<string, unknown> = {
      '/api/bookings': appointment('03:00'),
      '/api/availability': { day_of_week: 6, start_time: '12:00', end_time: '09:00' },
      '/api/exceptions': { date: '2020-01-01', is_full_day: true },
      '/api/users': { ...(body as object), email: patient.email },
      '/api/doctors': { ...(body as object), user_id: patient.id },
    };
    const refused = await post(path, `refused ${path}`, wrong[path], actor);
    const other = await post(path, `refused ${path}`, body, actor);
    const again = await post(path, `refused ${path}`, wrong[path], actor);
    expect([refused.status, other.status, again.status]).toEqual([400, 422, 400]);
    expect(again.body.code).toBe(refused.body.code);
  });
});

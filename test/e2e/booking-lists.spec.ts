import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { bookFor, insertPatient, selfOf } from '../support/patients.js';
import { expectRefusal } from '../support/refusals.js';

type Listed = BookingJson & { doctor_name: string; specialty: string; patient_email: string };

let clinic: Clinic;
let tokyo: DoctorPerson;
let angeles: DoctorPerson;
let madrid: DoctorPerson;
let ana: Person;
let ben: Person;
/** Ana's live bookings, in the expected order of the list. */
let anasBookings: BookingJson[];
let cancelled: BookingJson;

const list = (path: string, { token }: Person) =>
  clinic.client.get<Listed[]>(`/api/bookings/${path}`, { token });
const ids = (bookings: readonly { id: number }[]) => bookings.map(({ id }) => id);

beforeAll(async () => {
  clinic = await Clinic.open();
  [tokyo, angeles, madrid] = (await Promise.all(
    ['Asia/Tokyo', 'America/Los_Angeles', 'Europe/Madrid'].map((timezone) => clinic.doctor({ timezone })),
  )) as [DoctorPerson, DoctorPerson, DoctorPerson];
  [ana, ben] = [await clinic.patient(), await clinic.patient()];
  const made = new Map<string, BookingJson>();
  for (const [person, doctor, date, time] of [
    [ana, madrid, '2026-03-10', '09:00'],
    [ana, angeles, '2026-03-03', '09:00'],
    [ben, madrid, '2026-03-03', '16:00'],
    [ana, tokyo, '2026-03-03', '16:30'],
    [ana, madrid, '2026-03-03', '10:00'],
    [ana, tokyo, '2026-03-04', '09:00'],
    [ben, madrid, '2026-03-03', '09:00'],
    [ana, madrid, '2026-03-02', '16:30'],
    [ana, tokyo, '2026-03-03', '10:00'],
  ] as [Person, DoctorPerson, string, string][]) {
    made.set(`${date} ${time} ${doctor.timezone}`, await book(clinic, person, doctor, { date, time }));
  }
  anasBookings = [
    '2026-03-02 16:30 Europe/Madrid',
    '2026-03-03 10:00 Asia/Tokyo',
    '2026-03-03 16:30 Asia/Tokyo',
    '2026-03-03 10:00 Europe/Madrid',
    // 17:00 UTC, seven hours before the next one, in the morning in Tokyo.
    '2026-03-03 09:00 America/Los_Angeles',
    '2026-03-04 09:00 Asia/Tokyo',
    '2026-03-10 09:00 Europe/Madrid',
  ].map((key) => made.get(key)!);
  cancelled = await book(clinic, ana, madrid, { date: '2026-03-03', time: '11:00' });
  await clinic.client.delete(`/api/bookings/${cancelled.id}`, { token: ana.token });
});
afterAll(() => clinic?.close());

describe('GET /api/bookings/me', () => {
  test('200, array of id, doctor_id, date, time, duration, doctor_name, specialty, ...', async () => {
    const { status, body } = await list('me', ana);
    expect(status).toBe(200);
    expect(body[1]).toEqual({
      ...anasBookings[1],
      doctor_name: `Dr. Number ${tokyo.id}`,
      specialty: 'Cardiology',
    });
  });

  test('ordered by instant, across time zones', async () => {
    const { body } = await list('me', ana);
    expect(ids(body)).toEqual(ids(anasBookings));
    const instants = body.map(({ starts_at }) => Date.parse(starts_at));
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
  });

  test('of two that start at the same instant, the one booked first comes first', async () => {
    const dora = await clinic.patient();
    const inLondon = await clinic.doctor({ timezone: 'Europe/London' });
    const first = await book(clinic, dora, inLondon, { date: '2026-03-06', time: '15:00' });
    const second = await book(clinic, dora, madrid, { date: '2026-03-06', time: '16:00' });
    expect(second.starts_at).not.toBe(first.starts_at);
    expect(Date.parse(second.starts_at)).toBe(Date.parse(first.starts_at));
    expect(ids((await list('me', dora)).body)).toEqual([first.id, second.id]);
  });

  test('lists the patient’s own bookings only', async () => {
    expect((await list('me', ben)).body.map(({ date, time }) => `${date} ${time}`)).toEqual([
      '2026-03-03 09:00',
      '2026-03-03 16:00',
    ]);
    expect((await list('me', await clinic.patient())).body).toEqual([]);
  });

  test('cancelled ones are left out unless asked for', async () => {
    expect(ids((await list('me', ana)).body)).not.toContain(cancelled.id);
    expect(ids((await list('me?include_cancelled=false', ana)).body)).toEqual(ids(anasBookings));
    const all = (await list('me?include_cancelled=true', ana)).body;
    expect(ids(all)).toEqual([...ids(anasBookings.slice(0, 4)), cancelled.id, ...ids(anasBookings.slice(4))]);
    expect(all[4]).toMatchObject({ status: 'cancelled', version: 2, time: '11:00' });
  });

  test('a rescheduled booking is listed at its new time', async () => {
    const carla = await clinic.patient();
    const first = await book(clinic, carla, madrid, { date: '2026-03-05', time: '09:00' });
    const second = await book(clinic, carla, madrid, { date: '2026-03-05', time: '10:00' });
    await clinic.client.patch(`/api/bookings/${first.id}`, { time: '11:00' }, { token: carla.token });
    expect(ids((await list('me', carla)).body)).toEqual([second.id, first.id]);
  });

  test('past bookings stay listed', async () => {
    const before = clinic.clock.now();
    clinic.clock.set('2026-03-09T00:00:00Z');
    expect(ids((await list('me', ana)).body)).toEqual(ids(anasBookings));
    clinic.clock.set(new Date(before).toISOString());
  });

  test('limit and after page through the whole list, each booking once, in the same order', async () => {
    const seen: number[] = [];
    for (let after = ''; ; after = `&after=${seen.at(-1)}`) {
      const page = ids((await list(`me?limit=3&include_cancelled=true${after}`, ana)).body);
      seen.push(...page);
      if (page.length < 3) break;
    }
    expect(seen).toEqual([...ids(anasBookings.slice(0, 4)), cancelled.id, ...ids(anasBookings.slice(4))]);
  });

  test('paging continues after a booking that has been cancelled since', async () => {
    expect(ids((await list(`me?after=${cancelled.id}`, ana)).body)).toEqual(ids(anasBookings.slice(4)));
  });

  test('after=<another patient’s booking> is refused in the same way as an unknown one', async () => {
    const [bensBooking] = (await list('me', ben)).body;
    const answers = [];
    for (const after of [bensBooking!.id, 4_000_000]) {
      const answer = await list(`me?after=${after}`, ana);
      expectRefusal(answer, 'UNKNOWN_BOOKING');
      answers.push(JSON.stringify(answer.body).replaceAll(String(after), 'ID'));
    }
    const withoutRequest = answers.map((text) => text.replace(/"request_id":"[^"]*"/, ''));
    expect(withoutRequest[0]).toBe(withoutRequest[1]);
  });

  test('from and to are inclusive dates in the doctor’s time zone', async () => {
    expect(ids((await list('me?from=2026-03-03&to=2026-03-04', ana)).body)).toEqual(
      ids(anasBookings.slice(1, 6)),
    );
    expect(ids((await list('me?from=2026-03-04&to=2026-03-04', ana)).body)).toEqual([anasBookings[5]!.id]);
    expect(ids((await list('me?from=2026-03-02&to=2026-03-02', ana)).body)).toEqual([anasBookings[0]!.id]);
  });

  test.each([
    'include_cancelled=yes',
    'include_cancelled=1',
    'include_cancelled=',
    'include_cancelled=true&include_cancelled=true',
    'limit=0',
    'limit=1001',
    'limit=1.5',
    'limit=all',
    'limit=true',
    'after=0',
    'after=abc',
    'after=-1',
    'from=2027-02-31',
    'to=yesterday',
    'user_id=1',
  ])('a bad parameter: 400 with a text: %s', async (query) => {
    expectRefusal(await list(`me?${query}`, ana), 'VALIDATION_FAILED');
    expectRefusal(await list(`doctor?${query}`, madrid), 'VALIDATION_FAILED');
  });
});

describe('GET /api/bookings/doctor', () => {
  test('200, array of id, date, time, duration, patient_email, ..., in the same order', async () => {
    const { status, body } = await list('doctor?to=2026-03-04', madrid);
    expect(status).toBe(200);
    expect(body.map(({ date, time, patient_email }) => [date, time, patient_email])).toEqual([
      ['2026-03-02', '16:30', ana.email],
      ['2026-03-03', '09:00', ben.email],
      ['2026-03-03', '10:00', ana.email],
      ['2026-03-03', '16:00', ben.email],
    ]);
    expect(body[2]).toEqual({ ...anasBookings[3], patient_email: ana.email });
  });

  test('lists the doctor’s own bookings only; cancelled ones are left out unless asked for', async () => {
    const inTokyo = anasBookings.filter(({ timezone }) => timezone === 'Asia/Tokyo');
    expect(ids((await list('doctor?to=2026-03-04', tokyo)).body)).toEqual(ids(inTokyo));
    expect(ids((await list('doctor', madrid)).body)).not.toContain(cancelled.id);
    expect(ids((await list('doctor?include_cancelled=true', madrid)).body)).toContain(cancelled.id);
  });

  test('limit and after page through the list', async () => {
    const all = ids((await list('doctor', madrid)).body);
    const [, anasInTokyo] = anasBookings;
    const first = ids((await list('doctor?limit=2', madrid)).body);
    const rest = ids((await list(`doctor?after=${first[1]}`, madrid)).body);
    expect([...first, ...rest]).toEqual(all);
    expectRefusal(await list(`doctor?after=${anasInTokyo!.id}`, madrid), 'UNKNOWN_BOOKING');
  });

  test('a booking that a doctor makes as a patient is not among the bookings of the doctor’s patients', async () => {
    const { id } = await book(clinic, angeles, tokyo, { date: '2026-03-06', time: '09:00' });
    expect(ids((await list('doctor', angeles)).body)).not.toContain(id);
    expect(ids((await list('me', angeles)).body)).toEqual([id]);
  });

  test('is for doctors: 403 Forbidden for others, 404 for a doctor without a profile', async () => {
    for (const person of [ana, await clinic.admin()]) {
      const { status, body } = await clinic.client.get('/api/bookings/doctor', { token: person.token });
      expect([status, body.error]).toEqual([403, 'Forbidden']);
    }
    expect((await list('doctor', await clinic.person('doctor'))).status).toBe(404);
  });
});

test.each([
  ['GET', '/api/bookings/available-slots?doctor_id=1&date=2026-03-02'],
  ['POST', '/api/bookings'],
  ['GET', '/api/bookings/me'],
  ['GET', '/api/bookings/doctor'],
  ['DELETE', '/api/bookings/1'],
  ['PATCH', '/api/bookings/1'],
])('all need a token: %s %s', async (method, path) => {
  const body = method === 'POST' || method === 'PATCH' ? { time: '09:00' } : undefined;
  const without = await clinic.client.send(method, path, { body });
  expect([without.status, without.body.error]).toEqual([401, 'Token required']);
  const forged = await clinic.client.send(method, path, { body, token: `${ana.token}x` });
  expect([forged.status, forged.body.error]).toEqual([401, 'Invalid token']);
});

describe('an account that has accepted a patient', () => {
  const accept = (account: Person, patientId: number) =>
    clinic.query(
      'INSERT INTO patient_guardians (account_id, patient_id, accepted_at) VALUES (?, ?, NOW(3))',
      [account.id, patientId],
    );

  test('lists the bookings of the patient with its own, in order and page by page', async () => {
    const [guardian, owner, staff] = [await clinic.patient(), await clinic.patient(), await clinic.staff()];
    const [managed, alone] = [await selfOf(clinic, owner), await insertPatient(clinic)];
    for (const patientId of [managed, alone]) await accept(guardian, patientId);
    const doctor = await clinic.doctor();
    const own = await selfOf(clinic, guardian);
    const all = [];
    for (const [index, patientId] of [managed, own, alone, own, managed, alone].entries()) {
      const wish = { date: '2026-03-12', time: `${String(9 + index).padStart(2, '0')}:00` };
      all.push(await bookFor(clinic, staff, patientId, doctor, wish));
    }
    expect(ids((await list('me', guardian)).body)).toEqual(ids(all));
    expect(ids((await list('me', owner)).body)).toEqual([all[0]!.id, all[4]!.id]);
    const paged: number[] = [];
    let after = '';
    do {
      const { body } = await list(`me?limit=2${after}`, guardian);
      paged.push(...ids(body));
      after = body.length === 0 ? '' : `&after=${body.at(-1)!.id}`;
    } while (after !== '');
    expect(paged).toEqual(ids(all));
    // Its start is found even if no page ended there, and only by those who may see it.
    expect(ids((await list(`me?after=${all[2]!.id}`, guardian)).body)).toEqual(ids(all.slice(3)));
    expect((await list(`me?after=${all[2]!.id}`, owner)).status).toBe(400);
  });

  test('without bookings of its own lists those of the patient', async () => {
    const [guardian, staff, patientId] = [
      await clinic.patient(),
      await clinic.staff(),
      await insertPatient(clinic),
    ];
    await accept(guardian, patientId);
    const booked = await bookFor(clinic, staff, patientId, madrid, { date: '2026-03-16', time: '09:00' });
    expect(ids((await list('me', guardian)).body)).toEqual([booked.id]);
  });
});

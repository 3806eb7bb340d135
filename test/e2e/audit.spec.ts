import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

interface Event {
  readonly id: number;
  readonly at: string;
  readonly actor_id: number | null;
  readonly actor_role: string | null;
  readonly action: string;
  readonly subject: string;
  readonly subject_id: number;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly particulars: Record<string, unknown>;
}

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
  doctor = await clinic.doctor();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

const events = async (query = '') =>
  (await clinic.client.get<Event[]>(`/api/audit${query}`, { token: admin.token })).body;

/** The events that an act leaves in the trail, oldest first, without those of reading the trail. */
async function trailOf(act: () => Promise<unknown>): Promise<Event[]> {
  const [last] = await events('?limit=1');
  await act();
  return (await events())
    .filter(({ id, action }) => id > (last?.id ?? 0) && action !== 'event.listed')
    .reverse();
}

const book = (time: string) =>
  clinic.client.post(
    '/api/bookings',
    { doctor_id: doctor.doctorId, date: '2026-03-02', time },
    { token: patient.token },
  );

test('the event of a booking says who, what, when, from where, and by which request', async () => {
  let answer!: Awaited<ReturnType<typeof book>>;
  const [event, ...more] = await trailOf(async () => (answer = await book('09:00')));
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    at: '2026-03-01T10:00:00.000Z',
    actor_id: patient.id,
    actor_role: 'user',
    action: 'booking.booked',
    subject: 'booking',
    subject_id: answer.body.id,
    address: '127.0.0.1',
    request_id: answer.headers.get('x-request-id'),
    particulars: { doctor_id: doctor.doctorId, date: '2026-03-02', time: '09:00', duration: 30 },
  });
});

describe('each action leaves its event', () => {
  const acts: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'booking.moved',
      async () => {
        const { id } = (await book('10:00')).body;
        await clinic.client.patch(`/api/bookings/${id}`, { time: '10:30' }, { token: patient.token });
      },
    ],
    [
      'booking.cancelled',
      async () => {
        const { id } = (await book('11:00')).body;
        await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
      },
    ],
    [
      'account.registered',
      () => clinic.client.post('/api/auth/register', { email: 'x@people.example', password: 'long enough' }),
    ],
    [
      'account.opened',
      () =>
        clinic.client.post(
          '/api/users',
          { email: 'y@people.example', password: 'long enough', role: 'doctor' },
          { token: admin.token },
        ),
    ],
    [
      'account.changed',
      async () => {
        const { id } = await clinic.patient();
        await clinic.client.patch(`/api/users/${id}`, { role: 'doctor' }, { token: admin.token });
      },
    ],
    [
      'account.password_changed',
      async () => {
        const { password, token } = await clinic.patient();
        const body = { old_password: password, new_password: 'another one' };
        await clinic.client.post('/api/auth/password', body, { token });
      },
    ],
    ['account.reset_asked', () => clinic.client.post('/api/auth/password/forgot', { email: patient.email })],
    [
      'account.sessions_ended',
      async () => {
        const { token } = await clinic.patient();
        await clinic.client.post('/api/auth/logout-everywhere', undefined, { token });
      },
    ],
    [
      'doctor.created',
      async () => {
        const { id } = await clinic.person('doctor');
        const profile = { name: 'Dr. Who', specialty: 'Time', email: 'who@clinic.example', user_id: id };
        await clinic.client.post('/api/doctors', profile, { token: admin.token });
      },
    ],
    [
      'window.removed',
      async () => {
        const window = { day_of_week: 6, start_time: '09:00', end_time: '10:00' };
        const { id } = (await clinic.client.post('/api/availability', window, { token: doctor.token })).body;
        await clinic.client.delete(`/api/availability/${id}`, { token: doctor.token });
      },
    ],
    [
      'exception.removed',
      async () => {
        const day = { date: '2026-03-20', is_full_day: true };
        const { id } = (await clinic.client.post('/api/exceptions', day, { token: doctor.token })).body;
        await clinic.client.delete(`/api/exceptions/${id}`, { token: doctor.token });
      },
    ],
    [
      'message.retried',
      async () => {
        const { id } = (await book('12:00')).body;
        await clinic.query("UPDATE notifications SET state = 'dead' WHERE booking_id = ?", [id]);
        const [dead] = await clinic.query<{ id: number }>(
          'SELECT MIN(id) AS id FROM notifications WHERE booking_id = ?',
          [id],
        );
        await clinic.client.post(`/api/notifications/${dead!.id}/retry`, undefined, { token: admin.token });
      },
    ],
  ];

  test.each(acts)('%s', async (action, act) => {
    const trail = await trailOf(act);
    expect(trail.at(-1)!.action).toBe(action);
    expect(trail.at(-1)!.particulars).toBeTypeOf('object');
  });
});

test('an action that is refused or changes nothing leaves no event', async () => {
  const trail = await trailOf(async () => {
    await book('09:00');
    await clinic.client.delete('/api/bookings/4000000', { token: patient.token });
    await clinic.client.delete('/api/exceptions/4000000', { token: doctor.token });
    await clinic.client.patch(`/api/users/${patient.id}`, { role: 'user' }, { token: admin.token });
    await clinic.client.post('/api/auth/password/forgot', { email: 'stranger@people.example' });
  });
  expect(trail).toEqual([]);
});

test('a request that is sent twice with one key leaves one event', async () => {
  const send = () =>
    clinic.client.post(
      '/api/bookings',
      { doctor_id: doctor.doctorId, date: '2026-03-03', time: '09:00' },
      { token: patient.token, headers: { 'idempotency-key': 'once' } },
    );
  const trail = await trailOf(async () => {
    await send();
    await send();
  });
  expect(trail.map(({ action }) => action)).toEqual(['booking.booked']);
});

test('an admin can filter the trail by subject, by actor and by what came before an event', async () => {
  const [mine] = await events(`?subject=booking&actor_id=${patient.id}&limit=1`);
  expect((await events(`?subject=booking&subject_id=${mine!.subject_id}`)).at(0)).toEqual(mine);
  for (const { actor_id } of await events(`?actor_id=${doctor.id}`)) expect(actor_id).toBe(doctor.id);
  for (const { id } of await events(`?before=${mine!.id}`)) expect(id).toBeLessThan(mine!.id);
  expectProblem(await clinic.client.get('/api/audit', { token: patient.token }), { status: 403 });
});

test('the trail holds no text that somebody typed: no email address, name or password', async () => {
  const rows = JSON.stringify(await clinic.query('SELECT * FROM audit_events'));
  expect(rows.length).toBeGreaterThan(1000);
  expect(rows).not.toMatch(/@|Dr\.|Time|long enough|another one/);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';

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

const eventsOf = (act: () => Promise<unknown>) => eventsDuring(clinic, act);

const attempt = (email: string, password: string) =>
  clinic.client.post('/api/auth/login', { email, password });

describe('reading other people’s data is an event', () => {
  const reads: readonly (readonly [string, () => Person, string])[] = [
    ['/api/audit', () => admin, 'event.listed'],
    ['/api/users', () => admin, 'account.listed'],
    ['/api/notifications', () => admin, 'message.listed'],
    ['/api/bookings', () => admin, 'booking.listed'],
    ['/api/bookings/doctor', () => doctor, 'booking.listed'],
    ['/api/doctors', () => admin, 'doctor.listed'],
    ['/api/integrity', () => admin, 'booking.listed'],
    ['/api/patients?q=romero', () => admin, 'patient.found'],
  ];

  test.each(reads)('GET %s', async (path, reader, action) => {
    let rows = 0;
    const events = await eventsOf(async () => {
      const { body } = await clinic.client.get<unknown>(path, reader());
      rows = Array.isArray(body) ? body.length : 1;
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      actor_id: reader().id,
      action,
      subject_id: 0,
      address: '127.0.0.1',
      particulars: { rows },
    });
  });

  test('a refused read and a read of one’s own data are no events', async () => {
    const events = await eventsOf(async () => {
      await clinic.client.get('/api/users?limit=0', admin);
      await clinic.client.get('/api/bookings/me', patient);
      await clinic.client.get('/api/auth/me', patient);
      const { body } = await clinic.client.get<{ id: number }[]>('/api/patients/mine', patient);
      await clinic.client.get(`/api/patients/${body[0]!.id}`, patient);
      await attempt(patient.email, patient.password);
    });
    expect(events.map(({ action }) => action)).toEqual(['account.logged_in']);
  });
});

describe('an export', () => {
  test('of an account’s data is an event of the account, and the export contains that event', async () => {
    const person = await clinic.patient();
    const { password } = person;
    let exported: { events: { action: string }[] } = { events: [] };
    const [event] = await eventsOf(async () => {
      exported = (await clinic.client.post<typeof exported>('/api/auth/me/export', { password }, person))
        .body;
    });
    expect(event).toMatchObject({
      actor_id: person.id,
      actor_role: 'user',
      action: 'account.exported',
      subject_id: person.id,
      address: '127.0.0.1',
    });
    expect(exported.events.map(({ action }) => action)).toContain('account.exported');
  });

  test('that is refused is recorded as denied access', async () => {
    const person = await clinic.patient();
    const events = await eventsOf(() =>
      clinic.client.post('/api/auth/me/export', { password: 'a wrong guess' }, person),
    );
    expect(events.map(({ action }) => action)).toEqual(['account.access_denied']);
  });
});

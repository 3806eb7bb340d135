import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Document } from '../support/openapi.js';
import type { PatientJson } from '../support/patient-json.js';
import { bookFor, selfOf } from '../support/patients.js';

// What users of other schedulers suffer from, at the front desk.

const WEDNESDAY = '2026-03-04';

let clinic: Clinic;
let patient: Person;
let staff: Person;
let admin: Person;
let doctor: DoctorPerson;
let self: number;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  [staff, admin] = [await clinic.staff(), await clinic.admin()];
});
beforeEach(async () => {
  [doctor, patient] = [await clinic.doctor(), await clinic.patient()];
  self = await selfOf(clinic, patient);
});
afterAll(() => clinic?.close());

const { stringify } = JSON;
const book = (person: Person, time: string, fields: object = {}): Promise<Answer<Json>> =>
  clinic.client.post(
    '/api/bookings',
    { doctor_id: doctor.doctorId, date: WEDNESDAY, time, patient_id: self, ...fields },
    person,
  );
const cancel = (id: number, person: Person) =>
  clinic.client.post(`/api/bookings/${id}/cancel`, { reason: 'By phone' }, person);
const read = async (id: number) => (await clinic.client.get(`/api/bookings/${id}`, staff)).body;

/** What the ledger and the audit trail have about a booking. */
async function tracesOf(id: number): Promise<{ ledger: string[]; events: string[] }> {
  const ledger = await clinic.query<{ kind: string; state: string }>(
    'SELECT kind, state FROM notifications WHERE booking_id = ? ORDER BY kind, booking_version',
    [id],
  );
  const events = await clinic.query<{ action: string }>(
    "SELECT action FROM audit_events WHERE subject = 'booking' AND subject_id = ? AND action <> 'booking.read' ORDER BY id",
    [id],
  );
  return {
    ledger: ledger.map(({ kind, state }) => `${kind} ${state}`),
    events: events.map(({ action }) => action),
  };
}

describe('Side effects depend on the path taken', () => {
  test('patient, doctor, desk and admin routes write the same ledger rows and events', async () => {
    const traces: string[] = [];
    for (const [at, [booker, canceller]] of [
      [patient, patient],
      [staff, staff],
      [admin, admin],
      [patient, doctor],
      [staff, admin],
    ].entries()) {
      const id = (await book(booker!, `${9 + at}`.padStart(2, '0') + ':00')).body.id!;
      const mover = booker === patient ? patient : staff;
      expect((await clinic.client.patch(`/api/bookings/${id}`, { duration: 45 }, mover)).status).toBe(200);
      expect((await cancel(id, canceller!)).status).toBe(200);
      traces.push(stringify(await tracesOf(id)));
    }
    const id = (await book(patient, '15:00')).body.id!;
    await clinic.client.patch(`/api/bookings/${id}`, { duration: 45 }, patient);
    await clinic.client.delete(`/api/bookings/${id}`, patient);
    traces.push(stringify(await tracesOf(id)));
    expect(new Set(traces).size, traces.join('\n')).toBe(1);
    expect(traces[0]).toContain('"booking.booked","booking.moved","booking.cancelled"');
  });
});

describe('The desk double-books in silence, because its path checks nothing', () => {
  test('here it sees every rule that stands against a time, and overrides by name and reason, on record', async () => {
    await book(patient, '16:30');
    const refused = await book(staff, '16:45');
    expect(refused.status).toBe(400);
    const stood = (refused.body.violations as { rule: string }[]).map(({ rule }) => rule);
    expect(stood).toEqual(['OUTSIDE_AVAILABILITY', 'TAKEN', 'PATIENT_BUSY']);
    const one = await book(staff, '16:45', { override: { rules: ['TAKEN'], reason: 'As agreed' } });
    expect(one.body.code).toBe('OUTSIDE_AVAILABILITY');
    const { body } = await book(staff, '16:45', { override: { rules: stood, reason: 'As agreed' } });
    expect(await read(body.id!)).toMatchObject({
      overbooked: true,
      override: { rules: stood, reason: 'As agreed' },
    });
    const { body: events } = await clinic.client.get(`/api/bookings/${body.id}/events`, staff);
    expect(stringify(events)).toContain('As agreed');
  });
});

describe('Email as identity', () => {
  test('a second person with the same address overwrites nothing of the first, in past appointments too', async () => {
    const wish = { given_name: 'Berta', family_name: 'Gil', email: 'home@people.example' };
    const first = (await clinic.client.post<PatientJson>('/api/patients', wish, staff)).body;
    const { id } = await bookFor(clinic, staff, first.id, doctor, { date: WEDNESDAY, time: '10:00' });
    const before = await read(id);
    const spouse = { ...wish, given_name: 'Carlos' };
    const second = (await clinic.client.post<PatientJson>('/api/patients', spouse, staff)).body;
    expect(second.id).not.toBe(first.id);
    await bookFor(clinic, staff, second.id, doctor, { date: WEDNESDAY, time: '11:00' });
    expect(await read(id)).toEqual(before);
    expect(before.patient).toMatchObject({ id: first.id, given_name: 'Berta' });
    expect((await clinic.client.get(`/api/patients/${first.id}`, staff)).body).toEqual(first);
  });

  test('people without email exist: the desk books for them and invents no address', async () => {
    const wish = { given_name: 'Dora', family_name: 'Gil', phone: '+34612000333' };
    const { body } = await clinic.client.post<PatientJson>('/api/patients', wish, staff);
    expect(body).toMatchObject({ email: null, account_id: null });
    const { id } = await bookFor(clinic, staff, body.id, doctor, { date: WEDNESDAY, time: '12:00' });
    expect(await read(id)).toMatchObject({ user_id: null, patient_email: null });
  });
});

describe('Who cancelled?', () => {
  test('a booking says whether the clinic or the patient cancelled it, and why', async () => {
    const parties = {
      patient: [patient, 'user'],
      doctor: [doctor, 'doctor'],
      desk: [staff, 'staff'],
    } as const;
    for (const [at, [person, role]] of Object.values(parties).entries()) {
      const id = (await book(patient, `1${at}:00`)).body.id!;
      await cancel(id, person);
      expect(await read(id)).toMatchObject({
        status: 'cancelled',
        cancelled_by: { role },
        cancel_reason: 'By phone',
      });
    }
  });
});

describe('A cancelled booking is revived through an old link or a status change', () => {
  test('here nothing changes it: no status, no time, no note, no second cancellation', async () => {
    const id = (await book(patient, '09:00')).body.id!;
    await cancel(id, patient);
    const before = [await read(id), await tracesOf(id)];
    for (const person of [patient, doctor, staff, admin]) {
      for (const status of ['booked', 'arrived', 'fulfilled', 'noshow'])
        expect(
          (await clinic.client.post(`/api/bookings/${id}/status`, { status, reason: 'By phone' }, person))
            .status,
        ).toBeGreaterThanOrEqual(400);
      expect((await clinic.client.patch(`/api/bookings/${id}`, { time: '10:00' }, person)).status).toBe(400);
      expect((await cancel(id, person)).status).toBe(400);
    }
    for (const change of [
      { note: 'back' },
      { time: '09:00' },
      { override: { rules: [], reason: 'As agreed' } },
    ])
      expect((await clinic.client.patch(`/api/bookings/${id}`, change, staff)).status).toBe(400);
    expect([await read(id), await tracesOf(id)]).toEqual(before);
    expect((await book(patient, '09:00')).status).toBe(201);
  });
});

describe('Two desks move the same booking', () => {
  test('the second one does not win unseen: it is refused, and sees the move of the first', async () => {
    const id = (await book(patient, '09:00')).body.id!;
    const move = (person: Person, time: string) =>
      clinic.client.patch(`/api/bookings/${id}`, { time }, { ...person, headers: { 'if-match': '"1"' } });
    const answers = await Promise.all([move(staff, '11:00'), move(admin, '12:00')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = answers.find(({ status }) => status === 200)!.body;
    expect(await read(id)).toMatchObject({ time: won.time, version: 2 });
  });
});

describe('Cancelling or booking through the API sends no mail, while the page does', () => {
  test('here each route mails, and only notify: false does not', async () => {
    for (const [at, person] of [patient, staff, admin].entries()) {
      const id = (await book(person, `1${at}:00`)).body.id!;
      expect((await tracesOf(id)).ledger).toContain('booked pending');
      await cancel(id, person);
      expect((await tracesOf(id)).ledger.join()).toMatch(/cancelled/);
    }
    const silent = (await book(staff, '15:00', { notify: false })).body.id!;
    expect((await tracesOf(silent)).ledger).not.toContain('booked pending');
  });
});

describe('Statuses are hard-coded or free text', () => {
  test('here they are FHIR’s words, and no others: booked, arrived, fulfilled, noshow, cancelled', async () => {
    const words = ['booked', 'arrived', 'fulfilled', 'noshow', 'cancelled'];
    const { schemas } = await Document.of(clinic.client);
    expect(schemas.BookingDto!.properties!.status!.enum).toEqual(words);
    const id = (await book(patient, '09:00')).body.id!;
    for (const status of ['no-show', 'checked-in', 'Booked', 'pending', '', 1])
      expect((await clinic.client.post(`/api/bookings/${id}/status`, { status }, staff)).body.code).toBe(
        'VALIDATION_FAILED',
      );
    expect((await read(id)).status).toBe('booked');
  });
});

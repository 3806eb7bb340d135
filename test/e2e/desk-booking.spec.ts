import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { notificationsOf } from '../support/notifications.js';
import { bookFor, insertPatient, selfOf } from '../support/patients.js';

// POST and PATCH /api/bookings by the desk.

const MONDAY = '2026-03-02';
const TUESDAY = '2026-03-03';
const WEDNESDAY = '2026-03-04';

let clinic: Clinic;
let staff: Person;
let doctor: DoctorPerson;
let patientId: number;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  doctor = await clinic.doctor();
  patientId = await insertPatient(clinic, { given_name: 'Lucía', family_name: 'Romero' });
});
afterAll(() => clinic?.close());

const post = (person: Person, body: object): Promise<Answer<Json>> =>
  clinic.client.post('/api/bookings', { doctor_id: doctor.doctorId, ...body }, person);
const patch = (person: Person, id: number, body: object): Promise<Answer<Json>> =>
  clinic.client.patch(`/api/bookings/${id}`, body, person);
const at = (time: string, date = WEDNESDAY) => ({ date, time });

describe('POST /api/bookings', () => {
  test('takes patient_id: any for the desk; user_id is the patient’s account, null where there is none', async () => {
    const without = await post(staff, { ...at('09:00'), patient_id: patientId });
    expect(without).toMatchObject({
      status: 201,
      body: {
        user_id: null,
        patient: { id: patientId, given_name: 'Lucía', family_name: 'Romero' },
        booked_by: { account_id: staff.id, role: 'staff' },
        overbooked: false,
        cancelled_by: null,
        cancel_reason: null,
      },
    });
    const patient = await clinic.patient();
    const self = await selfOf(clinic, patient);
    expect((await post(staff, { ...at('10:00'), patient_id: self })).body).toMatchObject({
      user_id: patient.id,
      patient: { id: self },
    });
    expect((await post(staff, at('11:00'))).body).toMatchObject({ user_id: staff.id });
  });

  test('an unknown patient, and for a patient another’s, is 400 UNKNOWN_PATIENT in the same words', async () => {
    const patient = await clinic.patient();
    const foreign = await post(patient, { ...at('09:00'), patient_id: patientId });
    const unknown = await post(staff, { ...at('09:00'), patient_id: 4_000_000 });
    for (const { status, body } of [foreign, unknown])
      expect([status, body.code]).toEqual([400, 'UNKNOWN_PATIENT']);
    const into = await insertPatient(clinic);
    await clinic.query('UPDATE patients SET merged_into = ? WHERE id = ?', [into, patientId]);
    const merged = await post(staff, { ...at('09:00'), patient_id: patientId });
    expect(merged.body).toMatchObject({ code: 'UNKNOWN_PATIENT', merged_into: into });
    expect((await post(patient, { ...at('09:00'), patient_id: patientId })).body).not.toHaveProperty(
      'merged_into',
    );
    expect(foreign.body.error).toBe(`Patient ${patientId} not found.`);
    expect(unknown.body.error).toBe('Patient 4000000 not found.');
  });

  test('note: shown to patient, desk and doctor', async () => {
    const patient = await clinic.patient();
    const { body } = await post(patient, { ...at('09:00'), note: 'Cafe\u0301' });
    for (const person of [patient, doctor, staff])
      expect((await clinic.client.get(`/api/bookings/${body.id}`, person)).body.note).toBe('Café');
    expect((await post(patient, { ...at('10:00'), note: 'x'.repeat(501) })).status).toBe(400);
  });

  test('notify and override are for the desk: from others they are unknown', async () => {
    const override = { rules: ['TAKEN'], reason: 'as agreed' };
    for (const person of [await clinic.patient(), doctor]) {
      const { status, body } = await post(person, { ...at('09:00'), notify: false, override });
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(body.errors).toHaveLength(2);
    }
  });

  test('notify: false: this act mails nothing, its row says why; reminders follow all the same', async () => {
    const { body } = await post(staff, { ...at('09:00'), patient_id: patientId, notify: false });
    expect(await notificationsOf(clinic, body.id!)).toMatchObject([
      { kind: 'booked', state: 'cancelled', reason: 'the clinic wanted no email about this' },
      { kind: 'reminder_24h', state: 'pending' },
      { kind: 'reminder_1h', state: 'pending' },
    ]);
    await patch(staff, body.id!, { time: '10:00', notify: false });
    const after = (await notificationsOf(clinic, body.id!)).filter((row) => row.booking_version === 2);
    expect(after).toMatchObject([
      { kind: 'moved', state: 'cancelled', reason: 'the clinic wanted no email about this' },
      { kind: 'reminder_24h', state: 'pending' },
      { kind: 'reminder_1h', state: 'pending' },
    ]);
  });

  test('a walk-in is booked at its start: for the desk NOT_IN_FUTURE begins one hour later', async () => {
    clinic.clock.set(`${MONDAY}T10:30:00+01:00`);
    const walkIn = (time: string, person = staff) =>
      post(person, {
        date: MONDAY,
        time,
        duration: 15,
        patient_id: person === staff ? patientId : undefined,
      });
    expect((await walkIn('10:30')).status).toBe(201);
    expect((await walkIn('09:31')).status).toBe(201);
    for (const answer of [await walkIn('09:30'), await walkIn('10:15', await clinic.patient())])
      expect([answer.status, answer.body.code]).toEqual([400, 'NOT_IN_FUTURE']);
  });

  test('Idempotency-Key: a replay carries Idempotency-Replayed and books once', async () => {
    const send = () =>
      clinic.client.post(
        '/api/bookings',
        { doctor_id: doctor.doctorId, ...at('09:00'), patient_id: patientId, note: 'once' },
        { ...staff, headers: { 'idempotency-key': `desk ${doctor.doctorId}` } },
      );
    const [first, again] = [await send(), await send()];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
  });
});

describe('PATCH /api/bookings/:id by the desk', () => {
  test('takes doctor_id: id, UID and events go on, and the old time is free', async () => {
    const other = await clinic.doctor();
    const { id } = await bookFor(clinic, staff, patientId, doctor, at('09:00'));
    const uid = () => clinic.query('SELECT uid FROM bookings WHERE id = ?', [id]);
    const before = await uid();
    const { status, body } = await patch(staff, id, { doctor_id: other.doctorId });
    expect([status, body]).toMatchObject([
      200,
      { id, doctor_id: other.doctorId, date: WEDNESDAY, time: '09:00', version: 2 },
    ]);
    expect(await uid()).toEqual(before);
    const events = await clinic.client.get<Json[]>(`/api/bookings/${id}/events`, staff);
    expect(events.body.map(({ action }) => action)).toEqual(['booking.booked', 'booking.moved']);
    expect((await clinic.client.get(`/api/bookings/${id}`, doctor)).status).toBe(404);
    expect((await clinic.client.get(`/api/bookings/${id}`, other)).status).toBe(200);
    const next = await insertPatient(clinic);
    expect((await post(staff, { ...at('09:00'), patient_id: next })).status).toBe(201);
    const news = (await notificationsOf(clinic, id)).filter(({ kind }) => kind === 'moved');
    expect(news).toHaveLength(1);
  });

  test('is judged by the rules of the new doctor, and a refused move leaves it as it was', async () => {
    const other = await clinic.doctor();
    await bookFor(clinic, staff, await insertPatient(clinic), other, at('09:00'));
    const { id } = await bookFor(clinic, staff, patientId, doctor, at('09:15'));
    const refused = await patch(staff, id, { doctor_id: other.doctorId });
    expect([refused.status, refused.body.code]).toEqual([400, 'TAKEN']);
    await clinic.query('UPDATE doctors SET active = 0 WHERE id = ?', [other.doctorId]);
    const inactive = await patch(staff, id, { doctor_id: other.doctorId });
    expect(inactive.body.violations).toMatchObject([
      { rule: 'DOCTOR_INACTIVE', overridable: false },
      { rule: 'TAKEN', overridable: true },
    ]);
    expect((await patch(staff, id, { doctor_id: 4_000_000 })).body.code).toBe('UNKNOWN_DOCTOR');
    expect((await clinic.client.get(`/api/bookings/${id}`, staff)).body).toMatchObject({
      doctor_id: doctor.doctorId,
      version: 1,
    });
  });

  test('says what may be sent if nothing is', async () => {
    const { id } = await bookFor(clinic, staff, patientId, doctor, at('09:00'));
    for (const person of [staff, await clinic.patient()])
      expect((await patch(person, id, {})).body).toMatchObject({
        code: 'NOTHING_TO_CHANGE',
        error: 'Send at least one of date, time and duration; the front desk also doctor_id and note.',
      });
  });

  test('a note alone raises the version and mails nothing', async () => {
    const { id } = await bookFor(clinic, staff, patientId, doctor, at('09:00'));
    const before = await notificationsOf(clinic, id);
    expect(await patch(staff, id, { note: 'Brings the papers' })).toMatchObject({
      status: 200,
      body: { note: 'Brings the papers', version: 2, time: '09:00' },
    });
    expect(await notificationsOf(clinic, id)).toEqual(before);
    expect((await patch(staff, id, { note: 'Brings the papers' })).body.version).toBe(2);
  });

  test('null clears the note, alone and with a new time', async () => {
    for (const [time, change] of [
      ['09:00', { note: null }],
      ['10:00', { note: null, time: '11:00' }],
    ] as const) {
      const wish = { ...at(time), note: 'Brings the papers' };
      const { id } = await bookFor(clinic, staff, patientId, doctor, wish);
      expect(await patch(staff, id, change)).toMatchObject({ status: 200, body: { note: null, version: 2 } });
      expect((await clinic.client.get(`/api/bookings/${id}`, staff)).body.note).toBeNull();
    }
  });

  test('changes the note in every status but cancelled, and nothing else of what took place', async () => {
    const { id } = await bookFor(clinic, staff, patientId, doctor, at('09:00', TUESDAY));
    clinic.clock.set(`${TUESDAY}T09:10:00+01:00`);
    for (const [status, version] of [
      ['fulfilled', 2],
      ['arrived', 4],
      ['booked', 6],
      ['noshow', 8],
    ] as const) {
      const body = { status, reason: 'as it was' };
      await clinic.client.post(`/api/bookings/${id}/status`, body, staff);
      expect(await patch(staff, id, { note: `while ${status}` })).toMatchObject({
        status: 200,
        body: { note: `while ${status}`, status, version: version + 1 },
      });
    }
    expect((await patch(staff, id, { time: '12:00' })).body).toMatchObject({
      code: 'STATUS_NOT_POSSIBLE',
      error: 'A booking that is noshow cannot be rescheduled.',
    });
    await clinic.client.post(`/api/bookings/${id}/status`, { status: 'booked', reason: 'as it was' }, staff);
    await clinic.client.post(`/api/bookings/${id}/cancel`, { reason: 'by phone' }, staff);
    expect((await patch(staff, id, { note: 'too late' })).body.code).toBe('BOOKING_NOT_FOUND');
  });

  test('changes doctor, time and duration of one that has arrived, within its local date', async () => {
    const other = await clinic.doctor();
    const { id } = await bookFor(clinic, staff, patientId, doctor, at('09:00', TUESDAY));
    clinic.clock.set(`${TUESDAY}T08:50:00+01:00`);
    await clinic.client.post(`/api/bookings/${id}/status`, { status: 'arrived' }, staff);
    const change = { doctor_id: other.doctorId, time: '09:30', duration: 45 };
    expect(await patch(staff, id, change)).toMatchObject({
      status: 200,
      body: { ...change, date: TUESDAY, status: 'arrived' },
    });
    expect((await patch(staff, id, { date: WEDNESDAY })).body).toMatchObject({
      code: 'STATUS_NOT_POSSIBLE',
      error: 'A booking that is arrived can only be rescheduled within its day.',
    });
  });

  test('patients change neither doctor nor note', async () => {
    const patient = await clinic.patient();
    const { body } = await post(patient, at('09:00'));
    const changes = [
      { doctor_id: doctor.doctorId },
      { note: 'mine' },
      { note: null },
      { time: '10:00', notify: false },
    ];
    for (const change of changes)
      expect((await patch(patient, body.id!, change)).body.code).toBe('VALIDATION_FAILED');
  });

  test('the desk also changes a booking that has begun', async () => {
    const patient = await clinic.patient();
    const { body } = await post(patient, at('09:00', TUESDAY));
    clinic.clock.set(`${TUESDAY}T09:10:00+01:00`);
    expect((await patch(patient, body.id!, { time: '12:00' })).body.code).toBe('BOOKING_STARTED');
    expect((await patch(staff, body.id!, { time: '12:00' })).status).toBe(200);
  });
});

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { notificationsOf } from '../support/notifications.js';
import { bookFor, selfOf } from '../support/patients.js';

// POST /api/bookings/:id/cancel { reason?, notify? }: patient; own doctor and desk (reason required). DELETE stays.

const MONDAY = '2026-03-02';

let clinic: Clinic;
let staff: Person;
let patient: Person;
let doctor: DoctorPerson;
let id: number;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  patient = await clinic.patient();
  doctor = await clinic.doctor();
  const self = await selfOf(clinic, patient);
  ({ id } = await bookFor(clinic, staff, self, doctor, { date: MONDAY, time: '10:00' }));
});
afterAll(() => clinic?.close());

const cancel = (person: Person, body: object = {}): Promise<Answer<Json>> =>
  clinic.client.post(`/api/bookings/${id}/cancel`, body, person);

test('the patient cancels without a reason, and may give one', async () => {
  expect(await cancel(patient, { reason: 'I am ill' })).toMatchObject({
    status: 200,
    body: { status: 'cancelled', cancelled_by: { role: 'user' }, cancel_reason: 'I am ill', version: 2 },
  });
});

test.each([
  ['doctor', () => doctor],
  ['staff', () => staff],
])('the %s must give a reason', async (role, person) => {
  expect(await cancel(person())).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_FAILED', error: 'reason is required' },
  });
  expect((await cancel(person(), { reason: 'no' })).status).toBe(400);
  expect((await cancel(person(), { reason: 'The doctor is ill' })).body).toMatchObject({
    cancelled_by: { role },
    cancel_reason: 'The doctor is ill',
  });
});

test('notify: false: the row in the ledger ends as cancelled with the reason; not for patients', async () => {
  for (const notify of [false, true])
    expect((await cancel(patient, { notify })).body).toMatchObject({
      code: 'VALIDATION_FAILED',
      error: 'notify is only for the clinic',
    });
  await cancel(staff, { reason: 'told by phone', notify: false });
  const rows = await notificationsOf(clinic, id);
  expect(rows.find(({ kind }) => kind === 'cancelled')).toMatchObject({
    state: 'cancelled',
    reason: 'the clinic wanted no email about this',
  });
  expect(rows.filter(({ state }) => state === 'pending').map(({ kind }) => kind)).toEqual(['booked']);
});

test('notify: false is also for the doctor', async () => {
  expect((await cancel(doctor, { reason: 'The doctor is ill', notify: false })).status).toBe(200);
});

test('after the start the patient cannot cancel; the desk and the doctor can', async () => {
  clinic.clock.set(`${MONDAY}T10:00:00+01:00`);
  expect((await cancel(patient)).body.code).toBe('BOOKING_STARTED');
  expect((await cancel(doctor, { reason: 'The doctor is ill' })).status).toBe(200);
});

test('one that was set to fulfilled by mistake is cancelled until it starts, by the clinic alone', async () => {
  await clinic.client.post(`/api/bookings/${id}/status`, { status: 'fulfilled' }, staff);
  expect((await cancel(patient)).body).toMatchObject({
    code: 'STATUS_NOT_POSSIBLE',
    error: 'A booking that is fulfilled can no longer be cancelled by the patient. Ask the clinic.',
  });
  expect((await cancel(doctor, { reason: 'Set by mistake' })).body).toMatchObject({ status: 'cancelled' });
});

test('what took place is not cancelled', async () => {
  clinic.clock.set(`${MONDAY}T10:00:00+01:00`);
  await clinic.client.post(`/api/bookings/${id}/status`, { status: 'fulfilled' }, staff);
  expect((await cancel(staff, { reason: 'a mistake' })).body).toMatchObject({
    code: 'STATUS_NOT_POSSIBLE',
    error: 'A booking that is fulfilled cannot be cancelled after its start.',
    allowed: [],
  });
});

test('another’s, an unknown one and one already cancelled get the same answer', async () => {
  const theirs = await cancel(await clinic.patient());
  await cancel(patient);
  const again = await cancel(patient);
  const unknown = await clinic.client.post('/api/bookings/4294967295/cancel', { reason: 'by phone' }, staff);
  for (const { status, body } of [theirs, again, unknown])
    expect([status, body.code, body.error]).toEqual([
      400,
      'BOOKING_NOT_FOUND',
      'Booking not found or already cancelled',
    ]);
});

test('DELETE stays: the patient’s own, and not the desk’s way', async () => {
  expect((await clinic.client.delete(`/api/bookings/${id}`, staff)).body.code).toBe('BOOKING_NOT_FOUND');
  expect((await clinic.client.delete(`/api/bookings/${id}`, doctor)).body.code).toBe('BOOKING_NOT_FOUND');
  expect((await clinic.client.delete(`/api/bookings/${id}`, patient)).body).toEqual({
    message: 'Booking cancelled successfully',
  });
});

test('the event holds the reason', async () => {
  await cancel(staff, { reason: 'The doctor is ill' });
  const { body } = await clinic.client.get<Json[]>(`/api/bookings/${id}/events`, staff);
  expect(body.at(-1)).toMatchObject({ action: 'booking.cancelled', reason: 'The doctor is ill' });
});

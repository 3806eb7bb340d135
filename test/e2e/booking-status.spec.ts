import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { notificationsOf } from '../support/notifications.js';
import { bookFor, selfOf } from '../support/patients.js';

// POST /api/bookings/:id/status { status, reason? } by desk and own doctor.

const MONDAY = '2026-03-02';
const BEFORE = `${MONDAY}T09:30:00+01:00`;
const START = `${MONDAY}T10:00:00+01:00`;
const NEXT_DAY = '2026-03-03T10:00:00+01:00';

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

const set = (status: string, reason?: string, person: Person = staff): Promise<Answer<Json>> =>
  clinic.client.post(`/api/bookings/${id}/status`, { status, reason }, person);
const outcome = ({ status, body }: Answer<Json>) => [status, body.code, body.allowed];

describe('the steps', () => {
  test('booked -> arrived -> fulfilled, each raises the version', async () => {
    clinic.clock.set(START);
    expect((await set('arrived', undefined, doctor)).body).toMatchObject({ status: 'arrived', version: 2 });
    const { body, headers } = await set('fulfilled');
    expect([body.status, headers.get('etag')]).toEqual(['fulfilled', '"3"']);
  });

  test.each([
    ['arrived', 'booked'],
    ['noshow', 'booked'],
    ['noshow', 'arrived'],
    ['fulfilled', 'arrived'],
  ])('%s -> %s goes back: it needs a reason', async (from, to) => {
    clinic.clock.set(START);
    await set(from);
    expect(await set(to)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', error: 'reason is required' },
    });
    expect((await set(to, 'a mistake')).body.status).toBe(to);
    const events = await clinic.client.get<Json[]>(`/api/bookings/${id}/events`, staff);
    expect(events.body.at(-1)).toMatchObject({
      action: 'booking.status_set',
      reason: 'a mistake',
      particulars: { before: from, status: to },
    });
  });

  test('going back needs the same local day', async () => {
    clinic.clock.set(START);
    await set('noshow');
    clinic.clock.set(NEXT_DAY);
    expect(outcome(await set('booked', 'a mistake'))).toEqual([400, 'STATUS_NOT_POSSIBLE', []]);
  });

  test('arrived only on that day, noshow only after the start', async () => {
    const early = await set('arrived');
    expect(outcome(early)).toEqual([400, 'STATUS_NOT_POSSIBLE', ['fulfilled']]);
    expect(early.body.error).toBe(
      'A booking that is booked cannot become arrived on another day. Possible: fulfilled.',
    );
    clinic.clock.set(BEFORE);
    const unseen = await set('noshow');
    expect(outcome(unseen)).toEqual([400, 'STATUS_NOT_POSSIBLE', ['arrived', 'fulfilled']]);
    expect(unseen.body.error).toBe(
      'A booking that is booked cannot become noshow before its start. Possible: arrived, fulfilled.',
    );
    clinic.clock.set(NEXT_DAY);
    expect(outcome(await set('arrived'))).toEqual([400, 'STATUS_NOT_POSSIBLE', ['fulfilled', 'noshow']]);
    expect((await set('noshow')).status).toBe(200);
  });

  test('else, and for cancelled, 400 STATUS_NOT_POSSIBLE with allowed', async () => {
    clinic.clock.set(START);
    const fromBooked = ['arrived', 'fulfilled', 'noshow'];
    const cancelled = await set('cancelled');
    expect(outcome(cancelled)).toEqual([400, 'STATUS_NOT_POSSIBLE', fromBooked]);
    expect(cancelled.body.error).toBe(
      'A booking that is booked cannot become cancelled here. Possible: arrived, fulfilled, noshow; or cancel it with POST /api/bookings/:id/cancel.',
    );
    expect(outcome(await set('booked'))).toEqual([400, 'STATUS_NOT_POSSIBLE', fromBooked]);
    await set('arrived');
    expect(outcome(await set('noshow'))).toEqual([400, 'STATUS_NOT_POSSIBLE', ['fulfilled', 'booked']]);
    await clinic.client.post(`/api/bookings/${id}/cancel`, { reason: 'by phone' }, staff);
    expect(outcome(await set('booked', 'a mistake'))).toEqual([400, 'STATUS_NOT_POSSIBLE', []]);
  });
});

test('all but cancelled take their time', async () => {
  clinic.clock.set(START);
  const rival = () =>
    clinic.client.post(
      '/api/bookings',
      { doctor_id: doctor.doctorId, date: MONDAY, time: '10:15', patient_id: undefined },
      staff,
    );
  for (const [status, reason] of [
    ['arrived'],
    ['fulfilled'],
    ['arrived', 'a mistake'],
    ['booked', 'a mistake'],
    ['noshow'],
  ]) {
    expect((await set(status!, reason)).status).toBe(200);
    expect((await rival()).body.code).toBe('TAKEN');
  }
  await set('booked', 'a mistake');
  await clinic.client.post(`/api/bookings/${id}/cancel`, { reason: 'by phone' }, staff);
  expect((await rival()).status).toBe(201);
});

test('patients change nothing that is not booked, and no status', async () => {
  clinic.clock.set(BEFORE);
  expect(outcome(await set('arrived', undefined, patient))).toEqual([400, 'BOOKING_NOT_FOUND', undefined]);
  await set('arrived');
  for (const answer of [
    await clinic.client.delete(`/api/bookings/${id}`, patient),
    await clinic.client.patch(`/api/bookings/${id}`, { time: '12:00' }, patient),
    await clinic.client.post(`/api/bookings/${id}/cancel`, {}, patient),
  ])
    expect([answer.status, answer.body.code]).toEqual([400, 'STATUS_NOT_POSSIBLE']);
});

test('another doctor’s booking and an unknown one answer alike', async () => {
  clinic.clock.set(START);
  const theirs = await set('arrived', undefined, await clinic.doctor());
  const unknown = await clinic.client.post('/api/bookings/4294967295/status', { status: 'arrived' }, staff);
  expect({ ...theirs.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
});

test('a status mails nothing', async () => {
  const before = await notificationsOf(clinic, id);
  clinic.clock.set(START);
  await set('arrived');
  expect(await notificationsOf(clinic, id)).toEqual(before);
});

test('a replay records the status once', async () => {
  clinic.clock.set(START);
  const send = () =>
    clinic.client.post(
      `/api/bookings/${id}/status`,
      { status: 'arrived' },
      { ...staff, headers: { 'idempotency-key': `arrived ${id}` } },
    );
  const [first, again] = [await send(), await send()];
  expect([first.body.version, again.body.version]).toEqual([2, 2]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
});

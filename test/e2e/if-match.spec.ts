import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { bookFor, selfOf } from '../support/patients.js';

// A write may carry If-Match; a stale one is 412 VERSION_MISMATCH and changes nothing.

const WEDNESDAY = '2026-03-04';

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
  patient = await clinic.patient();
  doctor = await clinic.doctor();
  const self = await selfOf(clinic, patient);
  ({ id } = await bookFor(clinic, staff, self, doctor, { date: WEDNESDAY, time: '10:00' }));
});
afterAll(() => clinic?.close());

type Write = (headers: Record<string, string>, person: Person) => Promise<Answer<Json>>;
const send =
  (method: string, path: string, body?: object): Write =>
  (headers, { token }) =>
    clinic.client.send(method, `/api/bookings/${id}${path}`, { token, headers, body });

const WRITES: readonly (readonly [string, Write, () => Person])[] = [
  ['PATCH of the time', send('PATCH', '', { time: '11:00' }), () => patient],
  ['PATCH of the note', send('PATCH', '', { note: 'another' }), () => staff],
  ['POST status', send('POST', '/status', { status: 'fulfilled' }), () => staff],
  ['POST cancel', send('POST', '/cancel', { reason: 'by phone' }), () => staff],
  ['DELETE', send('DELETE', ''), () => patient],
];

describe.each(WRITES)('%s', (_, write, person) => {
  test('with a stale If-Match is 412 and changes nothing', async () => {
    await clinic.client.patch(`/api/bookings/${id}`, { note: 'changed meanwhile' }, staff);
    const before = await databaseState(clinic);
    for (const tag of ['"1"', '1', '"3"', 'W/"2"', 'x', '"1", "4"']) {
      expect(await write({ 'if-match': tag }, person())).toMatchObject({
        status: 412,
        body: { code: 'VERSION_MISMATCH' },
      });
    }
    expect(await databaseState(clinic)).toEqual(before);
  });

  test.each(['"1"', '1', '7, 1', '"7", "1"', '*'])('with If-Match: %s is done', async (tag) => {
    expect((await write({ 'if-match': tag }, person())).status).toBe(200);
  });

  test('without If-Match is judged as things stand', async () => {
    await clinic.client.patch(`/api/bookings/${id}`, { note: 'changed meanwhile' }, staff);
    expect((await write({}, person())).status).toBe(200);
  });
});

test('every change raises the version of the ETag', async () => {
  const tags: (string | null)[] = [];
  for (const change of [{ time: '11:00' }, { note: 'a note' }, { time: '12:00', note: 'both' }]) {
    const { headers } = await clinic.client.patch(`/api/bookings/${id}`, change, staff);
    tags.push(headers.get('etag'));
  }
  tags.push((await send('POST', '/status', { status: 'fulfilled' })({}, staff)).headers.get('etag'));
  tags.push((await clinic.client.get(`/api/bookings/${id}`, staff)).headers.get('etag'));
  expect(tags).toEqual(['"2"', '"3"', '"4"', '"5"', '"5"']);
});

test('another’s booking answers as not found, whatever If-Match says', async () => {
  const stranger = await clinic.patient();
  const { status, body } = await clinic.client.send<Json>('DELETE', `/api/bookings/${id}`, {
    token: stranger.token,
    headers: { 'if-match': '"9"' },
  });
  expect([status, body.code]).toEqual([400, 'BOOKING_NOT_FOUND']);
});

test('a replay is marked, also once its If-Match is stale', async () => {
  const headers = { 'if-match': '"1"', 'idempotency-key': `once ${id}` };
  const write = () => clinic.client.patch(`/api/bookings/${id}`, { time: '11:00' }, { ...patient, headers });
  const [first, again] = [await write(), await write()];
  expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 200, 'true']);
  expect(again.body).toEqual(first.body);
});

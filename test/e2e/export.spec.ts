import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { insertManyBookings } from '../support/many-bookings.js';
import { expectProblem } from '../support/problems.js';
import { statementNamed, Statements } from '../support/statements.js';

type Export = Record<string, Record<string, unknown>[]>;

const BOOKING_COUNT = 6_000;
/** Bookings whose export does not fit in the buffers of a connection. */
const MORE_THAN_BUFFERS = 20_000;

let clinic: Clinic;
let second: Clinic;
let doctor: DoctorPerson;
let patientWithManyBookings: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  second = await Clinic.over(clinic.environment, clinic.clock);
  doctor = await clinic.doctor({ timezone: 'UTC' });
  patientWithManyBookings = await clinic.patient();
  await fill(patientWithManyBookings, BOOKING_COUNT, '2026-03-09 09:00:00');
});

afterAll(async () => {
  await second?.app.close();
  await clinic?.close();
});

function fill({ id }: Person, count: number, first: string): Promise<void> {
  return insertManyBookings((sql, parameters) => clinic.query(sql, parameters), {
    patientId: id,
    doctorId: doctor.doctorId,
    count,
    first,
    everyMinutes: 60,
  });
}

const ask = ({ token, password }: Person, api = clinic) =>
  api.client.post<Export>('/api/auth/me/export', { password }, { token });

test('an export over many pages has each row once, in order', async () => {
  const { status, headers, body } = await ask(patientWithManyBookings);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  const ids = body.bookings!.map(({ id }) => id as number);
  expect(ids).toHaveLength(BOOKING_COUNT);
  expect(new Set(ids).size).toBe(BOOKING_COUNT);
  expect(body.bookings!.map(({ starts_at }) => starts_at)).toEqual(
    body.bookings!.map(({ starts_at }) => starts_at).sort(),
  );
  const notifications = body.messages!.map(({ booking_id, kind }) => `${String(booking_id)} ${String(kind)}`);
  expect(notifications).toHaveLength(3 * BOOKING_COUNT);
  expect(new Set(notifications).size).toBe(3 * BOOKING_COUNT);
  // Besides one event a booking: the registration and this export.
  expect(body.events).toHaveLength(BOOKING_COUNT + 2);
});

test('a wrong password exports nothing and does not count towards the limit', async () => {
  const patient = await clinic.patient();
  for (let turn = 0; turn < 4; turn += 1) {
    const answer = await ask({ ...patient, password: 'a guess' });
    expectProblem(answer, { status: 400, code: 'WRONG_PASSWORD' });
  }
  expect((await ask(patient)).status).toBe(200);
});

test('an account can be exported three times an hour, over all processes', async () => {
  const patient = await clinic.patient();
  for (const api of [clinic, second, clinic]) expect((await ask(patient, api)).status).toBe(200);
  const answer = await ask(patient, second);
  expectProblem(answer, { status: 429, code: 'TOO_MANY_REQUESTS' });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3_000);
});

test('there is no GET', async () => {
  const { status } = await clinic.client.get('/api/auth/me/export', { token: patientWithManyBookings.token });
  expect([404, 405]).toContain(status);
});

test('only one export runs at a time; it pauses while its client does not read, and ends when the client disconnects', async () => {
  const patient = await clinic.patient();
  await fill(patient, MORE_THAN_BUFFERS, '2036-03-09 09:00:00');
  const statements = Statements.of(clinic.dataSource);
  const socket = requestWithoutReading(patient);
  await eventually('the export has begun', () =>
    Promise.resolve(statements.sent.some(({ sql }) => statementNamed('find-booking-keys').test(sql))),
  );
  const refused = await ask(patient, second);
  expectProblem(refused, { status: 429, code: 'TOO_MANY_REQUESTS' });
  expect(refused.headers.get('retry-after')).toBe('5');
  // The client reads nothing, so the export stops once the buffers are full.
  await eventually('the export pauses', async () => {
    const before = statements.sent.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return (
      statements.sent.filter(({ sql }) => statementNamed('find-booking-keys').test(sql)).length > 0 &&
      statements.sent.length - before < 3
    );
  });
  const pages = statements.sent.filter(({ sql }) => statementNamed('find-booking-keys').test(sql)).length;
  expect(pages).toBeLessThan(MORE_THAN_BUFFERS / 500);
  socket.destroy();
  await eventually('another export can begin', async () => (await ask(patient, second)).status === 200);
});

/** Requests an export and reads none of it. */
function requestWithoutReading({ token, password }: Person) {
  const { hostname, port } = new URL(clinic.client.baseUrl);
  const body = JSON.stringify({ password });
  const head = [
    'POST /api/auth/me/export HTTP/1.1',
    'Host: clinic',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  const socket = connect(Number(port), hostname).pause();
  socket.on('error', () => undefined);
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}

import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { insertMany } from '../support/many-bookings.js';
import { expectProblem } from '../support/problems.js';
import { named, Statements } from '../support/statements.js';

type Export = Record<string, Record<string, unknown>[]>;

const COUNT = 6_000;
/** More than the buffers of a connection take. */
const MUCH = 20_000;

let clinic: Clinic;
let second: Clinic;
let doctor: DoctorPerson;
let regular: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  second = await Clinic.over(clinic.environment, clinic.clock);
  doctor = await clinic.doctor({ timezone: 'UTC' });
  regular = await clinic.patient();
  await fill(regular, COUNT, '2026-03-09 09:00:00');
});

afterAll(async () => {
  await second?.app.close();
  await clinic?.close();
});

function fill({ id }: Person, count: number, first: string): Promise<void> {
  return insertMany((sql, parameters) => clinic.query(sql, parameters), {
    patientId: id,
    doctorId: doctor.doctorId,
    count,
    first,
    everyMinutes: 60,
  });
}

const ask = ({ token, password }: Person, of = clinic) =>
  of.client.post<Export>('/api/auth/me/export', { password }, { token });

test('an export of many pages has each row once, in order', async () => {
  const { status, headers, body } = await ask(regular);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  const ids = body.bookings!.map(({ id }) => id as number);
  expect(ids).toHaveLength(COUNT);
  expect(new Set(ids).size).toBe(COUNT);
  expect(body.bookings!.map(({ starts_at }) => starts_at)).toEqual(
    body.bookings!.map(({ starts_at }) => starts_at).sort(),
  );
  const messages = body.messages!.map(({ booking_id, kind }) => `${String(booking_id)} ${String(kind)}`);
  expect(messages).toHaveLength(3 * COUNT);
  expect(new Set(messages).size).toBe(3 * COUNT);
  // Beside those of the bookings: the registration, and this export.
  expect(body.events).toHaveLength(COUNT + 2);
});

test('a wrong password exports nothing, and uses up no export', async () => {
  const patient = await clinic.patient();
  for (let turn = 0; turn < 4; turn += 1) {
    const answer = await ask({ ...patient, password: 'a guess' });
    expectProblem(answer, { status: 400, code: 'WRONG_PASSWORD' });
  }
  expect((await ask(patient)).status).toBe(200);
});

test('an account is exported three times an hour, whichever process is asked', async () => {
  const patient = await clinic.patient();
  for (const of of [clinic, second, clinic]) expect((await ask(patient, of)).status).toBe(200);
  const answer = await ask(patient, second);
  expectProblem(answer, { status: 429, code: 'TOO_MANY_REQUESTS' });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3_000);
});

test('there is no GET', async () => {
  const { status } = await clinic.client.get('/api/auth/me/export', { token: regular.token });
  expect([404, 405]).toContain(status);
});

test('a client that does not read is waited for, alone, and forgotten once it has gone', async () => {
  const patient = await clinic.patient();
  await fill(patient, MUCH, '2036-03-09 09:00:00');
  const statements = Statements.of(clinic.dataSource);
  const socket = slowReader(patient);
  await eventually('the export has begun', () =>
    Promise.resolve(statements.sent.some(({ sql }) => named('find-booking-keys').test(sql))),
  );
  const refused = await ask(patient, second);
  expectProblem(refused, { status: 429, code: 'TOO_MANY_REQUESTS' });
  expect(refused.headers.get('retry-after')).toBe('5');
  // Nobody reads: the pages that fit into buffers have been read from the database, and no more are.
  await eventually('the server waits', async () => {
    const before = statements.sent.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return (
      statements.sent.filter(({ sql }) => named('find-booking-keys').test(sql)).length > 0 &&
      statements.sent.length - before < 3
    );
  });
  const pages = statements.sent.filter(({ sql }) => named('find-booking-keys').test(sql)).length;
  expect(pages).toBeLessThan(MUCH / 500);
  socket.destroy();
  await eventually('another may begin', async () => (await ask(patient, second)).status === 200);
});

/** Asks for an export, and reads none of it. */
function slowReader({ token, password }: Person) {
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

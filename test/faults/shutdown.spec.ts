import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer, Client } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
let date: string;

beforeAll(async () => {
  clinic = await Clinic.open({ now: new Date().toISOString() });
  doctor = await clinic.doctor({ week: Array.from({ length: 7 }, (_, day) => [day, '08:00', '20:00']) });
  patient = await clinic.patient();
  date = new Date(clinic.clock.now() + 10 * 86_400_000).toISOString().slice(0, 10);
});

afterAll(async () => {
  await clinic?.close();
});

function book(client: Client, time: string): Promise<Answer<unknown>> {
  return client.post('/api/bookings', { doctor_id: doctor.doctorId, date, time }, patient);
}

/** Locks the days of all doctors, which makes bookings wait. Resolves to a function that releases the locks. */
async function lockDays(): Promise<() => Promise<void>> {
  const runner = clinic.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query('UPDATE doctor_days SET version = version');
  return async () => {
    await runner.rollbackTransaction();
    await runner.release();
  };
}

test('an API that shuts down reports it, still answers for a while, and closes each connection after its answer', async () => {
  const { program, client } = await Program.api({ ...clinic.environment, DRAIN_SECONDS: 2 });
  const ended = program.stop();
  const live = await eventually('the API reports its shutdown', async () => {
    const answer = await client.get('/health/live');
    return answer.status === 503 && answer;
  });
  expect(live.body).toEqual({ status: 'ending' });
  const booked = await book(client, '09:00');
  expect([booked.status, booked.headers.get('connection')]).toEqual([201, 'close']);
  await ended;
  await expect(client.get('/health/live')).rejects.toThrow();
});

test('an API that shuts down still does everything, such as checking the queue', async () => {
  const { program, client } = await Program.api({ ...clinic.environment, DRAIN_SECONDS: 2 });
  const admin = await clinic.admin();
  const ended = program.stop();
  await eventually(
    'the API reports its shutdown',
    async () => (await client.get('/health/live')).status === 503,
  );
  const { body } = await client.get<{ checks: { code: string; findings_total: number }[] }>(
    '/api/integrity',
    admin,
  );
  expect(body.checks.find(({ code }) => code === 'JOB_WITHOUT_ROW')).toMatchObject({ findings_total: 0 });
  await ended;
});

test('an API that shuts down still accepts log-ins', async () => {
  const { program, client } = await Program.api({ ...clinic.environment, DRAIN_SECONDS: 2 });
  const account = { email: 'late@people.example', password: 'a password of the late' };
  await client.post('/api/auth/register', account);
  const ended = program.stop();
  await eventually(
    'the API reports its shutdown',
    async () => (await client.get('/health/live')).status === 503,
  );
  expect((await client.post('/api/auth/login', account)).status).toBe(200);
  await ended;
});

test('a client that sends only half a request does not prevent an API from shutting down', async () => {
  const { program, client } = await Program.api({ ...clinic.environment, DRAIN_SECONDS: 0 });
  const { hostname, port } = new URL(client.baseUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    'POST /api/bookings HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  await once(socket, 'connect');
  await sleep(200);
  await program.stop();
  socket.destroy();
}, 60_000);

test('an API that shuts down without a drain time still finishes the requests it has begun', async () => {
  const { program, client } = await Program.api({ ...clinic.environment, DRAIN_SECONDS: 0 });
  await book(client, '10:00');
  const releaseDays = await lockDays();
  const booking = book(client, '11:00');
  await eventually('the booking waits', async () => {
    const [row] = await clinic.query<{ waiting: string }>(
      "SELECT COUNT(*) AS waiting FROM information_schema.PROCESSLIST WHERE INFO LIKE '/* lock-day */%'",
    );
    return Number(row!.waiting) > 0;
  });
  const ended = program.stop();
  await eventually('new connections are refused', async () => {
    const reached = await fetch(`${client.baseUrl}/health/live`).catch(() => undefined);
    return reached === undefined;
  });
  await releaseDays();
  expect((await booking).status).toBe(201);
  await ended;
});

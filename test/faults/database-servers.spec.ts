import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Clock } from '../../src/time/clock.js';
import { requestBooking } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { MONDAY, TUESDAY } from '../support/races.js';
import { statementNamed, Statements } from '../support/statements.js';
import { rejectingDatabase } from '../support/rejecting-database.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startWorker } from '../support/worker.js';

// Two proxies in front of one database stand for two servers of a cluster. Each can be cut or frozen.

let first: TcpProxy;
let second: TcpProxy;
let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
let database: string;

const SERVER = process.env.TEST_DATABASE_URL!;
const hostOf = (url: string): string => new URL(url).host;

function urlOf(...hosts: string[]): string {
  const { username, password } = new URL(SERVER);
  return `mysql://${username}:${password}@${hosts.join(',')}/${database}`;
}

beforeAll(async () => {
  first = await TcpProxy.to(SERVER);
  second = await TcpProxy.to(SERVER);
  database = `clinica_test_${process.pid}_servers`;
  clinic = await Clinic.open({
    env: { DATABASE_URL: urlOf(hostOf(first.url), hostOf(second.url)), DATABASE_POOL_SIZE: '3' },
  });
  doctor = await clinic.doctor();
  patient = await clinic.patient();
});

afterEach(() => {
  for (const wire of [first, second]) {
    wire.mend();
    wire.thawForNewOnes();
  }
});

afterAll(async () => {
  await clinic?.close();
  await first?.close();
  await second?.close();
});

const slots = (): Promise<{ status: number; headers: Headers }> =>
  clinic.client.get(`/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}`, patient);

const TIMES = ['09:00', '10:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00'];

describe('when the database server in use is lost', () => {
  test('all bookings succeed on the next one', async () => {
    const before = await requestBooking(clinic, patient, doctor, { date: MONDAY, time: '09:30' });
    first.cut();
    const answers = await Promise.all(
      TIMES.map((time) => requestBooking(clinic, patient, doctor, { date: MONDAY, time })),
    );
    expect(
      [before.status, ...answers.map(({ status }) => status)].filter((status) => status !== 201),
    ).toEqual([]);
    expect(await clinic.overlappingPairs()).toBe(0);
  });

  test('the API stays with the new server even if the first one returns', async () => {
    expect((await slots()).status).toBe(200);
    first.cut();
    expect(await Promise.all(Array.from({ length: 9 }, async () => (await slots()).status))).toEqual(
      Array.from({ length: 9 }, () => 200),
    );
  });

  test('the API returns to the first server once the new one is lost', async () => {
    second.cut();
    const { status } = await requestBooking(clinic, patient, doctor, { date: MONDAY, time: '16:30' });
    expect(status).toBe(201);
  });
});

describe('a database that accepts statements but never answers', () => {
  test('makes every request fail with 503 and Retry-After, even those that wait for a connection', async () => {
    first.freeze();
    second.freeze();
    const answers = await Promise.all([
      ...Array.from({ length: 12 }, slots),
      ...TIMES.map((time) => requestBooking(clinic, patient, doctor, { date: TUESDAY, time })),
      clinic.client.post('/api/auth/login', { email: patient.email, password: patient.password }),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(answers.filter(({ headers }) => !headers.has('retry-after'))).toEqual([]);
  });

  test('is used again as soon as it answers', async () => {
    await eventually('the slots are available', async () => (await slots()).status === 200);
    const { status } = await requestBooking(clinic, patient, doctor, { date: TUESDAY, time: '14:30' });
    expect(status).toBe(201);
  });
});

test('a result that stops in the middle is given up', async () => {
  for (const wire of [first, second]) wire.swallowAfter(100_000);
  await expect(clinic.query("SELECT REPEAT('long ', 200000) AS answer")).rejects.toThrow(
    /does not answer|being left/,
  );
  for (const wire of [first, second]) wire.swallowAfter(Infinity);
  await eventually('the slots are available', async () => (await slots()).status === 200);
});

test('a connection survives a pause longer than the timeout for an answer', async () => {
  const impatient = await Clinic.over(
    { ...clinic.environment, DATABASE_URL: urlOf(hostOf(SERVER)), DATABASE_TIMEOUT_SECONDS: 1 },
    clinic.clock,
  );
  const connectionId = async (): Promise<unknown> => impatient.query('SELECT CONNECTION_ID() AS id');
  const before = await connectionId();
  await sleep(1_500);
  expect(await connectionId()).toEqual(before);
  await impatient.app.close();
});

test('an API shuts down although its database does not answer', async () => {
  const wire = await TcpProxy.to(SERVER);
  const other = await Clinic.over(
    { ...clinic.environment, DATABASE_URL: urlOf(hostOf(wire.url)) },
    clinic.clock,
  );
  expect((await other.client.get('/api/doctors/public')).status).toBe(200);
  wire.freeze();
  await other.app.close();
  await wire.close();
});

test.each([
  ['is not part of its cluster', 1047],
  ['is shutting down', 1053],
  ['is read-only', 1290],
])('a database server that %s is abandoned for the next', async (_, code) => {
  const useless = await rejectingDatabase(code);
  const other = await Clinic.over(
    { ...clinic.environment, DATABASE_URL: urlOf(hostOf(SERVER), `127.0.0.1:${useless.port}`) },
    clinic.clock,
  );
  const worker = await startWorker({
    ...clinic.environment,
    DATABASE_URL: urlOf(`127.0.0.1:${useless.port}`, hostOf(SERVER)),
  });
  try {
    // The worker reads the time from its database, so it starts only if it found the other server.
    expect(worker.get(Clock, { strict: false }).now()).toBeGreaterThan(0);
    expect((await other.client.get('/api/doctors/public')).status).toBe(200);
  } finally {
    await worker.close();
    await other.app.close();
    useless.close();
  }
});

test('the clock stays right even if reading it from the database takes long', async () => {
  const worker = await startWorker(clinic.environment);
  try {
    const clock = worker.get<Clock & { sync(): Promise<void> }>(Clock, { strict: false });
    const held = Statements.of(worker.get(DataSource)).hold(statementNamed('read-clock'));
    const reading = clock.sync();
    await held.reached;
    await sleep(4_000);
    held.release();
    await reading;
    const [row] = await clinic.query<{ now: Date }>('SELECT UTC_TIMESTAMP(3) AS now');
    // The clock would be off by 2 s if it assumed that the database read its clock halfway.
    expect(Math.abs(clock.now() - row!.now.getTime())).toBeLessThan(1_000);
  } finally {
    await worker.close();
  }
});

test('the service takes the time from the database, even if the computer’s clock jumps', async () => {
  const worker = await startWorker(clinic.environment);
  try {
    const clock = worker.get(Clock, { strict: false });
    const jumped = vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2001-01-01T00:00:00Z'));
    const [row] = await clinic.query<{ now: Date }>('SELECT UTC_TIMESTAMP(3) AS now');
    const difference = Math.abs(clock.now() - row!.now.getTime());
    jumped.mockRestore();
    // A minute allows for slow machines; the jump is 25 years.
    expect(difference).toBeLessThan(60_000);
  } finally {
    await worker.close();
  }
});

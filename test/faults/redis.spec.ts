import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { PrivateRedis } from '../support/private-redis.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startWorker } from '../support/worker.js';

/** The longest that users may wait for a page. */
const MAX_RESPONSE_MS = 8_000;
const DAY_MS = 24 * 60 * 60_000;

let mailbox: Mailbox;
let redis: PrivateRedis;
let wire: TcpProxy;
let clinic: Clinic;
let worker: INestApplicationContext;
let patient: Person;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  redis = await PrivateRedis.open();
  wire = await TcpProxy.to(redis.url);
  clinic = await Clinic.open({
    now: new Date().toISOString(),
    env: {
      REDIS_URL: wire.url,
      SMTP_URL: mailbox.url,
      NOTIFICATION_LEASE_SECONDS: '2',
      MAIL_CONCURRENCY: '1',
      RATE_LIMIT_ENABLED: 'true',
    },
  });
  // All tests share one admin: the service would email this one about a second.
  admin = await clinic.admin();
  worker = await startWorker(clinic.environment);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await wire?.close();
  await redis?.close();
  await mailbox?.close();
});

beforeEach(async () => {
  patient = await clinic.patient();
  const everyDay = Array.from({ length: 7 }, (_, day) => [day, '08:00', '20:00'] as const);
  doctor = await clinic.doctor({ week: everyDay });
});

function withoutDelay<T>(what: string, answer: Promise<T>): Promise<T> {
  return Promise.race([
    answer,
    new Promise<T>((_, reject) => {
      const late = () => reject(new Error(`${what} took longer than ${MAX_RESPONSE_MS} ms`));
      setTimeout(late, MAX_RESPONSE_MS).unref();
    }),
  ]);
}

/** Books appointments one after the other; each must succeed. */
async function bookMany(count: number, from = 8): Promise<void> {
  const date = new Date(clinic.clock.now() + 10 * DAY_MS).toISOString().slice(0, 10);
  for (let index = 0; index < count; index += 1) {
    const time = `${String(from + index).padStart(2, '0')}:00`;
    const body = { doctor_id: doctor.doctorId, date, time };
    const { status } = await withoutDelay('booking', clinic.client.post('/api/bookings', body, patient));
    expect(status).toBe(201);
  }
}

async function expectServiceWithoutRedis(): Promise<void> {
  const { client } = clinic;
  const { email, password } = patient;
  const logIn = client.post('/api/auth/login', { email, password });
  expect((await withoutDelay('logging in', logIn)).status).toBe(200);
  const list = client.get('/api/bookings/me', patient);
  expect((await withoutDelay('listing', list)).status).toBe(200);
  const live = await withoutDelay('liveness', client.get('/health/live'));
  expect(live.status).toBe(200);
  const ready = await withoutDelay('readiness', client.get('/health/ready'));
  expect(ready).toMatchObject({ status: 503, body: { status: 'down', database: 'up', redis: 'down' } });
}

/** The status of the dashboard's page or data, requested as by an admin's browser. */
async function dashboardStatus(path: string): Promise<number> {
  const { email, password } = admin;
  const authorization = `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
  const response = clinic.client.get(`/admin/queues${path}`, { headers: { authorization } });
  return (await withoutDelay('the dashboard', response)).status;
}

async function untilReady(): Promise<void> {
  await eventually('the API is ready', async () => (await clinic.client.get('/health/ready')).status === 200);
}

/** Waits until all emails are settled; that many must have arrived, none of them twice. */
async function expectMails(count: number): Promise<void> {
  await mailbox.mailsTo(patient.email, count);
  await eventually('every notification is settled', async () => {
    const open = await clinic.query(
      "SELECT 1 FROM notifications WHERE kind = 'booked' AND state IN ('pending', 'queued', 'sending')",
    );
    return open.length === 0;
  });
  expect(await mailbox.mailsTo(patient.email, count)).toHaveLength(count);
}

test('Redis is killed while patients book: bookings succeed, and after an empty restart every email is sent once', async () => {
  await bookMany(2, 8);
  await Promise.all([bookMany(4, 10), redis.kill()]);
  await expectServiceWithoutRedis();
  expect(await dashboardStatus('')).toBe(200);
  expect(await dashboardStatus('/api/queues')).toBeGreaterThanOrEqual(500);
  await bookMany(3, 14);
  await redis.start();
  await expectMails(9);
  await untilReady();
  expect(await dashboardStatus('/api/queues')).toBe(200);
});

test('everything in Redis is deleted while emails are queued: each still arrives once', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  mailbox.onMail = () => held;
  await bookMany(5);
  await eventually('all are queued except the one that is being sent', async () => {
    const rows = await clinic.query("SELECT 1 FROM notifications WHERE state = 'queued'");
    return rows.length === 4;
  });
  const connection = new Redis(redis.url);
  await connection.flushall();
  connection.disconnect();
  mailbox.onMail = () => undefined;
  release();
  await expectMails(5);
});

test('Redis stays connected but does not answer: bookings succeed, and the emails arrive once it answers', async () => {
  wire.freeze();
  await bookMany(3);
  await expectServiceWithoutRedis();
  expect(await dashboardStatus('/api/queues')).toBeGreaterThanOrEqual(500);
  wire.thaw();
  await expectMails(3);
  await untilReady();
});

test('connections to Redis that are open but dead are replaced', async () => {
  wire.freeze();
  await bookMany(2);
  wire.thawForNewOnes();
  await expectMails(2);
  await untilReady();
});

import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { PrivateRedis } from '../support/private-redis.js';
import { Wire } from '../support/wire.js';
import { startWorker } from '../support/worker.js';

/** What nobody who waits for a page would call normal any more. */
const NORMAL_MS = 8_000;
const DAY_MS = 24 * 60 * 60_000;

let mailbox: Mailbox;
let redis: PrivateRedis;
let wire: Wire;
let clinic: Clinic;
let worker: INestApplicationContext;
let patient: Person;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  redis = await PrivateRedis.open();
  wire = await Wire.to(redis.url);
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
  // One for all tests: a further one would be news to this one, by mail.
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

function inNormalTime<T>(what: string, answer: Promise<T>): Promise<T> {
  return Promise.race([
    answer,
    new Promise<T>((_, reject) => {
      const late = () => reject(new Error(`${what} took longer than ${NORMAL_MS} ms`));
      setTimeout(late, NORMAL_MS).unref();
    }),
  ]);
}

/** Books so many appointments one after the other; each must succeed. */
async function bookMany(count: number, from = 8): Promise<void> {
  const date = new Date(clinic.clock.now() + 10 * DAY_MS).toISOString().slice(0, 10);
  for (let index = 0; index < count; index += 1) {
    const time = `${String(from + index).padStart(2, '0')}:00`;
    const body = { doctor_id: doctor.doctorId, date, time };
    const { status } = await inNormalTime('booking', clinic.client.post('/api/bookings', body, patient));
    expect(status).toBe(201);
  }
}

async function expectServiceWithoutRedis(): Promise<void> {
  const { client } = clinic;
  const { email, password } = patient;
  const logIn = client.post('/api/auth/login', { email, password });
  expect((await inNormalTime('logging in', logIn)).status).toBe(200);
  const list = client.get('/api/bookings/me', patient);
  expect((await inNormalTime('listing', list)).status).toBe(200);
  const live = await inNormalTime('liveness', client.get('/health/live'));
  expect(live.status).toBe(200);
  const ready = await inNormalTime('readiness', client.get('/health/ready'));
  expect(ready).toMatchObject({ status: 503, body: { status: 'down', database: 'up', redis: 'down' } });
}

/** The dashboard's page and its data, as an admin's browser asks for them. */
async function dashboard(path: string): Promise<number> {
  const { email, password } = admin;
  const authorization = `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
  const asked = clinic.client.get(`/admin/queues${path}`, { headers: { authorization } });
  return (await inNormalTime('the dashboard', asked)).status;
}

async function isReady(): Promise<void> {
  await eventually('the API is ready', async () => (await clinic.client.get('/health/ready')).status === 200);
}

/** Every mail arrives, and when all is settled none has come twice. */
async function expectMails(count: number): Promise<void> {
  await mailbox.mailsTo(patient.email, count);
  await eventually('every mail is settled', async () => {
    const open = await clinic.query(
      "SELECT 1 FROM notifications WHERE kind = 'booked' AND state IN ('pending', 'queued', 'sending')",
    );
    return open.length === 0;
  });
  expect(await mailbox.mailsTo(patient.email, count)).toHaveLength(count);
}

test('Redis is killed while patients book: bookings go on, and started again empty it gets every mail out, once', async () => {
  await bookMany(2, 8);
  await Promise.all([bookMany(4, 10), redis.kill()]);
  await expectServiceWithoutRedis();
  expect(await dashboard('')).toBe(200);
  expect(await dashboard('/api/queues')).toBeGreaterThanOrEqual(500);
  await bookMany(3, 14);
  await redis.start();
  await expectMails(9);
  await isReady();
  expect(await dashboard('/api/queues')).toBe(200);
});

test('everything in Redis is deleted while mails are queued: all arrive, once', async () => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  mailbox.onMail = () => held;
  await bookMany(5);
  await eventually('all are queued but the one that is being sent', async () => {
    const rows = await clinic.query("SELECT 1 FROM notifications WHERE state = 'queued'");
    return rows.length === 4;
  });
  const connection = new Redis(redis.url);
  await connection.flushall();
  connection.disconnect();
  mailbox.onMail = () => undefined;
  letGo();
  await expectMails(5);
});

test('Redis stays connected but answers nothing: bookings go on, and the mails arrive when it answers again', async () => {
  wire.freeze();
  await bookMany(3);
  await expectServiceWithoutRedis();
  expect(await dashboard('/api/queues')).toBeGreaterThanOrEqual(500);
  wire.thaw();
  await expectMails(3);
  await isReady();
});

test('connections to Redis that nobody closed but that carry nothing any more are replaced', async () => {
  wire.freeze();
  await bookMany(2);
  wire.thawForNewOnes();
  await expectMails(2);
  await isReady();
});

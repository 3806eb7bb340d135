import { afterAll, beforeAll, expect, test } from 'vitest';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import type { Client } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { PrivateRedis } from '../support/private-redis.js';
import { Program } from '../support/program.js';

const DAY_MS = 24 * 60 * 60_000;

let mailbox: Mailbox;
let redis: PrivateRedis;
let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;
let api: Program;
let client: Client;
let worker: Program;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  redis = await PrivateRedis.open();
  clinic = await Clinic.open({
    now: new Date().toISOString(),
    env: { REDIS_URL: redis.url, SMTP_URL: mailbox.url, NOTIFICATION_LEASE_SECONDS: '2' },
  });
  patient = await clinic.patient();
  doctor = await clinic.doctor({ week: Array.from({ length: 7 }, (_, day) => [day, '08:00', '20:00']) });
  await redis.kill();
  worker = Program.worker(clinic.environment);
  ({ program: api, client } = await Program.api({ ...clinic.environment, RATE_LIMIT_ENABLED: true }));
});

afterAll(async () => {
  await worker?.kill();
  await api?.kill();
  await clinic?.close();
  await redis?.close();
  await mailbox?.close();
});

const settled = (): Promise<unknown> =>
  eventually('every due notification is sent', async () => {
    const open = await clinic.query("SELECT 1 FROM notifications WHERE kind = 'booked' AND state != 'sent'");
    return open.length === 0;
  });

test('an API that starts without Redis reports it and still accepts bookings', async () => {
  expect((await client.get('/health/live')).status).toBe(200);
  expect(await client.get('/health/ready')).toMatchObject({
    status: 503,
    body: { status: 'down', database: 'up', redis: 'down' },
  });
  const { email, password } = patient;
  const { status, body } = await client.post<{ token: string }>('/api/auth/login', { email, password });
  expect(status).toBe(200);
  const date = new Date(clinic.clock.now() + 10 * DAY_MS).toISOString().slice(0, 10);
  const wanted = { doctor_id: doctor.doctorId, date, time: '09:00' };
  expect((await client.post('/api/bookings', wanted, body)).status).toBe(201);
});

test('API and worker connect once Redis is up, and the email arrives', async () => {
  await redis.start();
  await mailbox.mailsTo(patient.email, 1);
  await eventually('the API is ready', async () => (await client.get('/health/ready')).status === 200);
  await settled();
  expect(await mailbox.mailsTo(patient.email, 1)).toHaveLength(1);
});

test('a worker that shuts down without Redis finishes the current email and exits with code 0', async () => {
  let release = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    mailbox.onMail = () => {
      resolve();
      return new Promise((answer) => (release = answer));
    };
  });
  await bookInBulk(clinic, patient, doctor, 1);
  await arrived;
  await redis.kill();
  const ended = worker.stop();
  release();
  expect(await ended).toBe(0);
  await settled();
  expect(await mailbox.mailsTo(patient.email, 2)).toHaveLength(2);
});

test('without Redis an API shuts down, and so does a worker that never connected to it', async () => {
  const orphan = Program.worker({ ...clinic.environment, LOG_LEVEL: 'warn' });
  try {
    await eventually(
      'the worker has noticed that there is no Redis',
      () => Promise.resolve(orphan.output.includes('Cannot relay')),
      60,
    );
    expect(await orphan.stop()).toBe(0);
  } finally {
    await orphan.kill();
  }
  await api.stop();
  expect(api.hasEnded).toBe(true);
});

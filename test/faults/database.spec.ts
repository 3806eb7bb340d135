import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { notificationsOf } from '../support/notifications.js';
import { Program } from '../support/program.js';
import { TcpProxy } from '../support/tcp-proxy.js';

let mailbox: Mailbox;
let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
let wire: TcpProxy;
let worker: Program;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    now: new Date().toISOString(),
    env: { SMTP_URL: mailbox.url, NOTIFICATION_LEASE_SECONDS: '1', LOG_LEVEL: 'fatal' },
  });
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  wire = await TcpProxy.to(clinic.environment.DATABASE_URL);
  worker = Program.worker({ ...clinic.environment, DATABASE_URL: wire.url, LOG_LEVEL: 'warn' });
});

afterEach(() => {
  mailbox.onMail = () => undefined;
});

afterAll(async () => {
  await worker?.kill();
  await wire?.close();
  await clinic?.close();
  await mailbox?.close();
});

const settled = (): Promise<unknown> =>
  eventually('every notification is sent', async () => {
    const open = await clinic.query("SELECT 1 FROM notifications WHERE state != 'sent'");
    return open.length === 0;
  });

/** How often the worker has logged a text. */
const countLogged = (text: string): number => worker.output.split(text).length - 1;

test('a worker that loses its database waits for it and continues', async () => {
  await bookInBulk(clinic, patient, doctor, 2);
  await mailbox.mailsTo(patient.email, 2);
  await settled();
  wire.cut();
  await eventually('the worker has noticed', () => Promise.resolve(countLogged('Cannot relay') > 0));
  await bookInBulk(clinic, patient, doctor, 3);
  wire.mend();
  await mailbox.mailsTo(patient.email, 5);
  await settled();
  expect(worker.hasEnded).toBe(false);
  expect(await mailbox.mailsTo(patient.email, 5)).toHaveLength(5);
});

test('an email that the mail server accepted while the database was away is not sent twice', async () => {
  let release = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    mailbox.onMail = () => {
      resolve();
      return new Promise((answer) => (release = answer));
    };
  });
  const failures = countLogged('Cannot relay');
  const [booking] = await bookInBulk(clinic, patient, doctor, 1);
  await arrived;
  wire.cut();
  release();
  await mailbox.mailsTo(patient.email, 6);
  await eventually('the worker has noticed', () => Promise.resolve(countLogged('Cannot relay') > failures));
  await eventually('the lease of the notification has expired', async () => {
    const expired = await clinic.query(
      'SELECT 1 FROM notifications WHERE booking_id = ? AND leased_until < ?',
      [booking, new Date()],
    );
    return expired.length === 1;
  });
  mailbox.onMail = () => undefined;
  wire.mend();
  await settled();
  expect((await notificationsOf(clinic, booking!))[0]).toMatchObject({ state: 'sent', attempts: 1 });
  expect(await mailbox.mailsTo(patient.email, 6)).toHaveLength(6);
});

test('a worker that cannot record a sent email because the database is away still shuts down', async () => {
  let release = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    mailbox.onMail = () => {
      resolve();
      return new Promise((answer) => (release = answer));
    };
  });
  await bookInBulk(clinic, patient, doctor, 1);
  await arrived;
  wire.cut();
  release();
  await mailbox.mailsTo(patient.email, 7);
  expect(await worker.stop()).toBe(0);
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { messagesOf } from '../support/messages.js';
import { Program } from '../support/program.js';
import { Wire } from '../support/wire.js';

let mailbox: Mailbox;
let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
let wire: Wire;
let worker: Program;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    now: new Date().toISOString(),
    env: { SMTP_URL: mailbox.url, NOTIFICATION_LEASE_SECONDS: '1', LOG_LEVEL: 'fatal' },
  });
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  wire = await Wire.to(clinic.environment.DATABASE_URL);
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
  eventually('every message is sent', async () => {
    const open = await clinic.query("SELECT 1 FROM notifications WHERE state != 'sent'");
    return open.length === 0;
  });

/** How often the worker has said something of this kind. */
const said = (text: string): number => worker.output.split(text).length - 1;

test('a worker whose database goes away waits for it, and goes on', async () => {
  await bookInBulk(clinic, patient, doctor, 2);
  await mailbox.mailsTo(patient.email, 2);
  await settled();
  wire.cut();
  await eventually('the worker has noticed', () => Promise.resolve(said('Cannot relay') > 0));
  await bookInBulk(clinic, patient, doctor, 3);
  wire.mend();
  await mailbox.mailsTo(patient.email, 5);
  await settled();
  expect(worker.hasEnded).toBe(false);
  expect(await mailbox.mailsTo(patient.email, 5)).toHaveLength(5);
});

test('a mail that the server took while the database was away is not sent again', async () => {
  let letGo = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    mailbox.onMail = () => {
      resolve();
      return new Promise((answer) => (letGo = answer));
    };
  });
  const complaints = said('Cannot relay');
  const [booking] = await bookInBulk(clinic, patient, doctor, 1);
  await arrived;
  wire.cut();
  letGo();
  await mailbox.mailsTo(patient.email, 6);
  await eventually('the worker has noticed', () => Promise.resolve(said('Cannot relay') > complaints));
  // Long enough for the lease of the mail to run out.
  await eventually('the lease is over', async () => {
    const over = await clinic.query('SELECT 1 FROM notifications WHERE booking_id = ? AND leased_until < ?', [
      booking,
      new Date(),
    ]);
    return over.length === 1;
  });
  mailbox.onMail = () => undefined;
  wire.mend();
  await settled();
  expect((await messagesOf(clinic, booking!))[0]).toMatchObject({ state: 'sent', attempts: 1 });
  expect(await mailbox.mailsTo(patient.email, 6)).toHaveLength(6);
});

test('a worker that has sent a mail and cannot note it because the database is away still ends when asked to', async () => {
  let letGo = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    mailbox.onMail = () => {
      resolve();
      return new Promise((answer) => (letGo = answer));
    };
  });
  await bookInBulk(clinic, patient, doctor, 1);
  await arrived;
  wire.cut();
  letGo();
  await mailbox.mailsTo(patient.email, 7);
  expect(await worker.stop()).toBe(0);
});

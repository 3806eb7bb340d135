import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { notificationsOf } from '../support/notifications.js';
import { Program } from '../support/program.js';
import { TcpProxy } from '../support/tcp-proxy.js';

let mailbox: Mailbox;
let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
const workers: Program[] = [];

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    now: new Date().toISOString(),
    env: { SMTP_URL: mailbox.url, NOTIFICATION_LEASE_SECONDS: '2' },
  });
  doctor = await clinic.doctor();
});

afterEach(async () => {
  mailbox.onMail = () => undefined;
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});

afterAll(async () => {
  await clinic?.close();
  await mailbox?.close();
});

function startWorker(environment = clinic.environment): Program {
  const worker = Program.worker(environment);
  workers.push(worker);
  return worker;
}

/** Books one appointment for a new patient and returns the booking's id. */
async function bookOne(): Promise<number> {
  patient = await clinic.patient();
  const [id] = await bookInBulk(clinic, patient, doctor, 1);
  return id!;
}

/** Delays the mail server's reply to the next email until `release`. */
function holdNextReply(): { arrived: Promise<ReceivedMail>; release: () => void } {
  let release = (): void => undefined;
  const arrived = new Promise<ReceivedMail>((resolve) => {
    mailbox.onMail = (mail) => {
      mailbox.onMail = () => undefined;
      resolve(mail);
      return new Promise((answer) => (release = answer));
    };
  });
  return { arrived, release: () => release() };
}

const notificationOf = async (booking: number) => (await notificationsOf(clinic, booking))[0]!;

function untilSent(booking: number): Promise<unknown> {
  return eventually('the notification is sent', async () => (await notificationOf(booking)).state === 'sent');
}

const mails = (): ReceivedMail[] => mailbox.received.filter(({ to }) => to === patient.email);

test('a worker is killed during a send: the next worker sends the email', async () => {
  const { arrived } = holdNextReply();
  const first = startWorker();
  const booking = await bookOne();
  await arrived;
  await first.kill();
  expect(mails()).toHaveLength(0);
  startWorker();
  await untilSent(booking);
  expect(mails()).toHaveLength(1);
});

test('a worker is killed between the mail server’s reply and its record of it: one duplicate at most, with the same Message-ID', async () => {
  const wire = await TcpProxy.to(clinic.environment.DATABASE_URL);
  try {
    const { arrived, release } = holdNextReply();
    const first = startWorker({ ...clinic.environment, DATABASE_URL: wire.url });
    const booking = await bookOne();
    await arrived;
    wire.freeze();
    release();
    await mailbox.mailsTo(patient.email, 1);
    await first.kill();
    expect((await notificationOf(booking)).state).toBe('sending');
    startWorker();
    await untilSent(booking);
    const ids = mails().map(({ mail }) => mail.messageId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  } finally {
    await wire.close();
  }
});

test('a worker that shuts down during a send finishes and records it, and exits with code 0', async () => {
  const { arrived, release } = holdNextReply();
  const worker = startWorker();
  const booking = await bookOne();
  await arrived;
  const stopped = worker.stop();
  // New notifications are left to the next worker.
  const later = await bookOne();
  release();
  expect(await stopped).toBe(0);
  expect(await notificationOf(booking)).toMatchObject({ state: 'sent', attempts: 1 });
  startWorker();
  await untilSent(later);
  const all = mailbox.received.map(({ mail }) => mail.messageId);
  expect(new Set(all.slice(-2)).size).toBe(2);
});

test('an idle worker shuts down with code 0', async () => {
  const worker = startWorker();
  await bookOne().then(untilSent);
  expect(await worker.stop()).toBe(0);
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { messagesOf } from '../support/messages.js';
import { Program } from '../support/program.js';
import { Wire } from '../support/wire.js';

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

/** Books one appointment for a new patient, and answers with the booking's id. */
async function bookOne(): Promise<number> {
  patient = await clinic.patient();
  const [id] = await bookInBulk(clinic, patient, doctor, 1);
  return id!;
}

/** The server's answer to the next mail is held back until `letGo`. */
function holdTheAnswer(): { arrived: Promise<ReceivedMail>; letGo: () => void } {
  let letGo = (): void => undefined;
  const arrived = new Promise<ReceivedMail>((resolve) => {
    mailbox.onMail = (mail) => {
      mailbox.onMail = () => undefined;
      resolve(mail);
      return new Promise((answer) => (letGo = answer));
    };
  });
  return { arrived, letGo: () => letGo() };
}

const notificationOf = async (booking: number) => (await messagesOf(clinic, booking))[0]!;

function isSent(booking: number): Promise<unknown> {
  return eventually('the message is sent', async () => (await notificationOf(booking)).state === 'sent');
}

const mails = (): ReceivedMail[] => mailbox.received.filter(({ to }) => to === patient.email);

test('a worker that is killed in the middle of a send: the mail arrives from the next one', async () => {
  const { arrived } = holdTheAnswer();
  const first = startWorker();
  const booking = await bookOne();
  await arrived;
  await first.kill();
  expect(mails()).toHaveLength(0);
  startWorker();
  await isSent(booking);
  expect(mails()).toHaveLength(1);
});

test('a worker that is killed between the answer of the server and its own note of it: one duplicate at most, with the same Message-ID', async () => {
  const wire = await Wire.to(clinic.environment.DATABASE_URL);
  try {
    const { arrived, letGo } = holdTheAnswer();
    const first = startWorker({ ...clinic.environment, DATABASE_URL: wire.url });
    const booking = await bookOne();
    await arrived;
    wire.freeze();
    letGo();
    await mailbox.mailsTo(patient.email, 1);
    await first.kill();
    expect((await notificationOf(booking)).state).toBe('sending');
    startWorker();
    await isSent(booking);
    const ids = mails().map(({ mail }) => mail.messageId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  } finally {
    await wire.close();
  }
});

test('a worker that is asked to end in the middle of a send finishes it, writes it down and ends well', async () => {
  const { arrived, letGo } = holdTheAnswer();
  const worker = startWorker();
  const booking = await bookOne();
  await arrived;
  const stopped = worker.stop();
  // What comes in now is for the next worker.
  const later = await bookOne();
  letGo();
  expect(await stopped).toBe(0);
  expect(await notificationOf(booking)).toMatchObject({ state: 'sent', attempts: 1 });
  startWorker();
  await isSent(later);
  const all = mailbox.received.map(({ mail }) => mail.messageId);
  expect(new Set(all.slice(-2)).size).toBe(2);
});

test('a worker with nothing to do ends at once and well', async () => {
  const worker = startWorker();
  await bookOne().then(isSent);
  expect(await worker.stop()).toBe(0);
});

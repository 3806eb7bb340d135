import { MAILER_OPTIONS } from '@nestjs-modules/mailer';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger, NestLogger } from '../../src/logging/logger.js';
import { mailerOptions } from '../../src/notifications/smtp-transport.js';
import { WorkerModule } from '../../src/worker.module.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { messagesOf } from '../support/messages.js';

const LEASE_SECONDS = 1;
const PATIENCE_MS = 2_500;

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    now: new Date().toISOString(),
    env: { SMTP_URL: mailbox.url, NOTIFICATION_LEASE_SECONDS: String(LEASE_SECONDS), MAIL_CONCURRENCY: '2' },
  });
  doctor = await clinic.doctor();
  worker = await impatientWorker();
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

/** The worker as in production, but less patient with a mail server that says nothing. */
async function impatientWorker(): Promise<INestApplicationContext> {
  const options = mailerOptions(clinic.environment);
  const testing = await Test.createTestingModule({ imports: [WorkerModule.with(clinic.environment)] })
    .overrideProvider(MAILER_OPTIONS)
    .useValue({ ...options, transport: { ...(options.transport as object), socketTimeout: PATIENCE_MS } })
    .setLogger(new NestLogger(createLogger(clinic.environment)))
    .compile();
  return testing.init();
}

/** Holds back the server's answers to the mails to one address. */
function holdMailsTo(address: string): { arrivals: ReceivedMail[]; letGo: () => void } {
  const arrivals: ReceivedMail[] = [];
  const held: (() => void)[] = [];
  mailbox.onMail = (mail) => {
    if (mail.to !== address) return;
    arrivals.push(mail);
    return new Promise((resolve) => held.push(resolve));
  };
  return {
    arrivals,
    letGo: () => {
      mailbox.onMail = () => undefined;
      for (const resolve of held) resolve();
    },
  };
}

test('a mail that takes the server longer than a lease is sent once', async () => {
  const patient = await clinic.patient();
  const { arrivals, letGo } = holdMailsTo(patient.email);
  const [booking] = await bookInBulk(clinic, patient, doctor, 1);
  await eventually('the mail arrives', () => Promise.resolve(arrivals.length > 0));
  // A lease as it was given would have run out by then.
  const [{ until }] = (await clinic.query<{ until: Date }>(
    'SELECT leased_until AS `until` FROM notifications WHERE booking_id = ?',
    [booking],
  )) as [{ until: Date }];
  await eventually('the lease is renewed past its end', () =>
    Promise.resolve(Date.now() > until.getTime() + 500),
  );
  letGo();
  await eventually('it is sent', async () => (await messagesOf(clinic, booking!))[0]!.state === 'sent');
  expect(arrivals).toHaveLength(1);
  expect(mailbox.received.filter(({ to }) => to === patient.email)).toHaveLength(1);
});

test('a server that falls silent over a mail is given up; the others go out meanwhile, and it goes out later', async () => {
  const [unlucky, lucky] = [await clinic.patient(), await clinic.patient()];
  const { arrivals, letGo } = holdMailsTo(unlucky.email);
  const [booking] = await bookInBulk(clinic, unlucky, doctor, 1);
  await eventually('the mail arrives', () => Promise.resolve(arrivals.length > 0));
  await bookInBulk(clinic, lucky, await clinic.doctor(), 5);
  await mailbox.mailsTo(lucky.email, 5);
  const message = await eventually('the mail is given up', async () => {
    const [found] = await messagesOf(clinic, booking!);
    return found!.attempts === 1 && found;
  });
  expect(message).toMatchObject({ state: 'pending', reason: expect.stringMatching(/timeout/i) as string });
  letGo();
  await clinic.query('UPDATE notifications SET due_at = NOW() WHERE booking_id = ?', [booking]);
  await eventually('it is sent', async () => (await messagesOf(clinic, booking!))[0]!.state === 'sent');
});

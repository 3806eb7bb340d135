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
import { notificationsOf } from '../support/notifications.js';

const LEASE_SECONDS = 1;
const SOCKET_TIMEOUT_MS = 2_500;

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
  worker = await startImpatientWorker();
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

/** Starts the worker as in production, but with a shorter timeout for a silent mail server. */
async function startImpatientWorker(): Promise<INestApplicationContext> {
  const options = mailerOptions(clinic.environment);
  const testing = await Test.createTestingModule({ imports: [WorkerModule.with(clinic.environment)] })
    .overrideProvider(MAILER_OPTIONS)
    .useValue({
      ...options,
      transport: { ...(options.transport as object), socketTimeout: SOCKET_TIMEOUT_MS },
    })
    .setLogger(new NestLogger(createLogger(clinic.environment)))
    .compile();
  return testing.init();
}

/** Delays the mail server's replies to emails to one address until `release`. */
function holdRepliesTo(address: string): { arrivals: ReceivedMail[]; release: () => void } {
  const arrivals: ReceivedMail[] = [];
  const held: (() => void)[] = [];
  mailbox.onMail = (mail) => {
    if (mail.to !== address) return;
    arrivals.push(mail);
    return new Promise((resolve) => held.push(resolve));
  };
  return {
    arrivals,
    release: () => {
      mailbox.onMail = () => undefined;
      for (const resolve of held) resolve();
    },
  };
}

test('an email that the mail server takes longer than a lease to accept is sent once', async () => {
  const patient = await clinic.patient();
  const { arrivals, release } = holdRepliesTo(patient.email);
  const [booking] = await bookInBulk(clinic, patient, doctor, 1);
  await eventually('the email arrives', () => Promise.resolve(arrivals.length > 0));
  const [{ until }] = (await clinic.query<{ until: Date }>(
    'SELECT leased_until AS `until` FROM notifications WHERE booking_id = ?',
    [booking],
  )) as [{ until: Date }];
  await eventually('the first lease would have expired', () =>
    Promise.resolve(Date.now() > until.getTime() + 500),
  );
  release();
  await eventually(
    'the email is sent',
    async () => (await notificationsOf(clinic, booking!))[0]!.state === 'sent',
  );
  expect(arrivals).toHaveLength(1);
  expect(mailbox.received.filter(({ to }) => to === patient.email)).toHaveLength(1);
});

test('an email is given up if the mail server falls silent, does not hold up others, and is sent later', async () => {
  const [unlucky, lucky] = [await clinic.patient(), await clinic.patient()];
  const { arrivals, release } = holdRepliesTo(unlucky.email);
  const [booking] = await bookInBulk(clinic, unlucky, doctor, 1);
  await eventually('the email arrives', () => Promise.resolve(arrivals.length > 0));
  await bookInBulk(clinic, lucky, await clinic.doctor(), 5);
  await mailbox.mailsTo(lucky.email, 5);
  const notification = await eventually('the email is given up', async () => {
    const [found] = await notificationsOf(clinic, booking!);
    return found!.attempts === 1 && found;
  });
  expect(notification).toMatchObject({
    state: 'pending',
    reason: expect.stringMatching(/timeout/i) as string,
  });
  release();
  await clinic.query('UPDATE notifications SET due_at = NOW() WHERE booking_id = ?', [booking]);
  await eventually(
    'the email is sent',
    async () => (await notificationsOf(clinic, booking!))[0]!.state === 'sent',
  );
});

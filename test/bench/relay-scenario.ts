import { Queue } from 'bullmq';
import { BOOKING_NOTIFICATION } from '../support/booking-notification.js';
import { eventually } from '../support/eventually.js';
import { mailOf } from '../../src/notifications/mail.js';
import { WorkerEnvironment } from '../../src/config/worker.environment.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import type { Testbed, Instance, Side } from './testbed.js';
import type { Scenario, BenchContext } from './compare.js';
import type { Measurement } from './load.js';
import type { MailSink } from './mail-sink.js';
import { dateIn, DOCTORS, FIRST_OTHER } from './seed.js';

const EMAILS = 1000;
const RECIPIENTS = 500;
const BASELINE = '../test/bench/baseline/relay.js';

/** Compares the worker with a bare one that gets rendered emails. */
export function relayScenario(sink: MailSink, queue: Queue): Scenario {
  return {
    name: 'relay',
    about: 'emails about bookings to a server that accepts at once',
    target: { ratio: 0.6, is: 'at least' },
    by: 'perSecond',
    round: async (_instance, context, side) => {
      sink.accepted.length = 0;
      sink.bytes = 0;
      await (side === 'service'
        ? insertDueNotifications(context)
        : queue.addBulk(renderedEmails(context.testbed)));
      await eventually('all emails have arrived', () => Promise.resolve(sink.accepted.length >= EMAILS), 120);
      return measurementOf(sink);
    },
  };
}

/** Starts both workers, which then idle. */
export function startWorkers(testbed: Testbed, name: string, sink: MailSink): Record<Side, Instance> {
  // Enough to keep a core busy while other sends wait for the disk.
  const variables = { SMTP_URL: sink.url, MAIL_CONCURRENCY: '10' };
  return {
    service: testbed.background('worker.js', name, variables),
    baseline: testbed.background(BASELINE, name, variables),
  };
}

/** Measures from the first email to the last. */
function measurementOf({ accepted, bytes }: MailSink): Measurement {
  const seconds = (accepted.at(-1)! - accepted[0]!) / 1000;
  const perSecond = (accepted.length - 1) / seconds;
  const each = 1000 / perSecond;
  return { perSecond, p50: each, p99: each, requests: accepted.length, bytes: Math.round(bytes / EMAILS) };
}

/** Inserts bookings, each with a notification that is due now, with one statement per table. */
async function insertDueNotifications({ database }: BenchContext): Promise<void> {
  const date = dateIn(20_000);
  const days = `(SELECT i, DATE('${date}') + INTERVAL i DIV ${DOCTORS} DAY AS day FROM numbers WHERE i < ${EMAILS})`;
  await database.query(
    'DELETE n FROM notifications n JOIN bookings b ON b.id = n.booking_id WHERE b.date >= ?',
    [date],
  );
  await database.query('DELETE FROM bookings WHERE date >= ?', [date]);
  await database.query(
    `INSERT INTO bookings (uid, doctor_id, user_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at)
     SELECT UUID(), 1 + i % ${DOCTORS}, ${FIRST_OTHER} + i % ${RECIPIENTS}, day, '09:00', 15, TIMESTAMP(day, '08:00'), TIMESTAMP(day, '08:15'),
            'booked', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
     FROM ${days} AS planned`,
  );
  await database.query(
    `INSERT INTO notifications (booking_id, account_id, booking_version, kind, starts_at, duration_minutes, due_at,
                                state, message_id, created_at)
     SELECT id, user_id, 1, 'booked', starts_at, 15, UTC_TIMESTAMP(3), 'pending', CONCAT('<', uid, '@clinic.example>'), created_at
     FROM bookings WHERE date >= ?`,
    [date],
  );
}

/** The same emails, rendered, as jobs of the baseline's queue. */
function renderedEmails(testbed: Testbed): Parameters<Queue['addBulk']>[0] {
  const environment = readEnvironment(WorkerEnvironment, testbed.variables('clinica'));
  const startsAt = new Date(`${dateIn(20_000)}T08:00:00Z`);
  return Array.from({ length: EMAILS }, (_, index) => {
    const mail = mailOf(
      {
        ...BOOKING_NOTIFICATION,
        id: index,
        starts_at: startsAt,
        duration_minutes: 15,
        message_id: `<baseline-${index}@clinic.example>`,
        created_at: new Date(),
        booking_id: index,
        uid: `baseline-${index}`,
        doctor_name: 'Dr. Number 1',
        email: `patient${FIRST_OTHER + (index % RECIPIENTS)}@bench.example`,
      },
      environment,
    );
    return { name: 'send', data: { id: index, from: environment.MAIL_FROM, ...mail }, opts: { attempts: 1 } };
  });
}

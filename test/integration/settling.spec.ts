import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { REASON_UNAVAILABLE } from '../../src/notifications/mail-failure.js';
import { Clock } from '../../src/time/clock.js';
import { WorkerModule } from '../../src/worker.module.js';
import { bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { type LedgerNotification, notificationsOf } from '../support/notifications.js';
import { FaultySmtp } from '../support/faulty-smtp.js';

/** Records the worker's log before addresses are redacted. */
class RecordingLogger implements LoggerService {
  readonly lines: string[] = [];
  log = (...parts: unknown[]): void => void this.lines.push(inspect(parts, { depth: 6 }));
  error = this.log;
  warn = this.log;
  debug = this.log;
  verbose = this.log;
}

let smtp: FaultySmtp;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;
const logger = new RecordingLogger();

beforeAll(async () => {
  smtp = await FaultySmtp.open();
  clinic = await Clinic.open({ env: { SMTP_URL: smtp.url } });
  const testing = Test.createTestingModule({ imports: [WorkerModule.with(clinic.environment)] });
  testing.overrideProvider(Clock).useValue(clinic.clock).setLogger(logger);
  worker = await (await testing.compile()).init();
  doctor = await clinic.doctor();
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await smtp?.close();
});

afterEach(() => {
  smtp.faults = {};
});

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

/** Replies of a mail server about an address, without the status code. */
const REPLIES: Readonly<{ [name: string]: (local: string, email: string) => Buffer }> = {
  'the address and the part before the @': (local, email) => bytes(`<${email}>: no ${local}`),
  'special characters of regular expressions': (local) => bytes(`${local} [a-\\-(*+?{1,}^$|)/ ${local}`),
  quotes: (local) => bytes(`"${local}" '${local}' \`${local}\` "${local}@`),
  '64 KB': (local) => bytes(`${local} `.repeat(64_000 / local.length)),
  '64 KB in one word': (local) => bytes(`${local} ${'x'.repeat(64_000)}${local}`),
  'characters of four bytes, up to the limit of the column': (local) =>
    bytes(`${local} a${'🩺'.repeat(400)}`),
  NULs: (local) => bytes([0], local, [0, 0], local),
  'half of a surrogate pair': (local) => bytes([0xed, 0xa0, 0xbd], ` ${local} `, [0xed, 0xb8, 0x80]),
  'invalid UTF-8': (local) => bytes([0xff, 0xfe, 0x20], local, [0x20, 0xc3]),
  'control characters': (local) => bytes(`\x1b[31m${local}\x07\x08\t`),
};

const ADDRESSES = [
  'anna-maria@example.com',
  'zacharias.o’brien+clinic@example.com',
  "o'hara-jean{x}|y*z^q$@example.com",
  'ñandúcito.σίσυφος@example.com',
  '"quoted mary canary"@example.com',
  `${'longname-'.repeat(7)}z@example.com`,
];

/** The part before the @ and its words, in the encodings in which the reply may contain them. */
function namesIn(email: string): string[] {
  const local = email.slice(0, email.lastIndexOf('@')).replaceAll('"', '');
  const words = [local, ...local.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 4);
  return words.flatMap((word) => [word, Buffer.from(word).toString('latin1')]);
}

async function settledAfter(
  say: Buffer,
  email: string,
): Promise<LedgerNotification & { failing_since: Date | null }> {
  const patient = await clinic.patient();
  await clinic.query('UPDATE accounts SET email = ? WHERE id = ?', [email, patient.id]);
  smtp.faults = { RCPT: { say } };
  const [booking] = await bookInBulk(clinic, patient, doctor, 1);
  const notification = await eventually(`a reply to ${email} is settled`, async () => {
    const [found] = await notificationsOf(clinic, booking!);
    return found!.attempts > 0 && found!.state !== 'sending' && found;
  });
  const [row] = await clinic.query<{ failing_since: Date | null; leased_until: Date | null }>(
    'SELECT failing_since, leased_until FROM notifications WHERE id = ?',
    [notification.id],
  );
  expect(row!.leased_until).toBeNull();
  await clinic.query("UPDATE notifications SET state = 'cancelled' WHERE id = ?", [notification.id]);
  await clinic.query("UPDATE accounts SET email = CONCAT('former', id, '@x.example') WHERE id = ?", [
    patient.id,
  ]);
  return { ...notification, failing_since: row!.failing_since };
}

/** All that Redis holds: keys, jobs and their results. */
async function contentsOfRedis(): Promise<string> {
  const redis = new Redis(clinic.environment.REDIS_URL);
  const found: unknown[] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    if (type === 'hash') found.push(key, await redis.hgetall(key));
    else if (type === 'stream') found.push(key, await redis.xrange(key, '-', '+'));
    else found.push(key);
  }
  redis.disconnect();
  return inspect(found, { depth: 6, maxArrayLength: null, maxStringLength: null });
}

test.each(ADDRESSES)(
  'a failed attempt is settled whatever the mail server says about %s, and names nobody',
  async (email) => {
    for (const [reply, say] of Object.entries(REPLIES)) {
      const local = email.slice(0, email.lastIndexOf('@'));
      const withCode = (code: string) => bytes(`${code} `, [...say(local, email)]);
      const retried = await settledAfter(withCode('450'), email);
      expect(retried, reply).toMatchObject({
        state: 'pending',
        attempts: 1,
        failing_since: expect.any(Date) as Date,
      });
      expect(retried.due_at.getTime(), reply).toBeGreaterThan(clinic.clock.now());
      const dead = await settledAfter(withCode('550'), email);
      expect(dead, reply).toMatchObject({ state: 'dead', attempts: 1, failing_since: null });
      const texts = [retried.reason, dead.reason, logger.lines.join('\n'), await contentsOfRedis()];
      for (const name of namesIn(email)) for (const text of texts) expect(text, reply).not.toContain(name);
      for (const text of texts.slice(0, 2)) expect(text!.length, reply).toBeGreaterThan(0);
    }
  },
);

test('a reason that the database rejects is replaced', async () => {
  await clinic.query('UPDATE notifications SET reason = NULL');
  await clinic.query('ALTER TABLE notifications MODIFY reason VARCHAR(500) CHARACTER SET ascii NULL');
  try {
    const notification = await settledAfter(Buffer.from('450 más tarde 🩺'), 'anna-maria@example.com');
    expect(notification).toMatchObject({ state: 'pending', attempts: 1, reason: REASON_UNAVAILABLE });
  } finally {
    await clinic.query('ALTER TABLE notifications MODIFY reason VARCHAR(500) CHARACTER SET utf8mb4 NULL');
  }
});

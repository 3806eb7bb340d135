import type { INestApplicationContext } from '@nestjs/common';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { cancel, reschedule } from '../support/races.js';
import { startWorker } from '../support/worker.js';
import { type Counts, countFindings } from './oracle.js';
import { type AcceptedMail, SmtpRecord } from './smtp-record.js';
import type { Acknowledged } from './traffic.js';

// A count of zero is worth nothing from an oracle that cannot count. Each test damages the data and expects a finding.

const DAY_MS = 86_400_000;

let smtp: SmtpRecord;
let clinic: Clinic;
let worker: INestApplicationContext;
let database: Connection;
let patient: Person;
let doctor: DoctorPerson;
let acknowledged: Map<number, Acknowledged>;
let live: BookingJson;

beforeAll(async () => {
  smtp = await SmtpRecord.open();
  clinic = await Clinic.open({ now: new Date().toISOString(), env: { SMTP_URL: smtp.url } });
  worker = await startWorker(clinic.environment);
  database = await createConnection({
    uri: clinic.environment.DATABASE_URL,
    timezone: 'Z',
    dateStrings: ['DATE'],
  });
  patient = await clinic.patient();
  doctor = await clinic.doctor({
    timezone: 'UTC',
    week: Array.from({ length: 7 }, (_, day) => [day, '00:00', '23:59']),
  });
  const [first, second, third] = await Promise.all([bookIn(10), bookIn(11), bookIn(12)]);
  live = first!;
  await cancel(clinic, patient, second.id);
  const moved = await reschedule(clinic, patient, third.id, { date: dateIn(13) });
  await bookIn(1);
  acknowledged = new Map(
    [live, { ...second, status: 'cancelled' }, moved.body as unknown as BookingJson].map((booking) => [
      booking.id,
      acknowledgedOf(booking),
    ]),
  );
  await eventually('every due notification is sent', async () => {
    const open = await clinic.query(
      "SELECT 1 FROM notifications WHERE state <> 'sent' AND state <> 'cancelled' AND due_at <= UTC_TIMESTAMP()",
    );
    return open.length === 0 && smtp.accepted.length >= 6;
  });
});

afterAll(async () => {
  await database?.end();
  await worker?.close();
  await clinic?.close();
  await smtp?.stop();
});

const dateIn = (days: number): string =>
  new Date(clinic.clock.now() + days * DAY_MS).toISOString().slice(0, 10);

function bookIn(days: number): Promise<BookingJson> {
  return book(clinic, patient, doctor, { date: dateIn(days), time: '12:00', duration: 5 });
}

function acknowledgedOf({ id, user_id, doctor_id, date, time, duration, status }: BookingJson): Acknowledged {
  return { id, userId: user_id, doctorId: doctor_id, date, time, duration, status: status as 'booked' };
}

/** Executes statements, has the oracle count, and rolls the statements back. */
async function countAfter(
  statements: readonly string[],
  expected: ReadonlyMap<number, Acknowledged> = acknowledged,
  mails: readonly AcceptedMail[] = smtp.accepted,
): Promise<Counts> {
  await database.beginTransaction();
  for (const statement of statements) await database.query(statement, [live.id]);
  const counts = await countFindings(database, expected, mails);
  await database.rollback();
  return counts;
}

/** The letters whose counts are not zero. */
function letters(counts: Counts): string {
  return (['O', 'A', 'K', 'M', 'D', 'W'] as const).filter((letter) => counts[letter] > 0).join('');
}

const COPY_BOOKING = (shift: string): string =>
  `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                         version, created_at, updated_at)
   SELECT UUID(), doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at + INTERVAL ${shift},
          ends_at + INTERVAL ${shift}, status, version, created_at, updated_at FROM bookings WHERE id = ?`;
const COPY_NOTIFICATION = `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                             message_id, created_at)
   SELECT LAST_INSERT_ID(), 1, 'booked', starts_at, duration_minutes, due_at, state, '<other@clinic.example>', created_at
   FROM notifications WHERE booking_id = ? AND kind = 'booked'`;

describe('the oracle', () => {
  test('counts no findings if all is well, although it has read emails', async () => {
    const counts = await countAfter([]);
    expect(letters(counts)).toBe('');
    expect(counts).toMatchObject({ bookings: 4, dead: 0 });
    expect(counts.mails).toBeGreaterThanOrEqual(6);
  });

  test.each([
    ['O and M: a booking that overlaps another and has no email', [COPY_BOOKING('1 MINUTE')], 'OM'],
    ['M: a booking without an email', [COPY_BOOKING('1 DAY')], 'M'],
    ['K and M: the same booking twice', [COPY_BOOKING('1 DAY'), COPY_NOTIFICATION], 'KM'],
    [
      'A: a booking that differs from what was acknowledged',
      ['UPDATE bookings SET duration_minutes = 6 WHERE id = ?'],
      'A',
    ],
    [
      'A and M: a cancellation that no one requested',
      ["UPDATE bookings SET status = 'cancelled', version = 2 WHERE id = ?"],
      'AM',
    ],
    [
      'W: an email before it was due',
      ['UPDATE notifications SET due_at = UTC_TIMESTAMP() + INTERVAL 1 HOUR WHERE booking_id = ?'],
      'W',
    ],
    [
      'W: an email with another time',
      ['UPDATE notifications SET starts_at = starts_at + INTERVAL 1 HOUR WHERE booking_id = ?'],
      'W',
    ],
    [
      'W: an email to another person',
      [
        "UPDATE accounts SET email = CONCAT('x', email) WHERE id = (SELECT user_id FROM bookings WHERE id = ?)",
      ],
      'W',
    ],
  ])('%s', async (_, statements, expected) => {
    expect(letters(await countAfter(statements))).toBe(expected);
  });

  test('A: a booking that is missing', async () => {
    const lost = { ...acknowledgedOf(live), id: 99_999 };
    expect(letters(await countAfter([], new Map([...acknowledged, [lost.id, lost]])))).toBe('A');
  });

  test('M or D: an email that never came, or came twice', async () => {
    const email = smtp.accepted.find(({ raw }) => raw.includes('text/calendar'))!;
    const others = smtp.accepted.filter((mail) => mail !== email);
    expect(letters(await countAfter([], acknowledged, others))).toBe('M');
    expect(letters(await countAfter([], acknowledged, [...smtp.accepted, email]))).toBe('D');
  });

  test('M: a reminder that was due and never arrived', async () => {
    const due = `UPDATE notifications SET due_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE, state = 'sent'
                 WHERE booking_id = ? AND kind = 'reminder_24h'`;
    expect(letters(await countAfter([due]))).toBe('M');
  });

  test('not M: a reminder that falls due while the oracle reads the emails', async () => {
    const slow = [...smtp.accepted];
    // On a busy machine, reading takes long: advance the database's clock meanwhile.
    slow.map = function <T>(this: AcceptedMail[], read: (mail: AcceptedMail) => T) {
      void database.query('SET SESSION timestamp = UNIX_TIMESTAMP() + 60');
      return Array.from(this, (mail) => read(mail));
    } as typeof slow.map;
    const soon = `UPDATE notifications SET due_at = UTC_TIMESTAMP(3) + INTERVAL 2 SECOND
                  WHERE booking_id = ? AND kind = 'reminder_24h'`;
    const counts = await countAfter([soon], acknowledged, slow);
    await database.query('SET SESSION timestamp = DEFAULT');
    expect(letters(counts)).toBe('');
  });

  test('W: a reminder of an appointment that was changed long before', async () => {
    const [reminder] = await clinic.query<{ message_id: string }>(
      "SELECT message_id FROM notifications WHERE kind = 'reminder_24h' AND booking_id = ?",
      [live.id],
    );
    const sent = {
      to: patient.email,
      raw: `Message-ID: ${reminder!.message_id}\r\n\r\nremember\r\n`,
      at: Date.now(),
    };
    const due = 'UPDATE notifications SET due_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE WHERE booking_id = ?';
    const moved = `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                             message_id, created_at)
      SELECT booking_id, 2, 'moved', starts_at, duration_minutes, due_at, state, '<other@clinic.example>',
             UTC_TIMESTAMP() - INTERVAL 1 MINUTE FROM notifications WHERE booking_id = ? AND kind = 'booked'`;
    const mails = [...smtp.accepted, sent];
    expect((await countAfter([due], new Map(), mails)).W).toBe(0);
    expect((await countAfter([due, moved], new Map(), mails)).W).toBe(1);
  });

  test('M: an email about a withdrawn reschedule, unless an email about a later change came', async () => {
    const { id } = await bookIn(20);
    await reschedule(clinic, patient, id, { date: dateIn(21) });
    await cancel(clinic, patient, id);
    const [, moved, cancelled] = await eventually('all three emails are sent', async () => {
      const sent = await clinic.query<{ message_id: string }>(
        "SELECT message_id FROM notifications WHERE booking_id = ? AND state = 'sent' ORDER BY id",
        [id],
      );
      return sent.length === 3 && sent;
    });
    const without = (...omitted: { message_id: string }[]): AcceptedMail[] =>
      smtp.accepted.filter(({ raw }) => !omitted.some(({ message_id }) => raw.includes(message_id)));
    const withdrawn = `UPDATE notifications SET state = 'cancelled' WHERE message_id = '${moved!.message_id}'`;
    expect((await countAfter([], acknowledged, without(moved!))).M).toBe(1);
    expect((await countAfter([withdrawn], acknowledged, without(moved!))).M).toBe(0);
    expect((await countAfter([withdrawn], acknowledged, without(moved!, cancelled!))).M).toBe(2);
  });
});

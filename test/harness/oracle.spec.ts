import type { INestApplicationContext } from '@nestjs/common';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { bookFor, insertPatient, selfOf } from '../support/patients.js';
import { cancel, reschedule } from '../support/races.js';
import { startWorker } from '../support/worker.js';
import { Acknowledged, type Asked, type BookingAnswer } from './acknowledged.js';
import { LETTERS } from './finding.js';
import { type Counts, countFindings } from './oracle.js';
import { type AcceptedMail, SmtpRecord } from './smtp-record.js';

// A count of zero is worth nothing from an oracle that cannot count. Each test damages the data and expects a finding.

const DAY_MS = 86_400_000;
const REASON = 'As agreed on the phone';

let smtp: SmtpRecord;
let clinic: Clinic;
let worker: INestApplicationContext;
let database: Connection;
let patient: Person;
let desk: Person;
let doctor: DoctorPerson;
let acknowledged: Map<number, Acknowledged>;
let live: BookingJson;
/** The ids that statements name with a `$`. */
let ids: Record<string, number>;

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
  desk = await clinic.staff();
  doctor = await clinic.doctor({
    timezone: 'UTC',
    week: Array.from({ length: 7 }, (_, day) => [day, '00:00', '23:59']),
  });
  acknowledged = new Map();
  await actAsPatient();
  await actAsDesk();
  await eventually('every due notification is sent', async () => {
    const open = await clinic.query(
      "SELECT 1 FROM notifications WHERE state <> 'sent' AND state <> 'cancelled' AND due_at <= UTC_TIMESTAMP()",
    );
    return open.length === 0 && smtp.accepted.length >= 8;
  });
});

afterAll(async () => {
  await database?.end();
  await worker?.close();
  await clinic?.close();
  await smtp?.stop();
});

/** One booking that stays, one that is cancelled, one that is rescheduled, and one that is reminded of. */
async function actAsPatient(): Promise<void> {
  const [first, second, third] = await Promise.all([bookIn(10), bookIn(11), bookIn(12)]);
  live = first!;
  for (const booking of [first, second, third]) acknowledge(booking);
  await cancel(clinic, patient, second.id);
  acknowledged.get(second.id)!.learnCancelled();
  acknowledge((await reschedule(clinic, patient, third.id, { date: dateIn(13) })).body);
  await bookIn(1);
  ids = { live: live.id, cancelled: second.id, moved: third.id };
}

/** One overbooked, one for a patient without an address, one without an email, and one with several statuses. */
async function actAsDesk(): Promise<void> {
  const self = await selfOf(clinic, patient);
  const stranger = await insertPatient(clinic, { given_name: 'Ana', family_name: 'Sol' });
  const bookAs = async (patientId: number, wish: { date: string; time: string }, asked: object = {}) =>
    bookFor(clinic, desk, patientId, doctor, { duration: 5, ...wish, ...asked });
  const rules = ['TAKEN', 'PATIENT_BUSY'];
  const over = await bookAs(
    self,
    { date: dateIn(10), time: '12:02' },
    { override: { rules, reason: REASON } },
  );
  acknowledge(over, { rules });
  const unreachable = await bookAs(stranger, { date: dateIn(14), time: '12:00' });
  acknowledge(unreachable);
  const quiet = await bookAs(self, { date: dateIn(15), time: '12:00' }, { notify: false });
  acknowledge(quiet, { isQuiet: true });
  const [date, time] = new Date(clinic.clock.now()).toISOString().split('T') as [string, string];
  const walkIn = await bookAs(self, { date, time: time.slice(0, 5) });
  acknowledge(walkIn);
  for (const status of ['arrived', 'booked', 'fulfilled']) {
    const path = `/api/bookings/${walkIn.id}/status`;
    acknowledge((await clinic.client.post(path, { status, reason: REASON }, desk)).body);
  }
  ids = { ...ids, stranger, over: over.id, unreachable: unreachable.id, quiet: quiet.id, walkIn: walkIn.id };
}

const dateIn = (days: number): string =>
  new Date(clinic.clock.now() + days * DAY_MS).toISOString().slice(0, 10);

function bookIn(days: number): Promise<BookingJson> {
  return book(clinic, patient, doctor, { date: dateIn(days), time: '12:00', duration: 5 });
}

function acknowledge(body: unknown, asked: Asked = {}): void {
  const answer = body as BookingAnswer;
  const known = acknowledged.get(answer.id);
  if (known) known.learn(answer, asked);
  else acknowledged.set(answer.id, new Acknowledged(answer, asked));
}

/** The acknowledged bookings, but that a client asked for something else about one of them. */
function asking(name: string, asked: Asked): Map<number, Acknowledged> {
  const { id, patientId, versions } = acknowledged.get(ids[name]!)!;
  const other = new Map(acknowledged);
  for (const [version, { doctorId, isOverbooked, ...state }] of versions) {
    const ofService = { doctor_id: doctorId, overbooked: isOverbooked, patient: { id: patientId } };
    const answer = { id, version, ...state, ...ofService };
    if (version === 1) other.set(id, new Acknowledged(answer, asked));
    else other.get(id)!.learn(answer, asked);
  }
  return other;
}

/** Executes statements, has the oracle count, and rolls the statements back. */
async function countAfter(
  statements: readonly string[],
  expected: ReadonlyMap<number, Acknowledged> = acknowledged,
  mails: readonly AcceptedMail[] = smtp.accepted,
): Promise<Counts> {
  await database.beginTransaction();
  try {
    for (const statement of statements)
      await database.query(statement.replace(/\$(\w+)/g, (_, name: string) => String(ids[name]!)));
    return await countFindings(database, expected, mails);
  } finally {
    await database.rollback();
  }
}

/** The letters whose counts are not zero. */
function letters(counts: Counts): string {
  return LETTERS.filter((letter) => counts[letter] > 0).join('');
}

const COPY_BOOKING = (shift: string, status = 'booked'): string =>
  `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                         version, created_at, updated_at)
   SELECT UUID(), doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at + INTERVAL ${shift},
          ends_at + INTERVAL ${shift}, '${status}', version, created_at, updated_at FROM bookings WHERE id = $live`;
const COPY_NOTIFICATION = (bookingId: string, version = 1, kind = 'booked'): string =>
  `INSERT INTO notifications (booking_id, booking_version, kind, doctor_id, starts_at, duration_minutes, due_at, state,
                              message_id, created_at)
   SELECT ${bookingId}, ${version}, '${kind}', doctor_id, starts_at, duration_minutes, due_at, state,
          '<other@clinic.example>', UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE
   FROM notifications WHERE booking_id = $live AND kind = 'booked'`;
const UPDATE_EVENT = (event: string, change: string): string =>
  `UPDATE audit_events SET ${change} WHERE subject = 'booking' AND ${event}`;
const SET_PARTICULAR = (name: string, value: string): string =>
  `particulars = JSON_SET(particulars, '$.${name}', '${value}')`;
const ADD_EVENT = (name: string, action: string, particulars: object, secondsAgo = 0): string =>
  `INSERT INTO audit_events (at, action, subject, subject_id, particulars, reason)
   VALUES (UTC_TIMESTAMP(3) - INTERVAL ${secondsAgo} SECOND, 'booking.${action}', 'booking', $${name},
           '${JSON.stringify(particulars)}', '${REASON}')`;
const STATUS = (name: string, status: string, secondsAgo = 0): string[] => [
  ADD_EVENT(name, 'status_set', { before: 'booked', status }, secondsAgo),
  `UPDATE bookings SET status = '${status}', edits = edits + 1 WHERE id = $${name}`,
];
const OF_STEP = (status: string): string =>
  `subject_id = $walkIn AND JSON_VALUE(particulars, '$.status') = '${status}'`;
const OUTCOME = (name: string, outcome: string, kind = 'booked'): string =>
  `UPDATE notifications SET ${outcome} WHERE booking_id = $${name} AND kind = '${kind}'`;

/** An email about a notification as the mail server would have accepted it now, without a calendar entry. */
async function emailOf(name: string, kind: string): Promise<AcceptedMail> {
  const [row] = await clinic.query<{ message_id: string }>(
    'SELECT message_id FROM notifications WHERE kind = ? AND booking_id = ?',
    [kind, ids[name]],
  );
  return { to: patient.email, raw: `Message-ID: ${row!.message_id}\r\n\r\nremember\r\n`, at: Date.now() };
}

describe('the oracle', () => {
  test('counts no findings if all is well, although it has read emails', async () => {
    const counts = await countAfter([]);
    expect(letters(counts)).toBe('');
    expect(counts).toMatchObject({ bookings: 8, overbooked: 1, statuses: 3, dead: 0 });
    expect(counts.mails).toBeGreaterThanOrEqual(8);
  });

  test.each([
    ['O: a booking that overlaps another', [COPY_BOOKING('1 MINUTE')], 'OHLM'],
    ['O: one that has taken place overlaps another', [COPY_BOOKING('1 MINUTE', 'fulfilled')], 'OHLM'],
    ['not O: a cancelled one overlaps another', [COPY_BOOKING('1 MINUTE', 'cancelled')], 'HLM'],
    [
      'O: neither of two that overlap is overbooked',
      ['UPDATE bookings SET overbooked = 0 WHERE id = $over'],
      'OA',
    ],
    ['O: an overbooked one has no override', ['UPDATE bookings SET overridden = NULL WHERE id = $over'], 'O'],
    [
      'O: an overbooked one has an override of something else',
      ["UPDATE bookings SET overridden = 'EXCEPTION' WHERE id = $over"],
      'O',
    ],
    ['O: an override has no reason', ['UPDATE bookings SET override_reason = NULL WHERE id = $over'], 'O'],
    [
      'O: an event knows nothing of the override',
      [UPDATE_EVENT('subject_id = $over', "particulars = JSON_REMOVE(particulars, '$.overridden')")],
      'O',
    ],
    ['M: a booking without an email', [COPY_BOOKING('1 DAY')], 'HLM'],
    ['K: the same booking twice', [COPY_BOOKING('1 DAY'), COPY_NOTIFICATION('LAST_INSERT_ID()')], 'KHM'],
    [
      'A: a booking that differs from what was acknowledged',
      ['UPDATE bookings SET duration_minutes = 6 WHERE id = $live'],
      'AH',
    ],
    [
      'A: a booking of another patient than was acknowledged',
      ['UPDATE bookings SET patient_id = $stranger WHERE id = $live'],
      'ALW',
    ],
    [
      'A: a cancellation that no one requested',
      ["UPDATE bookings SET status = 'cancelled', version = 2 WHERE id = $live"],
      'AHLM',
    ],
    [
      'A: a status that was lost with its event',
      [
        `DELETE FROM audit_events WHERE ${OF_STEP('fulfilled')}`,
        "UPDATE bookings SET status = 'booked', edits = edits - 1 WHERE id = $walkIn",
      ],
      'A',
    ],
    [
      'A: a status between others that became another',
      [
        UPDATE_EVENT(OF_STEP('arrived'), SET_PARTICULAR('status', 'noshow')),
        UPDATE_EVENT(OF_STEP('booked'), SET_PARTICULAR('before', 'noshow')),
      ],
      'A',
    ],
    [
      'A: an earlier time that was another',
      [UPDATE_EVENT("subject_id = $moved AND action = 'booking.booked'", SET_PARTICULAR('time', '13:00'))],
      'A',
    ],
    [
      'H: a change without an event',
      ["DELETE FROM audit_events WHERE subject = 'booking' AND subject_id = $live"],
      'H',
    ],
    ['H: a change with two events', [ADD_EVENT('live', 'annotated', {})], 'H'],
    ['H: an event after the cancellation', [ADD_EVENT('cancelled', 'annotated', {})], 'H'],
    [
      'H: a booking that is not as its events say',
      ["UPDATE bookings SET status = 'arrived' WHERE id = $walkIn"],
      'AH',
    ],
    [
      'H: a step that is not allowed',
      [UPDATE_EVENT(OF_STEP('booked'), SET_PARTICULAR('status', 'noshow'))],
      'AH',
    ],
    [
      'H: a step from another status',
      [UPDATE_EVENT(OF_STEP('booked'), SET_PARTICULAR('before', 'noshow'))],
      'H',
    ],
    ['H: a step back without a reason', [UPDATE_EVENT(OF_STEP('booked'), 'reason = NULL')], 'H'],
    ['H: a step back on another day', [UPDATE_EVENT(OF_STEP('booked'), 'at = at + INTERVAL 2 DAY')], 'H'],
    ['H: arrived on another day', STATUS('moved', 'arrived'), 'AH'],
    ['H: noshow before the start', STATUS('moved', 'noshow'), 'AH'],
    [
      'H: a cancellation of what took place',
      [
        ADD_EVENT('walkIn', 'cancelled', {}, -120),
        "UPDATE bookings SET status = 'cancelled', version = 2 WHERE id = $walkIn",
      ],
      'AHLM',
    ],
    [
      'not H: a cancellation of what was fulfilled before its start',
      [
        ...STATUS('live', 'fulfilled'),
        ADD_EVENT('live', 'cancelled', {}),
        "UPDATE bookings SET status = 'cancelled', version = 2 WHERE id = $live",
      ],
      'ALM',
    ],
    [
      'L: a version without a row',
      ["DELETE FROM notifications WHERE booking_id = $over AND kind = 'booked'"],
      'LW',
    ],
    ['L: a version with a row of another kind', [OUTCOME('live', "kind = 'moved'")], 'L'],
    ['L: a version with two rows', [COPY_NOTIFICATION('$live', 1, 'moved')], 'L'],
    ['L: a row of a version that never was', [COPY_NOTIFICATION('$live', 2, 'moved')], 'L'],
    [
      'L: a row to a patient without an address that did not end',
      [OUTCOME('unreachable', "state = 'pending'")],
      'L',
    ],
    [
      'L: one that ended for another reason',
      [OUTCOME('unreachable', "reason = 'the patient wants no emails'")],
      'L',
    ],
    ['L: one that ended as sent', [OUTCOME('unreachable', "state = 'sent'")], 'L'],
    ['L: a reminder to such a patient', [OUTCOME('unreachable', "state = 'sent'", 'reminder_24h')], 'L'],
    [
      'L: a row that was cancelled although the patient has an address',
      [OUTCOME('live', "state = 'cancelled', reason = 'the patient has no address for emails'")],
      'L',
    ],
    [
      'L: a row that the desk wanted not to be sent',
      [OUTCOME('quiet', "state = 'sent', reason = NULL")],
      'L',
    ],
    [
      'L: a row that ended by a wish that nobody had',
      [OUTCOME('live', "state = 'cancelled', reason = 'the desk wanted no email about this'")],
      'L',
    ],
    [
      'W: an email before it was due',
      ['UPDATE notifications SET due_at = UTC_TIMESTAMP() + INTERVAL 1 HOUR WHERE booking_id = $live'],
      'W',
    ],
    [
      'W: an email with another time',
      ['UPDATE notifications SET starts_at = starts_at + INTERVAL 1 HOUR WHERE booking_id = $live'],
      'W',
    ],
    [
      'W: an email to another person',
      [
        "UPDATE accounts SET email = CONCAT('x', email) WHERE id = (SELECT user_id FROM bookings WHERE id = $live)",
      ],
      'W',
    ],
  ])('%s', async (_, statements, expected) => {
    expect(letters(await countAfter(statements))).toBe(expected);
  });

  test('O: an override that no request named', async () => {
    expect(letters(await countAfter([], asking('over', { rules: ['EXCEPTION'] })))).toBe('O');
  });

  test('L and W: an email that the desk did not want', async () => {
    expect(letters(await countAfter([], asking('live', { isQuiet: true })))).toBe('LW');
  });

  test('L and M: no email, although the desk wanted one', async () => {
    expect(letters(await countAfter([], asking('quiet', {})))).toBe('LM');
  });

  test('W: an email to a patient without an address', async () => {
    expect(
      letters(await countAfter([], acknowledged, [...smtp.accepted, await emailOf('unreachable', 'booked')])),
    ).toBe('W');
  });

  test('W: a reminder of a booking whose patient has arrived', async () => {
    const mails = [...smtp.accepted, await emailOf('live', 'reminder_24h')];
    const due = OUTCOME('live', 'due_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE', 'reminder_24h');
    expect((await countAfter([due, ...STATUS('live', 'fulfilled', 1)], new Map(), mails)).W).toBe(0);
    expect((await countAfter([due, ...STATUS('live', 'fulfilled', 30)], new Map(), mails)).W).toBe(1);
  });

  test('W: a reminder after the start, but not one before the desk moved the booking into the past', async () => {
    const mails = [...smtp.accepted, await emailOf('live', 'reminder_24h')];
    const due = OUTCOME('live', 'due_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE', 'reminder_24h');
    const begun = OUTCOME('live', 'starts_at = UTC_TIMESTAMP() - INTERVAL 2 SECOND', 'reminder_24h');
    const moved = 'UPDATE bookings SET starts_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE WHERE id = $live';
    expect((await countAfter([due, begun], new Map(), mails)).W).toBe(1);
    const withoutReminder = await countAfter([moved], new Map());
    expect((await countAfter([due, moved], new Map(), mails)).W).toBe(withoutReminder.W);
  });

  test('not M: a reminder that fell due after the patient had arrived', async () => {
    const due = OUTCOME('live', 'due_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE', 'reminder_24h');
    expect((await countAfter([due, ...STATUS('live', 'fulfilled', 90)], new Map())).M).toBe(0);
  });

  test('A: a booking that is missing', async () => {
    const lost = new Acknowledged({ ...(live as unknown as BookingAnswer), id: 99_999 });
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
                 WHERE booking_id = $live AND kind = 'reminder_24h'`;
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
                  WHERE booking_id = $live AND kind = 'reminder_24h'`;
    const counts = await countAfter([soon], acknowledged, slow);
    await database.query('SET SESSION timestamp = DEFAULT');
    expect(letters(counts)).toBe('');
  });

  test('W: a reminder of an appointment that was changed long before', async () => {
    const due = OUTCOME('live', 'due_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE', 'reminder_24h');
    const mails = [...smtp.accepted, await emailOf('live', 'reminder_24h')];
    expect((await countAfter([due], new Map(), mails)).W).toBe(0);
    expect((await countAfter([due, COPY_NOTIFICATION('$live', 2, 'moved')], new Map(), mails)).W).toBe(1);
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

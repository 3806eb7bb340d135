/**
 * The baseline: the least work with which a program can give Clinica's answers, byte for byte, on the same hardware,
 * Node and database. It is bare Fastify and mysql2 with prepared statements. It checks nothing but tokens, and supports a
 * single time zone whose clocks do not change during working hours. It is a yardstick, not a service.
 */
import { createSecretKey, randomUUID } from 'node:crypto';
import { verify as verifyPassword } from '@node-rs/argon2';
import Fastify from 'fastify';
import jwt from 'jsonwebtoken';
import mysql from 'mysql2/promise';

const { DATABASE_URL = '', DATABASE_POOL_SIZE = '20', JWT_SECRET = '', PORT = '0' } = process.env;
const ZONE = 'Europe/Madrid';
const STEP = 15;
const DAY_MS = 24 * 3_600_000;
// Given a string, jsonwebtoken would first try to parse it as a public key, for every token.
const KEY = createSecretKey(Buffer.from(JWT_SECRET));

const pool = mysql.createPool({
  uri: DATABASE_URL,
  connectionLimit: Number(DATABASE_POOL_SIZE),
  timezone: 'Z',
  dateStrings: ['DATE'],
  trace: false,
});
pool.pool.on('connection', (connection) => {
  connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
});

const READ_DAY = `
  SELECT 'doctor' AS kind, NULL AS start, NULL AS end FROM doctors WHERE id = ?
  UNION ALL SELECT 'window', TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(end_time) DIV 60
    FROM availability_windows WHERE doctor_id = ? AND day_of_week = ?
  UNION ALL SELECT 'exception', TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(end_time) DIV 60
    FROM exceptions WHERE doctor_id = ? AND date = ?
  UNION ALL SELECT 'busy', TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(start_time) DIV 60 + duration_minutes
    FROM bookings WHERE doctor_id = ? AND date = ? AND status <> 'cancelled'`;
const READ_DAY_AND_PATIENT = `${READ_DAY}
  UNION ALL SELECT CAST(JSON_OBJECT('id', id, 'given_name', given_name, 'family_name', family_name) AS CHAR), NULL, NULL
    FROM patients WHERE self_account_id = ? AND merged_into IS NULL AND erased_at IS NULL`;
const LOCK_DAY = `INSERT INTO doctor_days (doctor_id, date, version) VALUES (?, ?, 1)
  ON DUPLICATE KEY UPDATE version = LAST_INSERT_ID(version + 1)`;
const INSERT_BOOKING = `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes,
    starts_at, ends_at, status, version, created_at, updated_at, booked_by, booked_by_role, day_version, open_from, open_until)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'booked', 1, ?, ?, ?, 'user', ?, ?, ?)`;
const INSERT_NOTIFICATIONS = `INSERT INTO notifications
    (booking_id, booking_version, kind, doctor_id, starts_at, duration_minutes, due_at, state, message_id, created_at)
  VALUES (?, 1, 'booked', ?, ?, ?, ?, 'pending', ?, ?), (?, 1, 'reminder_24h', ?, ?, ?, ?, 'pending', ?, ?),
         (?, 1, 'reminder_1h', ?, ?, ?, ?, 'pending', ?, ?)`;
const LIST_BOOKINGS = `SELECT b.id, b.doctor_id, b.user_id, b.date, TIME_TO_SEC(b.start_time) DIV 60, b.duration_minutes,
    TIMESTAMPDIFF(MINUTE, '1970-01-01', b.starts_at), b.version + b.edits, d.name, d.specialty,
    b.patient_id, p.given_name, p.family_name, b.status, b.note, b.overbooked, b.booked_by, b.booked_by_role
  FROM bookings b JOIN doctors d ON d.id = b.doctor_id JOIN patients p ON p.id = b.patient_id
  WHERE b.user_id = ? AND b.status <> 'cancelled' ORDER BY b.starts_at, b.id`;
const CANCEL_BOOKING = `UPDATE bookings SET status = 'cancelled', cancelled_by_role = 'user', version = version + 1, updated_at = ?
  WHERE id = ? AND user_id = ? AND status = 'booked' AND starts_at > ?`;
const FIND_BOOKING =
  'SELECT doctor_id, version, starts_at, duration_minutes FROM bookings WHERE id = ? AND user_id = ?';
const WITHDRAW_REMINDERS = `UPDATE notifications SET state = 'cancelled', settled_at = ?, leased_until = NULL
  WHERE booking_id = ? AND kind IN ('reminder_24h', 'reminder_1h') AND state IN ('pending', 'queued')`;
const INSERT_CANCELLATION = `INSERT INTO notifications
    (booking_id, booking_version, kind, doctor_id, starts_at, duration_minutes, due_at, state, message_id, created_at)
  VALUES (?, ?, 'cancelled', ?, ?, ?, ?, 'pending', ?, ?)`;
const INSERT_EVENT = `INSERT INTO audit_events
    (at, actor_id, actor_role, action, subject, subject_id, address, request_id, particulars)
  VALUES (?, ?, 'user', ?, ?, ?, ?, ?, ?)`;
const INSERT_SESSION = `INSERT INTO sessions (account_id, created_at, last_seen_at, expires_at, address)
  VALUES (?, ?, ?, ?, ?)`;
const LIST_DOCTORS = 'SELECT id, name, specialty, email, timezone FROM doctors ORDER BY name, id';
const FIND_ACCOUNT = 'SELECT id, email, role, locale, password_hash FROM accounts WHERE email = ?';

/**
 * @typedef {{ kind: string, start: number, end: number }} DayRow
 * @typedef {{ doctor_id: number, date: string, time: string, duration: number }} BookingRequest
 * @typedef {{ id: number, doctor_id: number, user_id: number, status: string, version: number, timezone: string,
 *   starts_at: Date, ends_at: Date, patient: unknown }} Booking
 * @typedef {Omit<Booking, 'patient'> & { date: string, start_time: string, duration_minutes: number, name: string,
 *   specialty: string }} Row
 * @typedef {[number, number, number, string, number, number, number, number, string, string, number, string | null,
 *   string | null, string, string | null, number, number | null, string]} ListRow
 * @typedef {{ id: number, email: string, role: string, locale: string, password_hash: string }} Account
 */

const server = Fastify();

/** @param {import('fastify').FastifyRequest} request */
function accountIdOf(request) {
  const token = (request.headers.authorization ?? '').slice('Bearer '.length);
  const rules = { issuer: 'clinica', audience: 'clinica-api', algorithms: [/** @type {const} */ ('HS256')] };
  return /** @type {{ id: number }} */ (jwt.verify(token, KEY, rules)).id;
}

server.get('/health/live', () => ({ status: 'up' }));

server.get('/api/bookings/available-slots', async (request) => {
  accountIdOf(request);
  const query = /** @type {Record<string, string>} */ (request.query);
  const [doctor, date] = [Number(query.doctor_id), query.date ?? ''];
  const [rows] = await pool.execute(READ_DAY, dayOf(doctor, date));
  return slotsOf(/** @type {DayRow[]} */ (/** @type {unknown} */ (rows)), Number(query.duration ?? 30), date);
});

server.get('/api/bookings/me', async (request, reply) => {
  /** @type {ListRow[]} */
  const rows = rowsOf(await pool.execute({ sql: LIST_BOOKINGS, rowsAsArray: true }, [accountIdOf(request)]));
  reply.type('application/json; charset=utf-8');
  return `[${rows.map(listItem).join(',')}]`;
});

server.get('/api/doctors/public', async () => (await pool.execute(LIST_DOCTORS))[0]);

server.post('/api/bookings', async (request, reply) => {
  const user = accountIdOf(request);
  const { doctor_id, date, time, duration } = /** @type {BookingRequest} */ (request.body);
  const booking = await inTransaction(async (tx) => {
    const [day] = await tx.execute(LOCK_DAY, [doctor_id, date]);
    /** @type {DayRow[]} */
    const rows = rowsOf(await tx.execute(READ_DAY_AND_PATIENT, [...dayOf(doctor_id, date), user]));
    /** @type {unknown} */
    const patient = JSON.parse(rows.at(-1)?.kind ?? '');
    if (!isFree(takenOf(rows), minutes(time), minutes(time) + duration)) return undefined;
    const now = new Date();
    const starts_at = instant(date, time);
    const ends_at = new Date(starts_at.getTime() + duration * 60_000);
    const { start = 0, end = 0 } = rows.find(({ kind }) => kind === 'window') ?? {};
    const open = [instant(date, wall(start)), instant(date, wall(end))];
    const version = /** @type {{ insertId: number }} */ (day).insertId || 1;
    // An account's own patient has the same id: `fill` gives it.
    const values = [doctor_id, user, user, date, time, duration, starts_at, ends_at];
    const [made] = await tx.execute(INSERT_BOOKING, [
      randomUUID(),
      ...values,
      now,
      now,
      user,
      version,
      ...open,
    ]);
    const id = /** @type {{ insertId: number }} */ (made).insertId;
    /** @param {number} hours */
    const notification = (hours) => {
      const due = hours ? new Date(starts_at.getTime() - hours * 3_600_000) : now;
      return [id, doctor_id, starts_at, duration, due, `<${randomUUID()}@clinic.example>`, now];
    };
    const particulars = JSON.stringify({ doctor_id, date, time, duration });
    await Promise.all([
      tx.execute(INSERT_NOTIFICATIONS, [0, 24, 1].flatMap(notification)),
      tx.execute(INSERT_EVENT, [
        now,
        user,
        'booking.booked',
        'booking',
        id,
        request.ip,
        randomUUID(),
        particulars,
      ]),
    ]);
    return {
      id,
      doctor_id,
      user_id: user,
      patient,
      starts_at,
      ends_at,
      status: 'booked',
      version: 1,
      timezone: ZONE,
    };
  });
  if (!booking) return reply.code(400).send({ error: 'taken' });
  return reply.code(201).send(wire(booking, date, time, duration));
});

server.delete('/api/bookings/:id', async (request) => {
  const user = accountIdOf(request);
  const { id } = /** @type {{ id: string }} */ (request.params);
  return inTransaction(async (tx) => {
    const now = new Date();
    const [done] = await tx.execute(CANCEL_BOOKING, [now, id, user, now]);
    if (/** @type {{ affectedRows: number }} */ (done).affectedRows !== 1) throw new Error('no such booking');
    /** @type {Row[]} */
    const [row] = rowsOf(await tx.execute(FIND_BOOKING, [id, user]));
    if (!row) throw new Error('no such booking');
    await tx.execute(WITHDRAW_REMINDERS, [now, id]);
    const cancellation = [
      row.version,
      row.doctor_id,
      row.starts_at,
      row.duration_minutes,
      now,
      `<${randomUUID()}@clinic.example>`,
      now,
    ];
    await Promise.all([
      tx.execute(INSERT_CANCELLATION, [id, ...cancellation]),
      tx.execute(INSERT_EVENT, [
        now,
        user,
        'booking.cancelled',
        'booking',
        id,
        request.ip,
        randomUUID(),
        '{}',
      ]),
    ]);
    return { message: 'Booking cancelled successfully' };
  });
});

server.post('/api/auth/login', async (request) => {
  const { email, password } = /** @type {{ email: string, password: string }} */ (request.body);
  /** @type {Account[]} */
  const [account] = rowsOf(await pool.execute(FIND_ACCOUNT, [email]));
  if (!account || !(await verifyPassword(account.password_hash, password))) throw new Error('wrong');
  const { id, role, locale } = account;
  const rules = { issuer: 'clinica', audience: 'clinica-api', expiresIn: /** @type {const} */ ('24h') };
  const session = await inTransaction(async (tx) => {
    const now = new Date();
    const [begun] = await tx.execute(INSERT_SESSION, [
      id,
      now,
      now,
      new Date(now.getTime() + DAY_MS),
      request.ip,
    ]);
    await tx.execute(INSERT_EVENT, [
      now,
      id,
      'account.logged_in',
      'account',
      id,
      request.ip,
      randomUUID(),
      '{}',
    ]);
    return /** @type {{ insertId: number }} */ (begun).insertId;
  });
  return { token: jwt.sign({ id, email, role, session }, KEY, rules), user: { id, email, role, locale } };
});

/**
 * @template T
 * @param {(tx: mysql.PoolConnection) => Promise<T>} work
 */
async function inTransaction(work) {
  const connection = await pool.getConnection();
  try {
    await connection.query('BEGIN');
    const result = await work(connection);
    await connection.query(result === undefined ? 'ROLLBACK' : 'COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  } finally {
    connection.release();
  }
}

/** @param {number} doctor @param {string} date */
function dayOf(doctor, date) {
  return [doctor, doctor, new Date(date).getUTCDay(), doctor, date, doctor, date];
}

/**
 * @template T
 * @param {unknown} answer
 */
const rowsOf = (answer) => /** @type {[T[]]} */ (answer)[0];

/** @param {DayRow[]} rows @param {number} duration @param {string} date */
function slotsOf(rows, duration, date) {
  if (rows[0]?.kind !== 'doctor') throw new Error('unknown doctor');
  const midnight = instant(date, '00:00').getTime();
  const now = (Date.now() - midnight) / 60_000;
  const taken = takenOf(rows);
  const starts = [];
  for (const { kind, start: first, end } of rows) {
    if (kind !== 'window') continue;
    for (let start = first; start + duration <= end; start += STEP) {
      if (start > now && isFree(taken, start, start + duration)) starts.push(wall(start));
    }
  }
  return starts;
}

/** @param {DayRow[]} rows @returns {[number, number][]} minutes of the day */
function takenOf(rows) {
  return rows
    .filter(({ kind }) => kind === 'busy' || kind === 'exception')
    .map(({ start, end }) => (start === null ? [0, 1440] : [start, end]));
}

/** @param {[number, number][]} taken @param {number} start @param {number} end */
function isFree(taken, start, end) {
  for (const [from, until] of taken) if (from < end && start < until) return false;
  return true;
}

/** @param {Booking} booking @param {string} date @param {string} time @param {number} duration */
function wire(
  { id, doctor_id, user_id, patient, status, version, timezone, starts_at, ends_at },
  date,
  time,
  duration,
) {
  const people = {
    booked_by: { account_id: user_id, role: 'user' },
    cancelled_by: null,
    cancel_reason: null,
  };
  const kept = { status, note: null, overbooked: false, ...people };
  const booking = { id, doctor_id, user_id, patient, date, time, duration, ...kept, version, timezone };
  return { ...booking, starts_at: iso(starts_at, date), ends_at: iso(ends_at, date) };
}

/** @param {ListRow} row */
function listItem(row) {
  const [id, doctor, account, date, time, duration, start, version, name, specialty, ...people] = row;
  const [patient, given, family, status, note, overbooked, bookedBy, role] = people;
  const ahead = offset(date);
  const zone = `:00+${two(ahead / 60)}:00`;
  const local = (start + ahead) % 1440;
  return (
    `{"id":${id},"doctor_id":${doctor},"user_id":${account},"patient":{"id":${patient},` +
    `"given_name":${JSON.stringify(given)},"family_name":${JSON.stringify(family)}},"date":"${date}",` +
    `"time":"${WALL[time]}","duration":${duration},"status":"${status}","note":${JSON.stringify(note)},` +
    `"overbooked":${overbooked === 1},"booked_by":{"account_id":${bookedBy},"role":"${role}"},` +
    `"cancelled_by":null,"cancel_reason":null,"version":${version},"timezone":"${ZONE}",` +
    `"starts_at":"${date}T${WALL[local]}${zone}","ends_at":"${date}T${WALL[local + duration]}${zone}",` +
    `"doctor_name":${JSON.stringify(name)},"specialty":${JSON.stringify(specialty)}}`
  );
}

/** @type {Map<string, number>} */
const offsets = new Map();
const hours = new Intl.DateTimeFormat('en', { timeZone: ZONE, hour: 'numeric', hourCycle: 'h23' });

/** @param {string} date @returns {number} offset from UTC at noon, in minutes */
function offset(date) {
  let found = offsets.get(date);
  if (found === undefined) {
    found = (Number(hours.format(new Date(`${date}T12:00:00Z`))) - 12) * 60;
    offsets.set(date, found);
  }
  return found;
}

/** @param {string} date @param {string} time */
const instant = (date, time) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + (minutes(time) - offset(date)) * 60_000);

/** @param {Date} at @param {string} date */
const iso = (at, date) =>
  `${new Date(at.getTime() + offset(date) * 60_000).toISOString().slice(0, 19)}+${two(offset(date) / 60)}:00`;

/** @param {string} time */
const minutes = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** @param {number} of */
const wall = (of) => `${two(Math.floor(of / 60))}:${two(of % 60)}`;

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

const WALL = Array.from({ length: 1440 }, (_, of) => wall(of));

await server.listen({ port: Number(PORT), host: '127.0.0.1' });

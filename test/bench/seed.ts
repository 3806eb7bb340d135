import { hash } from '@node-rs/argon2';
import type { Connection } from 'mysql2/promise';
import { tokenFor } from '../harness/people.js';

/** Each doctor works every day from 9 to 17: 32 start times a day. */
export const DOCTORS = 100;
export const ZONE = 'Europe/Madrid';
export const PASSWORD = 'a password of the bench';
/** The first patients, whose lists are requested, and how many bookings each has. */
export const LISTED = { patients: 50, bookings: 30 };
/** The next patients, who have long lists. */
export const LONG = { patients: 10, bookings: 100 };
/** The first of all other patients. */
export const FIRST_OTHER = LISTED.patients + LONG.patients + 1;

const FIRST_DOCTOR_ACCOUNT = 1_000_001;
const HOUR_MS = 3_600_000;

/** How much data a clinic has. */
export interface SeedSize {
  readonly bookings: number;
  /** How many of them belong to doctor 1. */
  readonly ofDoctorOne?: number;
}

/** The UTC date that many days from today, as YYYY-MM-DD. */
export function dateIn(days: number): string {
  return new Date(Date.now() + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** @param patient the account's id; patients count from 1 */
export function tokenOf(patient: number, secret: string): string {
  return tokenFor({ id: patient, email: `patient${patient}@bench.example`, role: 'user' }, secret);
}

/**
 * Fills an empty database. It uses nothing but SQL, so millions of bookings take only minutes. They fill eight hours a
 * day, from a month ahead back through the years.
 */
export async function fill(database: Connection, { bookings, ofDoctorOne = 0 }: SeedSize): Promise<void> {
  await database.query('SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0');
  await createNumbersTable(database, Math.max(bookings, 1000));
  const patients = Math.max(100, Math.ceil(bookings / 30));
  await insertAccounts(database, patients);
  // Of the same ids, which is also the default of bookings.
  await database.query(
    `INSERT INTO patients (id, account_id, relation, created_at)
     SELECT id, id, 'self', created_at FROM accounts ON DUPLICATE KEY UPDATE id = patients.id`,
  );
  await insertDoctors(database);
  const rest = bookings - ofDoctorOne;
  const first = ofDoctorOne > 0 ? 2 : 1;
  const doctors = DOCTORS - first + 1;
  await insertBookings(database, {
    count: rest,
    doctor: `${first} + i % ${doctors}`,
    nth: `i DIV ${doctors}`,
    perDay: 8,
    patients,
  });
  await insertBookings(database, { count: ofDoctorOne, doctor: '1', nth: 'i', perDay: 32, patients });
  await database.query('SET SESSION foreign_key_checks = 1, SESSION unique_checks = 1');
  await database.query('ANALYZE TABLE accounts, doctors, availability_windows, exceptions, bookings');
}

/**
 * Fills an empty database of the version before patients, with a notification for each booking.
 *
 * @returns the number of accounts
 */
export async function fillBeforePatients(database: Connection, { bookings }: SeedSize): Promise<number> {
  await database.query('SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0');
  await createNumbersTable(database, Math.max(bookings, 1000));
  const patients = Math.max(100, Math.ceil(bookings / 30));
  await insertAccounts(database, patients);
  await insertDoctors(database);
  const batch = { doctor: `1 + i % ${DOCTORS}`, nth: `i DIV ${DOCTORS}`, perDay: 8, patients } as const;
  await insertBookings(database, { ...batch, count: bookings });
  await database.query(
    `INSERT INTO notifications (booking_id, account_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                message_id, created_at)
     SELECT id, user_id, 1, 'booked', starts_at, 30, created_at, 'sent', uid, created_at FROM bookings`,
  );
  await database.query('SET SESSION foreign_key_checks = 1, SESSION unique_checks = 1');
  await database.query('ANALYZE TABLE accounts, doctors, bookings, notifications');
  return patients + DOCTORS;
}

/** Creates the table `numbers`, from 0; scenarios use it later. */
async function createNumbersTable(database: Connection, count: number): Promise<void> {
  await database.query('CREATE TABLE numbers (i INT UNSIGNED NOT NULL PRIMARY KEY)');
  await database.query('INSERT INTO numbers VALUES (0)');
  for (let size = 1; size < count; size *= 2) {
    await database.query(`INSERT INTO numbers SELECT i + ${size} FROM numbers WHERE i + ${size} < ${count}`);
  }
}

async function insertAccounts(database: Connection, patients: number): Promise<void> {
  const passwordHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const account = `INSERT INTO accounts (id, email, password_hash, role, locale, verified_at, created_at)`;
  await database.query(
    `${account} SELECT i + 1, CONCAT('patient', i + 1, '@bench.example'), ?, 'user', 'en', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
     FROM numbers WHERE i < ?`,
    [passwordHash, patients],
  );
  await database.query(
    `${account} SELECT i + ${FIRST_DOCTOR_ACCOUNT}, CONCAT('doctor', i + 1, '@bench.example'), ?, 'doctor', 'en', UTC_TIMESTAMP(3),
            UTC_TIMESTAMP(3)
     FROM numbers WHERE i < ${DOCTORS}`,
    [passwordHash],
  );
}

async function insertDoctors(database: Connection): Promise<void> {
  await database.query(
    `INSERT INTO doctors (id, user_id, name, specialty, email, timezone, created_at)
     SELECT i + 1, i + ${FIRST_DOCTOR_ACCOUNT}, CONCAT('Dr. Number ', i + 1), 'Cardiology',
            CONCAT('dr', i + 1, '@clinic.example'), '${ZONE}', UTC_TIMESTAMP(3)
     FROM numbers WHERE i < ${DOCTORS}`,
  );
  await database.query(
    `INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time)
     SELECT 1 + i DIV 7, i % 7, '09:00', '17:00' FROM numbers WHERE i < ${DOCTORS * 7}`,
  );
}

interface BookingBatch {
  readonly count: number;
  /** SQL for the doctor of booking number `i`. */
  readonly doctor: string;
  /** SQL for the position of booking number `i` among that doctor's. */
  readonly nth: string;
  readonly perDay: 8 | 32;
  readonly patients: number;
}

/** Takes the zone to be one hour ahead of UTC. In summer the instants are an hour off, which no request notices. */
async function insertBookings(
  database: Connection,
  { count, doctor, nth, perDay, patients }: BookingBatch,
): Promise<void> {
  const minutes = 480 / perDay;
  const otherPatient = `${FIRST_OTHER} + i * 7919 % ${patients - FIRST_OTHER + 1}`;
  const listed = perDay === 8 ? LISTED.patients * LISTED.bookings : 0;
  const long = perDay === 8 ? listed + LONG.patients * LONG.bookings : 0;
  const patient = `CASE WHEN i < ${listed} THEN 1 + i % ${LISTED.patients}
                        WHEN i < ${long} THEN ${LISTED.patients + 1} + i % ${LONG.patients} ELSE ${otherPatient} END`;
  await database.query(
    `INSERT INTO bookings (uid, doctor_id, user_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at)
     SELECT LEFT(SHA2(CONCAT(${perDay}, '-', i), 256), 32), ${doctor},
            ${patient},
            day, at, ${Math.min(30, minutes)}, TIMESTAMP(day, at) - INTERVAL 1 HOUR,
            TIMESTAMP(day, at) - INTERVAL 1 HOUR + INTERVAL ${Math.min(30, minutes)} MINUTE, 'booked', 1,
            UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
     FROM (SELECT i, DATE(?) - INTERVAL ${nth} DIV ${perDay} DAY AS day,
                  SEC_TO_TIME((9 * 60 + ${nth} % ${perDay} * ${minutes}) * 60) AS at
           FROM numbers WHERE i < ?) AS planned`,
    [dateIn(30), count],
  );
}

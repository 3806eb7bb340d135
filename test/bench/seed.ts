import { hash } from '@node-rs/argon2';
import type { Connection } from 'mysql2/promise';
import { tokenFor } from '../harness/people.js';

/** Doctors see people every day from 9 to 17; a date holds 32 starts. */
export const DOCTORS = 100;
export const ZONE = 'Europe/Madrid';
export const PASSWORD = 'a password of the bench';
/** The first patients, whose lists are asked for, and how many bookings each has. */
export const LISTED = { patients: 50, bookings: 30 };
/** The patients after those, who have many. */
export const LONG = { patients: 10, bookings: 100 };
/** The first patient after both. */
export const OTHERS = LISTED.patients + LONG.patients + 1;

const FIRST_DOCTOR_ACCOUNT = 1_000_001;
const HOUR_MS = 3_600_000;

/** How full the clinic is. */
export interface Fullness {
  readonly bookings: number;
  /** Of those, how many doctor 1 alone has. */
  readonly ofDoctorOne?: number;
}

/** A date so many days from today, YYYY-MM-DD. */
export function dateIn(days: number): string {
  return new Date(Date.now() + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** The token of a patient, from 1. */
export function tokenOf(patient: number, secret: string): string {
  return tokenFor({ id: patient, email: `patient${patient}@bench.example`, role: 'user' }, secret);
}

/**
 * Fills an empty database with SQL alone, so that millions take minutes: bookings of eight hours a day, the newest first,
 * a month ahead and then back through the years.
 */
export async function fill(database: Connection, { bookings, ofDoctorOne = 0 }: Fullness): Promise<void> {
  await database.query('SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0');
  await countTo(database, Math.max(bookings, 1000));
  const patients = Math.max(100, Math.ceil(bookings / 30));
  await people(database, patients);
  const rest = bookings - ofDoctorOne;
  const first = ofDoctorOne > 0 ? 2 : 1;
  const doctors = DOCTORS - first + 1;
  await book(database, {
    count: rest,
    doctor: `${first} + i % ${doctors}`,
    nth: `i DIV ${doctors}`,
    perDay: 8,
    patients,
  });
  await book(database, { count: ofDoctorOne, doctor: '1', nth: 'i', perDay: 32, patients });
  await database.query('SET SESSION foreign_key_checks = 1, SESSION unique_checks = 1');
  await database.query('ANALYZE TABLE accounts, doctors, availability_windows, exceptions, bookings');
}

/** The numbers from 0, as a table, which stays. */
async function countTo(database: Connection, count: number): Promise<void> {
  await database.query('CREATE TABLE numbers (i INT UNSIGNED NOT NULL PRIMARY KEY)');
  await database.query('INSERT INTO numbers VALUES (0)');
  for (let size = 1; size < count; size *= 2) {
    await database.query(`INSERT INTO numbers SELECT i + ${size} FROM numbers WHERE i + ${size} < ${count}`);
  }
}

async function people(database: Connection, patients: number): Promise<void> {
  const passwordHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const account = `INSERT INTO accounts (id, email, password_hash, role, locale, created_at)`;
  await database.query(
    `${account} SELECT i + 1, CONCAT('patient', i + 1, '@bench.example'), ?, 'user', 'en', UTC_TIMESTAMP(3)
     FROM numbers WHERE i < ?`,
    [passwordHash, patients],
  );
  await database.query(
    `${account} SELECT i + ${FIRST_DOCTOR_ACCOUNT}, CONCAT('doctor', i + 1, '@bench.example'), ?, 'doctor', 'en', UTC_TIMESTAMP(3)
     FROM numbers WHERE i < ${DOCTORS}`,
    [passwordHash],
  );
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

interface Bulk {
  readonly count: number;
  /** SQL: whose the booking number `i` is, and which of theirs. */
  readonly doctor: string;
  readonly nth: string;
  readonly perDay: 8 | 32;
  readonly patients: number;
}

/** In one zone that is an hour ahead of UTC in winter; in summer the instants are an hour off, which nobody asks. */
async function book(database: Connection, { count, doctor, nth, perDay, patients }: Bulk): Promise<void> {
  const minutes = 480 / perDay;
  const others = `${OTHERS} + i * 7919 % ${patients - OTHERS + 1}`;
  const listed = perDay === 8 ? LISTED.patients * LISTED.bookings : 0;
  const long = perDay === 8 ? listed + LONG.patients * LONG.bookings : 0;
  const patient = `CASE WHEN i < ${listed} THEN 1 + i % ${LISTED.patients}
                        WHEN i < ${long} THEN ${LISTED.patients + 1} + i % ${LONG.patients} ELSE ${others} END`;
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

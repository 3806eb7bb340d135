import { createHmac } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { INSERT_SELF_PATIENTS } from '../support/self-patients.js';

/** An account with a token. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly token: string;
}

export interface DoctorPerson extends Person {
  readonly doctorId: number;
  readonly timezone: string;
}

export interface People {
  readonly patients: readonly Person[];
  /**
   * For each patient all accounts, including the first. One is not enough, because an account may use only so many
   * `Idempotency-Key`s a day.
   */
  readonly accounts: readonly (readonly Person[])[];
  readonly doctors: readonly DoctorPerson[];
}

const ZONES = [
  'UTC',
  'Europe/Madrid',
  'UTC',
  'America/New_York',
  'UTC',
  'Asia/Kolkata',
  'UTC',
  'Australia/Lord_Howe',
];
/** Enough for half an hour on a fast machine. */
const ACCOUNTS_PER_PATIENT = 24;
/** No patient of the harness logs in with a password. */
const NO_HASH = 'none';

/** Inserts patients, and doctors with round-the-clock hours, directly into the database. */
export async function createPeople(
  database: Connection,
  secret: string,
  counts: Record<'patients' | 'doctors', number>,
): Promise<People> {
  const createAccount = async (role: 'user' | 'doctor', number: number): Promise<Person> => {
    const email = `${role}${number}@people.example`;
    const [answer] = await database.query(
      "INSERT INTO accounts (email, password_hash, role, locale, created_at) VALUES (?, ?, ?, 'en', UTC_TIMESTAMP(3))",
      [email, NO_HASH, role],
    );
    const id = (answer as { insertId: number }).insertId;
    return { id, email, token: tokenFor({ id, email, role }, secret) };
  };
  const accounts: Person[][] = Array.from({ length: counts.patients }, () => []);
  for (let number = 0; number < counts.patients * ACCOUNTS_PER_PATIENT; number += 1)
    accounts[number % counts.patients]!.push(await createAccount('user', number + 1));
  await database.query(INSERT_SELF_PATIENTS);
  const doctors: DoctorPerson[] = [];
  for (let number = 0; number < counts.doctors; number += 1) {
    const person = await createAccount('doctor', number + 1);
    doctors.push(await createProfile(database, person, ZONES[number % ZONES.length]!));
  }
  return { patients: accounts.map(([first]) => first!), accounts, doctors };
}

async function createProfile(database: Connection, person: Person, timezone: string): Promise<DoctorPerson> {
  const [answer] = await database.query(
    `INSERT INTO doctors (user_id, name, specialty, email, timezone, created_at)
     VALUES (?, ?, 'Cardiology', 'contact@clinic.example', ?, UTC_TIMESTAMP(3))`,
    [person.id, `Dr. Number ${person.id}`, timezone],
  );
  const doctorId = (answer as { insertId: number }).insertId;
  await database.query(
    `INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time)
     VALUES ${[0, 1, 2, 3, 4, 5, 6].map((day) => `(${doctorId}, ${day}, '00:00', '23:59')`).join(', ')}`,
  );
  return { ...person, doctorId, timezone };
}

/** A token as the service issues it (RFC 7519, HS256). */
export function tokenFor(claims: { id: number; email: string; role: string }, secret: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const registered = { iss: 'clinica', aud: 'clinica-api', iat: seconds, exp: seconds + 86_400 };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, ...registered })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

import { createHmac } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { INSERT_SELF_PATIENTS } from '../support/self-patients.js';

type Role = 'user' | 'doctor' | 'staff' | 'admin';

/** An account with a token. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly token: string;
}

/** Somebody who is treated, with an account or without one. */
export interface Patient {
  readonly patientId: number;
}

/** A patient who books with an account. */
export interface PatientPerson extends Person, Patient {}

export interface DoctorPerson extends Person {
  readonly doctorId: number;
  readonly timezone: string;
}

export interface People {
  readonly patients: readonly PatientPerson[];
  /**
   * For each patient all accounts, including the first. One is not enough, because an account may use only so many
   * `Idempotency-Key`s a day.
   */
  readonly accounts: readonly (readonly PatientPerson[])[];
  /** For each place at the front desk all accounts, for the same reason. The last one is an admin's. */
  readonly desks: readonly (readonly Person[])[];
  /** Whom the desk books for. */
  readonly deskPatients: readonly Patient[];
  readonly doctors: readonly DoctorPerson[];
}

/** Dates in days from today and times in which some doctors are away. */
export const EXCEPTION_DAYS: readonly number[] = [3, 6, 9];
export const [EXCEPTION_START, EXCEPTION_END] = ['12:00', '14:00'];
/** When the doctors outside UTC go home. */
export const CLOSING_TIME = '22:00';
const NEARLY_MIDNIGHT = '23:59';

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
const ACCOUNTS_PER_PERSON = 24;
const DESKS: readonly Role[] = ['staff', 'staff', 'admin'];
/** No person of the harness logs in with a password. */
const NO_HASH = 'none';

/** Inserts patients, a front desk, and doctors, directly into the database. */
export async function createPeople(
  database: Connection,
  secret: string,
  counts: Record<'patients' | 'doctors', number>,
): Promise<People> {
  const accountsOf = async (role: Role, count: number): Promise<Person[]> => {
    const people: Person[] = [];
    for (let number = 0; number < count; number += 1)
      people.push(await createAccount(database, secret, role, `${role}${number + 1}`));
    return people;
  };
  const users = await accountsOf('user', counts.patients * ACCOUNTS_PER_PERSON);
  const desks: Person[][] = [];
  for (const [place, role] of DESKS.entries()) {
    const names = Array.from({ length: ACCOUNTS_PER_PERSON }, (_, number) => `desk${place}-${number}`);
    desks.push([]);
    for (const name of names) desks[place]!.push(await createAccount(database, secret, role, name));
  }
  await database.query(INSERT_SELF_PATIENTS);
  const patients = await withPatients(database, users);
  const accounts = Array.from({ length: counts.patients }, (_, index) =>
    patients.filter((_each, number) => number % counts.patients === index),
  );
  const doctors: DoctorPerson[] = [];
  for (const [number, person] of (await accountsOf('doctor', counts.doctors)).entries())
    doctors.push(await createProfile(database, person, ZONES[number % ZONES.length]!));
  const first = accounts.map(([account]) => account!);
  return {
    patients: first,
    accounts,
    desks,
    deskPatients: await createDeskPatients(database, first),
    doctors,
  };
}

async function createAccount(
  database: Connection,
  secret: string,
  role: Role,
  name: string,
): Promise<Person> {
  const email = `${name}@people.example`;
  const id = await insert(
    database,
    "INSERT INTO accounts (email, password_hash, role, locale, created_at) VALUES (?, ?, ?, 'en', UTC_TIMESTAMP(3))",
    [email, NO_HASH, role],
  );
  return { id, email, token: tokenFor({ id, email, role }, secret) };
}

async function withPatients(database: Connection, users: readonly Person[]): Promise<PatientPerson[]> {
  const [rows] = await database.query('SELECT id, self_account_id AS account FROM patients');
  const ids = new Map((rows as { id: number; account: number }[]).map(({ id, account }) => [account, id]));
  return users.map((user) => ({ ...user, patientId: ids.get(user.id)! }));
}

/** Patients with and without an account, an address of their own, and the wish for emails. */
async function createDeskPatients(
  database: Connection,
  [guardian, other, ...others]: readonly PatientPerson[],
): Promise<Patient[]> {
  const family = 'family@people.example';
  const created: [account: number | null, email: string | null, contactBy: 'email' | 'none'][] = [
    [null, 'alone@people.example', 'email'],
    [null, family, 'email'],
    [null, family, 'email'],
    [null, null, 'email'],
    [null, null, 'none'],
    [null, 'unwanted@people.example', 'none'],
    [guardian!.id, null, 'email'],
    [guardian!.id, 'child@people.example', 'email'],
    [other!.id, null, 'none'],
  ];
  const patients: Patient[] = [];
  for (const [number, [account, email, contactBy]] of created.entries()) {
    const patientId = await insert(
      database,
      `INSERT INTO patients (account_id, relation, given_name, family_name, email, contact_by, created_at)
       VALUES (?, ?, 'Patient', ?, ?, ?, UTC_TIMESTAMP(3))`,
      [account, account === null ? null : 'dependant', `Number ${number}`, email, contactBy],
    );
    patients.push({ patientId });
  }
  return [...patients, guardian!, other!, ...others];
}

async function createProfile(database: Connection, person: Person, timezone: string): Promise<DoctorPerson> {
  const doctorId = await insert(
    database,
    `INSERT INTO doctors (user_id, name, specialty, email, timezone, created_at)
     VALUES (?, ?, 'Cardiology', 'contact@clinic.example', ?, UTC_TIMESTAMP(3))`,
    [person.id, `Dr. Number ${person.id}`, timezone],
  );
  const hasEvenings = timezone === 'UTC';
  const end = hasEvenings ? NEARLY_MIDNIGHT : CLOSING_TIME;
  await database.query(
    `INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time)
     VALUES ${[0, 1, 2, 3, 4, 5, 6].map((day) => `(${doctorId}, ${day}, '00:00', '${end}')`).join(', ')}`,
  );
  for (const days of hasEvenings ? [] : EXCEPTION_DAYS)
    await database.query(
      'INSERT INTO exceptions (doctor_id, date, start_time, end_time) VALUES (?, UTC_DATE() + INTERVAL ? DAY, ?, ?)',
      [doctorId, days, EXCEPTION_START, EXCEPTION_END],
    );
  return { ...person, doctorId, timezone };
}

async function insert(database: Connection, sql: string, values: unknown[]): Promise<number> {
  const [answer] = await database.query(sql, values);
  return (answer as { insertId: number }).insertId;
}

/** A token as the service issues it (RFC 7519, HS256). */
export function tokenFor(claims: { id: number; email: string; role: string }, secret: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const registered = { iss: 'clinica', aud: 'clinica-api', iat: seconds, exp: seconds + 86_400 };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, ...registered })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

import { readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { PATIENT_INVITATION } from '../../src/outbox/notification-kind.js';
import { findByAddresses } from '../../src/patients/patient-import.reader.js';
import { fillPatients } from '../bench/seed-patients.js';
import { fill } from '../bench/seed.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { bookFor, selfOf } from '../support/patients.js';
import { expectIndexed, planOf } from '../support/plans.js';
import { MONDAY } from '../support/races.js';
import { type Statement, Statements } from '../support/statements.js';
import { ROOT } from '../support/documents.js';

// Statements about patients use an index, however many patients the clinic has, on MariaDB and MySQL.

const BOOKINGS = 20_000;
/** The files whose statements all have their plans examined here. */
const FILES = [
  'bookings/booking-search.reader.ts',
  'bookings/patient-bookings.repository.ts',
  'patients/patient-account.repository.ts',
  'patients/patient-import.reader.ts',
  'patients/patient-search.reader.ts',
  'patients/patient.personal-data.ts',
  'patients/patient.repository.ts',
];
/** Only the service itself sends these: at its start, and when accounts are made by the previous release. */
const OF_START = ['insert-missing-selves'];

/** Of tables of other modules, which have a few rows here: with so few, the database uses no index. */
const OF_SMALL_TABLES = /^\/\* (erase-requests|find-links)-/;

let clinic: Clinic;
let statements: Statements;
let doctor: DoctorPerson;
let patient: Person;
let admin: Person;
let staff: Person;
let people = 0;
const seen = new Set<string>();

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  const connection = await createConnection({ uri: clinic.environment.DATABASE_URL, timezone: 'Z' });
  await fill(connection, { bookings: BOOKINGS });
  // Few have one of these names.
  await fillPatients(connection, { patients: BOOKINGS, names: 1000 });
  await connection.query(
    `INSERT INTO notifications (booking_id, account_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                message_id, created_at)
     SELECT id, user_id, 1, 'booked', starts_at, 30, created_at, 'sent', uid, created_at FROM bookings`,
  );
  await connection.query(
    `INSERT INTO patient_guardians (account_id, patient_id, accepted_at)
     SELECT 1 + id % 600, id, created_at FROM patients WHERE account_id IS NULL`,
  );
  await connection.query('ANALYZE TABLE notifications, patient_guardians');
  await connection.end();
  doctor = await clinic.doctor();
  [patient, admin, staff] = [await clinic.patient(), await clinic.admin(), await clinic.staff()];
  statements = Statements.of(clinic.dataSource);
}, 120_000);

afterAll(() => clinic?.close());

const get = (path: string, person: Person): Promise<unknown> => clinic.client.get(path, person);

/** A patient of the desk. */
async function newPatient(details: object = {}): Promise<number> {
  people += 1;
  const names = { given_name: `New${people}`, family_name: 'Vidal', phone: `+3470000${1000 + people}` };
  const created = await clinic.client.post('/api/patients', { ...names, ...details }, staff);
  expect(created.status).toBe(201);
  return created.body.id!;
}

/** Invites a patient, and accepts as the owner of the address, or with a new account. */
async function inviteAndAccept(id: number, owner?: Person): Promise<void> {
  expect((await clinic.client.post(`/api/patients/${id}/invitation`, {}, staff)).status).toBe(200);
  const [link] = await clinic.query<{ uid: string }>(
    'SELECT uid FROM account_links ORDER BY id DESC LIMIT 1',
  );
  const token = linkTokenOf(link!.uid, PATIENT_INVITATION, clinic.environment.JWT_SECRET);
  const body = owner ? { token } : { token, password: 'what only the owner knows' };
  expect((await clinic.client.post('/api/auth/invitation', body, owner)).status).toBe(200);
}

/** A patient with a booking and an invitation, accepted by the owner of the address. */
async function acceptedPatient(owner: Person): Promise<number> {
  const id = await newPatient({ email: owner.email });
  await bookFor(clinic, staff, id, doctor, { date: MONDAY, time: freeTime() });
  await inviteAndAccept(id, owner);
  return id;
}

let booked = 0;
const freeTime = (): string =>
  `${9 + Math.floor(booked / 2)}:${booked++ % 2 === 0 ? '00' : '30'}`.padStart(5, '0');

/** By a word, by several, and by what else the desk knows. */
const SEARCHES = [
  'q=own77',
  'q=given777+own77',
  'q=given777+family777',
  'phone=0077',
  'birth_date=1950-03-19',
  'birth_date=1950-03-19&q=own77',
  'phone=0077&birth_date=1950-03-19&q=given777',
];

const WORK: readonly [string, () => Promise<unknown>][] = [
  ...SEARCHES.map((search): [string, () => Promise<unknown>] => [
    `the search of patients by ${search}`,
    () => get(`/api/patients?${search}`, staff),
  ]),
  ['a patient’s patients', () => get('/api/patients/mine', patient)],
  ['a patient', async () => get(`/api/patients/${await selfOf(clinic, patient)}`, staff)],
  [
    'a patient entered by the desk',
    () => newPatient({ given_name: 'Jan', family_name: 'Family7 Own77', birth_date: '1950-01-01' }),
  ],
  [
    'a dependant, and a change of the name',
    async () => {
      const child = { given_name: 'Leo', family_name: 'Vidal', birth_date: '2020-01-01' };
      const { body } = await clinic.client.post('/api/patients', child, patient);
      await clinic.client.patch(`/api/patients/${body.id}`, { given_name: 'Lea' }, patient);
    },
  ],
  [
    'the search of bookings, and one of them',
    async () => {
      await get('/api/bookings?from=2026-03-01&to=2026-05-01&doctor_id=1', staff);
      await get('/api/bookings/1', staff);
    },
  ],
  [
    'a merge of two patients with bookings',
    async () => {
      const [id, into] = [await newPatient(), await newPatient()];
      for (const each of [id, into])
        await bookFor(clinic, staff, each, doctor, { date: MONDAY, time: freeTime() });
      const merge = { into, reason: 'Entered twice' };
      expect((await clinic.client.post(`/api/patients/${id}/merge`, merge, admin)).status).toBe(200);
    },
  ],
  ['an invitation, accepted by the owner of an account', async () => acceptedPatient(await clinic.patient())],
  [
    'an invitation, accepted with a new account',
    async () => inviteAndAccept(await newPatient({ email: 'new@people.example' })),
  ],
  [
    'an invitation of a dependant, accepted by another account',
    async () => {
      const [manager, owner] = [await clinic.patient(), await clinic.patient()];
      const id = await acceptedPatient(manager);
      await clinic.client.patch(`/api/patients/${id}`, { email: owner.email }, staff);
      await inviteAndAccept(id, owner);
      // The patient goes to the other account.
      const erased = { token: manager.token, body: { password: manager.password } };
      expect((await clinic.client.send('DELETE', '/api/auth/me', erased)).status).toBe(200);
    },
  ],
  [
    'the export and the erasure of a patient',
    async () => {
      const id = await acceptedPatient(await clinic.patient());
      await get(`/api/patients/${id}/export`, admin);
      const reason = { reason: 'Requested by letter' };
      const erased = { token: admin.token, body: reason };
      expect((await clinic.client.send('DELETE', `/api/patients/${id}`, erased)).status).toBe(200);
    },
  ],
  [
    'the export of an account',
    () => clinic.client.post('/api/auth/me/export', { password: patient.password }, patient),
  ],
];

test.each(WORK)('%s: every statement uses an index', async (_name, work) => {
  statements.reset();
  await work();
  remember(statements.sent);
  await expectIndexed(
    clinic,
    statements.sent.filter(({ sql }) => !OF_SMALL_TABLES.test(sql)),
  );
});

test('the import reads the patients once, and the account of each by its key', async () => {
  statements.reset();
  await findByAddresses(clinic.dataSource, ['a@people.example', 'b@people.example']);
  remember(statements.sent);
  const [statement] = statements.sent;
  const plan = await planOf(clinic, statement!);
  expect(plan.map(({ table }) => table)).toEqual(['p', 'a']);
  expect(plan[1]).toMatchObject({ type: 'eq_ref', key: 'PRIMARY' });
});

test('each statement is among those above', () => {
  const written = FILES.flatMap((file) =>
    [...readFileSync(`${ROOT}/src/${file}`, 'utf8').matchAll(/\/\* ([a-z-]+) \*\/\s+(\w+)/g)]
      .filter(([, , verb]) => verb !== 'INSERT')
      .map(([, name]) => name!),
  );
  const without = written.filter((name) => !seen.has(name) && !OF_START.includes(name));
  expect(without).toEqual([]);
});

function remember(sent: readonly Statement[]): void {
  for (const { sql } of sent) {
    const name = /^\/\* ([a-z-]+) \*\//.exec(sql)?.[1];
    if (name !== undefined) seen.add(name);
  }
}

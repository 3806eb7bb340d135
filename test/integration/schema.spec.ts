import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { book } from '../support/appointments.js';
import { Clinic, type DoctorPerson } from '../support/clinic.js';
import { MONDAY } from '../support/races.js';

interface Column {
  readonly table_name: string;
  readonly column_name: string;
  readonly data_type: string;
  readonly column_type: string;
  readonly nullable: string;
  readonly length: string | null;
  readonly fraction: string | null;
  readonly extra: string;
  readonly charset: string | null;
}

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open();
});

afterAll(async () => {
  await clinic?.close();
});

// The aliases matter: MySQL returns the columns of information_schema in capitals.
function columns(): Promise<Column[]> {
  return clinic.query<Column>(
    `SELECT TABLE_NAME AS table_name, COLUMN_NAME AS column_name, DATA_TYPE AS data_type, COLUMN_TYPE AS column_type,
            IS_NULLABLE AS nullable, CHARACTER_MAXIMUM_LENGTH AS length, DATETIME_PRECISION AS fraction,
            EXTRA AS extra, CHARACTER_SET_NAME AS charset
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  );
}

/** All keys, as `unique table.key: columns` or `key table.key: columns`. */
async function keys(): Promise<string[]> {
  const rows = await clinic.query<{ key_name: string; uniqueness: string; columns: string }>(
    `SELECT CONCAT(TABLE_NAME, '.', INDEX_NAME) AS key_name, IF(MIN(NON_UNIQUE) = 0, 'unique', 'key') AS uniqueness,
            GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS columns
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()
     GROUP BY TABLE_NAME, INDEX_NAME ORDER BY 1`,
  );
  return rows.map((row) => `${row.uniqueness} ${row.key_name}: ${row.columns}`);
}

/** The number of the error with which the database rejects a statement; 0 if it does not. */
async function errorOf(sql: string, parameters: unknown[] = []): Promise<number> {
  try {
    await clinic.query(sql, parameters);
  } catch (error) {
    return (error as { errno: number }).errno;
  }
  return 0;
}

test('text is utf8mb4, or ASCII for codes', async () => {
  const charsets = new Set((await columns()).flatMap(({ charset }) => charset ?? []));
  expect([...charsets].filter((charset) => !/^(utf8mb4|ascii|us-ascii)$/.test(charset))).toEqual([]);
});

test('all migrations can be undone, and applied again to the same schema', async () => {
  const before = [await columns(), await keys()];
  const migrations = await new DataSource(dataSourceOptions(clinic.environment)).initialize();
  try {
    for (let left = migrations.migrations.length; left > 0; left -= 1) await migrations.undoLastMigration();
    const left = (await columns()).map(({ table_name }) => table_name);
    expect([...new Set(left)]).toEqual(['migrations']);
    expect((await migrations.runMigrations()).map(({ name }) => name)).toEqual([
      'CreateClinic1000000000001',
      'KeepEvidence1000000000002',
      'GuardAccounts1000000000003',
      'MailAccounts1000000000004',
      'KeepAudit1000000000005',
      'SecondFactors1000000000006',
      'KeepSessions1000000000007',
      'RestrainMails1000000000008',
      'Invitations1000000000009',
      'Retain1000000000010',
      'CountAddresses1000000000011',
      'RecordFailing1000000000013',
      'OrderByInstant1000000000014',
      'CanonicalAddresses1000000000015',
      'FormerAddresses1000000000016',
      'FreeLinkKinds1000000000017',
      'NumberAddressMails1000000000018',
      'Patients1000000000019',
      'BookingsOfPatients1000000000020',
      'DoctorsOfNotifications1000000000021',
      'InvitePatients1000000000022',
      'VersionAccounts1000000000024',
      'SerialisePatients1000000000025',
      'AppointmentTypes1000000000026',
    ]);
    expect([await columns(), await keys()]).toEqual(before);
    expect(await migrations.runMigrations()).toEqual([]);
  } finally {
    await migrations.destroy();
  }
});

test('a new kind of link or of notification needs no migration', async () => {
  const patient = await clinic.patient();
  const { id } = patient;
  await book(clinic, patient, await clinic.doctor(), { date: MONDAY, time: '10:00' });
  await clinic.query(
    `INSERT INTO account_links (uid, account_id, kind, session_version, created_at, expires_at)
     SELECT ?, id, 'a_new_kind', 0, created_at, created_at FROM accounts WHERE id = ?`,
    [randomUUID(), id],
  );
  await clinic.query(
    "UPDATE notifications SET kind = 'a_new_kind' WHERE account_id = ? AND kind = 'booked'",
    [id],
  );
  const kinds = await clinic.query(
    `SELECT kind FROM notifications WHERE account_id = ? AND kind LIKE 'a_new%'
     UNION ALL SELECT kind FROM account_links WHERE account_id = ? AND kind LIKE 'a_new%'`,
    [id, id],
  );
  expect(kinds).toEqual([{ kind: 'a_new_kind' }, { kind: 'a_new_kind' }]);
});

describe('the database itself rejects', () => {
  // MariaDB and MySQL number a failed CHECK differently.
  const CHECK = [4025, 3819];
  const [NO_PARENT, HAS_CHILDREN, DUPLICATE] = [1452, 1451, 1062];
  let doctor: DoctorPerson;
  let bookingId: number;

  beforeAll(async () => {
    doctor = await clinic.doctor();
    bookingId = (await book(clinic, await clinic.patient(), doctor, { date: MONDAY, time: '10:00' })).id;
  });

  test.each([
    ['an account with an unknown role', "UPDATE accounts SET role = 'root'"],
    ['a window on an eighth weekday', 'UPDATE availability_windows SET day_of_week = 7'],
    ['a window that ends before it starts', "UPDATE availability_windows SET end_time = '08:00'"],
    ['an empty window', 'UPDATE availability_windows SET end_time = start_time'],
    [
      'an exception with half its times',
      "INSERT INTO exceptions (doctor_id, date, start_time) SELECT id, '2026-03-02', '09:00' FROM doctors",
    ],
    [
      'an exception that ends before it starts',
      "INSERT INTO exceptions (doctor_id, date, start_time, end_time) SELECT id, '2026-03-02', '09:00', '08:00' FROM doctors",
    ],
    ['a booking without length', 'UPDATE bookings SET duration_minutes = 0'],
    ['a booking of more than eight hours', 'UPDATE bookings SET duration_minutes = 481'],
    ['a booking that ends when it starts', 'UPDATE bookings SET ends_at = starts_at'],
    [
      'a notification about nothing',
      'UPDATE notifications SET booking_id = NULL, link_id = NULL, account_id = NULL',
    ],
    ['a notification in an unknown state', "UPDATE notifications SET state = 'lost'"],
  ])('%s', async (_, sql) => {
    expect(CHECK).toContain(await errorOf(sql));
  });

  test.each([
    ['a profile of an unknown account', 'UPDATE doctors SET user_id = 999999', NO_PARENT],
    ['a window of an unknown doctor', 'UPDATE availability_windows SET doctor_id = 999999', NO_PARENT],
    ['a booking with an unknown doctor', 'UPDATE bookings SET doctor_id = 999999', NO_PARENT],
    ['a booking of an unknown patient', 'UPDATE bookings SET user_id = 999999', NO_PARENT],
    ['a notification of an unknown booking', 'UPDATE notifications SET booking_id = 999999', NO_PARENT],
    [
      'an exception of an unknown doctor',
      "INSERT INTO exceptions (doctor_id, date) VALUES (999999, '2026-03-02')",
      NO_PARENT,
    ],
    ['deleting the account of a patient with bookings', 'DELETE FROM accounts', HAS_CHILDREN],
    ['deleting a doctor with bookings', 'DELETE FROM doctors', HAS_CHILDREN],
    ['deleting a booking with notifications', 'DELETE FROM bookings', HAS_CHILDREN],
    [
      'a second live booking at the same start',
      `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                             version, created_at, updated_at)
       SELECT 'another', doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status, version,
              created_at, updated_at FROM bookings`,
      DUPLICATE,
    ],
    [
      'the same news of a booking twice',
      `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                  message_id, created_at)
       SELECT booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state, 'another', created_at
       FROM notifications`,
      DUPLICATE,
    ],
  ])('%s', async (_, sql, errno) => {
    expect(await errorOf(sql)).toBe(errno);
  });

  test('but not a cancelled booking at the start of a live one', async () => {
    const copy = `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at,
                                        status, version, created_at, updated_at)
      SELECT ?, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, 'cancelled', version,
             created_at, updated_at FROM bookings WHERE id = ?`;
    expect([await errorOf(copy, ['first', bookingId]), await errorOf(copy, ['second', bookingId])]).toEqual([
      0, 0,
    ]);
  });
});

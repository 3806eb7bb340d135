import { type Connection, createConnection } from 'mysql2/promise';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { Sweeper } from '../../src/ops/sweeper.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { DatabaseUsers, statementsOf, urlFor } from '../support/database-users.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { withSettings } from '../support/with-settings.js';
import { startWorker } from '../support/worker.js';

/** The tables from which the service deletes rows. */
const DELETED_FROM = [
  'account_links',
  'address_mails',
  'availability_windows',
  'bookings',
  'doctor_types',
  'exceptions',
  'idempotency_keys',
  'mailed_addresses',
  'notifications',
  'patient_guardians',
  'patient_names',
  'refresh_tokens',
  'refused_addresses',
  'sessions',
];

let mailbox: Mailbox;
/** With the database's root user, for setting up. */
let clinic: Clinic;
let root: Connection;
let users: DatabaseUsers;
/** The same clinic with the grants of docs/sql/service.sql. */
let limited: Clinic;
let service: Connection;
let doctor: DoctorPerson;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
  root = await createConnection(process.env.TEST_DATABASE_URL!);
  users = new DatabaseUsers(root, clinic.environment.DATABASE_URL.split('/').at(-1)!);
  await users.create();
  await users.grantService();
  const url = urlFor(clinic.environment.DATABASE_URL, users.service);
  limited = await Clinic.over(withSettings(clinic.environment, { DATABASE_URL: url }), clinic.clock);
  service = await createConnection(url);
  doctor = await clinic.doctor();
});

afterAll(async () => {
  await service?.end();
  await limited?.app.close();
  await users?.drop();
  await root?.end();
  await clinic?.close();
  await mailbox?.close();
});

const post = (path: string, body: object, person?: Person, key?: string) =>
  limited.client.post(path, body, {
    ...(person && { token: person.token }),
    ...(key && { headers: { 'idempotency-key': key } }),
  });

describe('with the grants of docs/sql/service.sql', () => {
  test('a patient can register, log in, book, reschedule, cancel and be erased; mails are sent, and old rows swept', async () => {
    const worker = await startWorker(limited.environment, clinic.clock);
    try {
      const account = { email: 'somebody@people.example', password: 'a password of somebody' };
      expect((await post('/api/auth/register', account)).status).toBe(201);
      const { body: session } = await post('/api/auth/login', { ...account, refresh: true });
      const person = { ...account, id: 0, token: String(session.token) };
      expect((await post('/api/auth/refresh', { refresh_token: session.refresh_token })).status).toBe(200);
      const day = { doctor_id: doctor.doctorId, date: '2026-03-04' };
      const booked = await post('/api/bookings', { ...day, time: '09:00' }, person, 'once');
      expect(booked.status).toBe(201);
      expect((await post('/api/bookings', { ...day, time: '12:00' }, person)).status).toBe(201);
      const path = `/api/bookings/${booked.body.id}`;
      expect((await limited.client.patch(path, { time: '10:00' }, person)).status).toBe(200);
      expect((await limited.client.delete(path, person)).status).toBe(200);
      expect((await post('/api/auth/password/forgot', { email: account.email })).status).toBe(200);
      await waitUntilDueSettled(clinic);
      expect(mailbox.received.map(({ to }) => to)).toContain(account.email);
      const erasure = { token: person.token, body: { password: account.password } };
      expect((await limited.client.send('DELETE', '/api/auth/me', erasure)).status).toBe(200);
      clinic.clock.advance({ days: 2 });
      await worker.get(Sweeper).sweep();
      expect(await clinic.query('SELECT 1 FROM idempotency_keys')).toEqual([]);
    } finally {
      await worker.close();
    }
  });

  test('a doctor can change hours and exceptions, and an admin accounts and profiles', async () => {
    const window = { day_of_week: 6, start_time: '09:00', end_time: '10:00' };
    const added = await post('/api/availability', window, doctor);
    expect(added.status).toBe(201);
    expect((await limited.client.delete(`/api/availability/${added.body.id}`, doctor)).status).toBe(200);
    const blocked = await post('/api/exceptions', { date: '2026-04-20', is_full_day: true }, doctor);
    expect(blocked.status).toBe(201);
    expect((await limited.client.delete(`/api/exceptions/${blocked.body.id}`, doctor)).status).toBe(200);
    const admin = await clinic.admin();
    const opened = await post(
      '/api/users',
      { email: 'coming@people.example', password: 'a password of theirs', role: 'doctor' },
      admin,
    );
    expect(opened.status).toBe(201);
    const profile = {
      name: 'Dr. Coming',
      specialty: 'All',
      email: 'c@clinic.example',
      user_id: opened.body.id,
    };
    expect((await post('/api/doctors', profile, admin)).status).toBe(201);
    const change = await limited.client.patch(`/api/users/${opened.body.id}`, { disabled: true }, admin);
    expect(change.status).toBe(200);
    expect((await limited.client.get('/api/integrity', admin)).status).toBe(200);
    const { body: factor } = await post('/api/auth/second-factor', { password: admin.password }, admin);
    const totp = new TOTP({ secret: Secret.fromBase32(String(factor.secret)) });
    const digits = totp.generate({ timestamp: clinic.clock.now() });
    expect((await post('/api/auth/second-factor/confirm', { code: digits }, admin)).status).toBe(200);
  });

  test.each([
    'UPDATE audit_events SET actor_id = 1',
    "UPDATE audit_events SET address = NULL, action = 'booking.moved'",
    'UPDATE audit_events SET at = UTC_TIMESTAMP()',
    'DELETE FROM audit_events',
    'TRUNCATE audit_events',
    'DROP TABLE audit_events',
    'ALTER TABLE audit_events ADD COLUMN x INT',
    "REPLACE INTO audit_events (id, at, action, subject, subject_id, particulars) VALUES (1, NOW(), 'a', 'b', 1, '{}')",
    "INSERT INTO audit_events (id, at, action, subject, subject_id, particulars) VALUES (1, NOW(), 'a', 'b', 1, '{}') ON DUPLICATE KEY UPDATE subject_id = 2",
  ])('the audit trail cannot be changed: %s', async (change) => {
    await expect(service.query(change)).rejects.toMatchObject({
      errno: expect.toBeOneOf([1142, 1143]) as number,
    });
  });

  test('the service cannot delete from other tables, and cannot create, alter or drop any', async () => {
    const tables = (await clinic.query<Record<string, string>>('SHOW TABLES')).map(
      (row) => Object.values(row)[0]!,
    );
    for (const table of tables.filter((each) => !DELETED_FROM.includes(each)))
      await expect(service.query(`DELETE FROM ${table}`), table).rejects.toMatchObject({ errno: 1142 });
    for (const table of tables)
      for (const change of [`DROP TABLE ${table}`, `ALTER TABLE ${table} ADD COLUMN x INT`])
        await expect(service.query(change), change).rejects.toMatchObject({ errno: 1142 });
    await expect(service.query('CREATE TABLE x (id INT)')).rejects.toMatchObject({ errno: 1142 });
  });
});

test('service.sql names every table once, and grants DELETE where the service deletes', async () => {
  const tables = (await clinic.query<Record<string, string>>('SHOW TABLES')).map(
    (row) => Object.values(row)[0]!,
  );
  const grants = statementsOf('service.sql').map((each) =>
    /^GRANT (.+) ON clinica\.(\w+) TO 'clinica'@'%'$/.exec(each)!,
  );
  expect(grants.map(([, , table]) => table).sort()).toEqual(tables.sort());
  const deletable = grants.filter(([, rights]) => rights!.includes('DELETE')).map(([, , table]) => table);
  expect(deletable.sort()).toEqual(DELETED_FROM);
});

test('the grants of docs/sql/owner.sql are enough to migrate a database', async () => {
  const name = `${clinic.environment.DATABASE_URL.split('/').at(-1)!}_owned`;
  const others = new DatabaseUsers(root, name);
  await others.create();
  try {
    const url = urlFor(clinic.environment.DATABASE_URL, others.owner).replace(/[^/]+$/, name);
    const environment = withSettings(clinic.environment, { DATABASE_URL: url });
    expect((await migrate(environment)).length).toBeGreaterThan(5);
    expect(await migrate(environment)).toEqual([]);
    await others.grantService();
  } finally {
    await root.query(`DROP DATABASE IF EXISTS \`${name}\``);
    await others.drop();
  }
});

import type { TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sweeper } from '../../src/ops/sweeper.js';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { DatabaseUsers, urlFor } from '../support/database-users.js';
import { idleWorker } from '../support/idle-worker.js';
import { withSettings } from '../support/with-settings.js';
import { createConnection } from 'mysql2/promise';

const NOW = '2026-03-02T08:00:00Z';
const EVERY_DAY: Week = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '24:00'] as const);
const NOTHING = {
  BOOKING_DAYS: 0,
  NOTIFICATION_DAYS: 0,
  LINK_DAYS: 0,
  AUDIT_EVENT_DAYS: 0,
  AUDIT_ADDRESS_DAYS: 0,
};

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ now: NOW });
  // Far from UTC: an appointment's local end is on another date.
  doctor = await clinic.doctor({ week: EVERY_DAY, timezone: 'Pacific/Kiritimati' });
  patient = await clinic.patient();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

beforeEach(async () => {
  for (const table of ['notifications', 'bookings', 'account_links', 'audit_events', 'retention_marks'])
    await clinic.query(`DELETE FROM ${table}`);
  clinic.clock.set(NOW);
});

/** Runs one round of a worker with these retention settings. */
async function sweep(
  days: Partial<typeof NOTHING>,
  databaseUrl = clinic.environment.DATABASE_URL,
): Promise<number> {
  const settings = withSettings(clinic.environment, { ...NOTHING, ...days, DATABASE_URL: databaseUrl });
  const worker: TestingModule = await idleWorker(settings, clinic.clock);
  try {
    return await worker.get(Sweeper).sweep();
  } finally {
    await worker.close();
  }
}

const settleAll = () =>
  clinic.query("UPDATE notifications SET state = 'sent', settled_at = ?", [new Date(NOW)]);
const countOf = async (table: string) =>
  Number((await clinic.query<{ n: string }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]!.n);
const idsOf = async (table: string) =>
  (await clinic.query<{ id: number }>(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);

async function findings(): Promise<unknown[]> {
  const { body } = await clinic.client.get<{ checks: { findings_total: number }[] }>('/api/integrity', {
    token: admin.token,
  });
  return body.checks.filter(({ findings_total }) => findings_total > 0);
}

/** Books 10:00 on these dates, reschedules the second booking and cancels the last one. */
async function appointments(...dates: string[]): Promise<BookingJson[]> {
  const made = [];
  for (const date of dates) made.push(await book(clinic, patient, doctor, { date, time: '10:00' }));
  await clinic.client.patch(`/api/bookings/${made[1]!.id}`, { time: '11:00' }, { token: patient.token });
  await clinic.client.delete(`/api/bookings/${made.at(-1)!.id}`, { token: patient.token });
  await settleAll();
  return made;
}

test('without retention settings everything is kept', async () => {
  await appointments('2026-03-03', '2026-03-04', '2026-03-05');
  const before = [await countOf('bookings'), await countOf('notifications'), await countOf('audit_events')];
  clinic.clock.set('2126-03-02T08:00:00Z');
  expect(await sweep({})).toBe(0);
  expect([await countOf('bookings'), await countOf('notifications'), await countOf('audit_events')]).toEqual(
    before,
  );
});

describe('bookings', () => {
  test('are deleted with their notifications after their days, to the minute, and integrity stays intact', async () => {
    const [first, second, third] = await appointments('2026-03-03', '2026-03-04', '2026-03-05');
    // 10:30 on 3 March in Kiritimati is 20:30 on 2 March in UTC.
    clinic.clock.set('2026-03-12T20:30:00Z');
    await sweep({ BOOKING_DAYS: 10 });
    expect(await idsOf('bookings')).toEqual([first!.id, second!.id, third!.id]);
    clinic.clock.set('2026-03-12T20:31:00Z');
    await sweep({ BOOKING_DAYS: 10 });
    expect(await idsOf('bookings')).toEqual([second!.id, third!.id]);
    expect(await findings()).toEqual([]);
    clinic.clock.set('2027-03-12T20:31:00Z');
    await sweep({ BOOKING_DAYS: 10 });
    expect([await countOf('bookings'), await countOf('notifications')]).toEqual([0, 0]);
    expect(await findings()).toEqual([]);
  });

  test('stay while a notification about them is not settled: its job must find its row', async () => {
    const [first] = await appointments('2026-03-03', '2026-03-04');
    await clinic.query("UPDATE notifications SET state = 'queued' WHERE booking_id = ? LIMIT 1", [first!.id]);
    clinic.clock.set('2026-06-01T08:00:00Z');
    await sweep({ BOOKING_DAYS: 1 });
    expect(await idsOf('bookings')).toEqual([first!.id]);
    await settleAll();
    await sweep({ BOOKING_DAYS: 1 });
    expect(await countOf('bookings')).toBe(0);
  });

  test('are deleted in one round even beyond a batch, and two workers do not block each other', async () => {
    const { id } = await book(clinic, patient, doctor, { date: '2026-03-03', time: '10:00' });
    await clinic.query('DELETE FROM notifications');
    const batch = Array.from({ length: 250 }, (_, index) => `SELECT ${index} AS i`).join(' UNION ALL ');
    for (let first = 0; first < 1_250; first += 250) {
      await clinic.query(
        `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                               version, created_at, updated_at)
         SELECT UUID(), doctor_id, user_id, patient_id, date - INTERVAL i + ${first} DAY, start_time, duration_minutes,
                starts_at - INTERVAL i + ${first} DAY, ends_at - INTERVAL i + ${first} DAY, 'cancelled', 1, created_at,
                updated_at
         FROM bookings JOIN (${batch}) copies WHERE id = ?`,
        [id],
      );
    }
    expect(await countOf('bookings')).toBe(1_251);
    clinic.clock.set('2026-03-20T08:00:00Z');
    await Promise.all([sweep({ BOOKING_DAYS: 1 }), sweep({ BOOKING_DAYS: 1 })]);
    expect(await countOf('bookings')).toBe(0);
  });
});

describe('notifications', () => {
  test('of a booking are deleted together after their days, and the check reports none as missing', async () => {
    await appointments('2026-03-03', '2026-03-04', '2026-04-20', '2026-03-06');
    clinic.clock.set('2026-03-20T08:00:00Z');
    await sweep({ NOTIFICATION_DAYS: 10 });
    expect(await countOf('bookings')).toBe(4);
    const left = await clinic.query<{ date: string }>(
      'SELECT DISTINCT b.date FROM notifications n JOIN bookings b ON b.id = n.booking_id',
    );
    expect(left).toEqual([{ date: '2026-04-20' }]);
    expect(await findings()).toEqual([]);
    // A longer setting brings none back, and the check still reports none.
    await sweep({ NOTIFICATION_DAYS: 300 });
    expect(await findings()).toEqual([]);
  });

  test('that are missing for another reason are still reported', async () => {
    const [, , coming] = await appointments('2026-03-03', '2026-03-04', '2026-04-20', '2026-03-06');
    clinic.clock.set('2026-03-20T08:00:00Z');
    await sweep({ NOTIFICATION_DAYS: 10 });
    await clinic.query('DELETE FROM notifications WHERE booking_id = ?', [coming!.id]);
    expect(await findings()).toMatchObject([{ code: 'LEDGER_NEWS' }, { code: 'LEDGER_REMINDER' }]);
  });

  test('about accounts are deleted their days after they were settled', async () => {
    await clinic.client.post('/api/auth/password/forgot', { email: patient.email });
    await settleAll();
    clinic.clock.set('2026-03-12T07:59:00Z');
    await sweep({ NOTIFICATION_DAYS: 10 });
    expect(await countOf('notifications')).toBe(1);
    clinic.clock.set('2026-03-12T08:01:00Z');
    await sweep({ NOTIFICATION_DAYS: 10 });
    expect([await countOf('notifications'), await countOf('account_links')]).toEqual([0, 1]);
  });
});

test('links are deleted their days after they expired, with their notifications', async () => {
  await clinic.client.post('/api/auth/password/forgot', { email: patient.email });
  await settleAll();
  await sweep({ LINK_DAYS: 30 });
  expect(await countOf('account_links')).toBe(1);
  clinic.clock.set('2026-05-02T08:00:00Z');
  await sweep({ LINK_DAYS: 30 });
  expect([await countOf('notifications'), await countOf('account_links')]).toEqual([0, 0]);
});

describe('events', () => {
  /** Inserts events, all of the same moment. */
  async function events(count: number, at: string): Promise<void> {
    const rows = Array.from({ length: count }, () => [
      new Date(at),
      'booking.booked',
      'booking',
      1,
      '203.0.113.7',
      '{}',
    ]);
    await clinic.query(
      'INSERT INTO audit_events (at, action, subject, subject_id, address, particulars) VALUES ?',
      [rows],
    );
  }
  const addresses = () =>
    clinic.query(
      'SELECT CAST(at AS CHAR) AS at, COUNT(address) AS n FROM audit_events GROUP BY at ORDER BY at',
    );

  test('lose their network address after its days, and nothing else', async () => {
    await events(1_200, '2026-01-01T08:00:00Z');
    await events(700, '2026-01-02T08:00:00Z');
    await events(3, '2026-02-28T08:00:00Z');
    const before = await countOf('audit_events');
    expect(await sweep({ AUDIT_ADDRESS_DAYS: 30 })).toBe(1_900);
    expect(await countOf('audit_events')).toBe(before);
    expect((await addresses()).map(({ n }) => Number(n))).toEqual([0, 0, 3]);
    expect(await sweep({ AUDIT_ADDRESS_DAYS: 30 })).toBe(0);
    clinic.clock.set('2026-04-02T08:00:00Z');
    expect(await sweep({ AUDIT_ADDRESS_DAYS: 30 })).toBe(3);
  });

  test('are deleted after their days', async () => {
    await events(1_200, '2026-01-01T08:00:00Z');
    await events(3, '2026-02-28T08:00:00Z');
    expect(await sweep({ AUDIT_EVENT_DAYS: 30 })).toBe(1_200);
    expect(await countOf('audit_events')).toBe(3);
  });
});

test('the rights of docs/sql allow all of it; deleting events needs the grants of forget-events.sql', async () => {
  const root = await createConnection(process.env.TEST_DATABASE_URL!);
  const users = new DatabaseUsers(root, clinic.environment.DATABASE_URL.split('/').at(-1)!);
  await users.create();
  await users.grantService();
  const url = urlFor(clinic.environment.DATABASE_URL, users.service);
  const everything = {
    BOOKING_DAYS: 1,
    NOTIFICATION_DAYS: 1,
    LINK_DAYS: 1,
    AUDIT_EVENT_DAYS: 1,
    AUDIT_ADDRESS_DAYS: 1,
  };
  try {
    await appointments('2026-03-03', '2026-03-04');
    await clinic.client.post('/api/auth/password/forgot', { email: patient.email });
    await settleAll();
    clinic.clock.set('2027-03-20T08:00:00Z');
    await sweep(everything, url);
    for (const table of ['bookings', 'notifications', 'account_links'])
      expect(await countOf(table), table).toBe(0);
    expect(await countOf('audit_events')).toBeGreaterThan(3);
    expect(await clinic.query('SELECT id FROM audit_events WHERE address IS NOT NULL')).toEqual([]);
    await users.grant('forget-events.sql');
    await sweep(everything, url);
    expect(await countOf('audit_events')).toBe(0);
  } finally {
    await users.drop();
    await root.end();
  }
});

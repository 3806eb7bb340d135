import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inTransaction } from '../../src/database/in-transaction.js';
import { Ledger, type LeasedRow } from '../../src/outbox/ledger.repository.js';
import { cancelOutdatedNotifications } from '../../src/outbox/cancellation.repository.js';
import { appendNotifications, bookInBulk } from '../support/bookings-in-bulk.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { notificationsOf } from '../support/notifications.js';

const LEASE_SECONDS = 2;
const AFTER_LEASE = { seconds: LEASE_SECONDS };

let clinic: Clinic;
let ledger: Ledger;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { NOTIFICATION_LEASE_SECONDS: String(LEASE_SECONDS) } });
  ledger = clinic.app.get(Ledger);
  patient = await clinic.patient();
});

afterAll(() => clinic?.close());

beforeEach(async () => {
  doctor = await clinic.doctor();
  await clinic.query('DELETE FROM notifications');
});

async function bookings(count: number): Promise<number[]> {
  return bookInBulk(clinic, patient, doctor, count);
}

/** Appends one notification and claims it. */
async function claimOne(): Promise<LeasedRow> {
  await bookings(1);
  return (await ledger.claimDue(10)).rows[0]!;
}

async function row(id: number): Promise<{ state: string; attempts: number; reason: string | null }> {
  const [found] = await clinic.query<{ state: string; attempts: number; reason: string | null }>(
    'SELECT state, attempts, reason FROM notifications WHERE id = ?',
    [id],
  );
  return found!;
}

const failed = { state: 'dead', offered: true, reason: 'no' } as const;
const sent = { state: 'sent', offered: true } as const;

test('there is one row per booking, version and kind', async () => {
  const [booking] = await bookings(1);
  const append = (version: number): Promise<void> =>
    inTransaction(clinic.dataSource, (tx) =>
      appendNotifications(clinic, tx, patient, [booking!], { version }),
    );
  await expect(append(1)).rejects.toThrow(/notifications_once/);
  await append(2);
  expect(await notificationsOf(clinic, booking!)).toHaveLength(2);
});

test('a rolled-back transaction leaves no notification', async () => {
  const [booking] = await bookings(1);
  const broken = inTransaction(clinic.dataSource, async (tx) => {
    await appendNotifications(clinic, tx, patient, [booking!], { version: 2 });
    throw new Error('the booking failed after all');
  });
  await expect(broken).rejects.toThrow('after all');
  expect(await notificationsOf(clinic, booking!)).toHaveLength(1);
});

test('only due rows are claimed, the longest due first, up to the limit', async () => {
  const ids = await bookings(4);
  const dueInSeconds = [-1, -3, 1, -2];
  for (const [index, seconds] of dueInSeconds.entries()) {
    const dueAt = new Date(clinic.clock.now() + seconds * 1000);
    await clinic.query('UPDATE notifications SET due_at = ? WHERE booking_id = ?', [dueAt, ids[index]]);
  }
  const rowOf = async (index: number): Promise<number> => (await notificationsOf(clinic, ids[index]!))[0]!.id;
  const first = await ledger.claimDue(2);
  expect(first.rows.map(({ id }) => id)).toEqual([await rowOf(1), await rowOf(3)]);
  const second = await ledger.claimDue(10);
  expect(second.rows.map(({ id }) => id)).toEqual([await rowOf(0)]);
});

test('several relays that claim at once never claim the same row, and leave none', async () => {
  await bookings(60);
  const claims = await Promise.all(Array.from({ length: 8 }, () => ledger.claimDue(10)));
  const claimed = claims.flatMap(({ rows }) => rows.map(({ id }) => id));
  expect(new Set(claimed).size).toBe(60);
  expect(claimed).toHaveLength(60);
});

test('of three workers with the same job one begins', async () => {
  const claimed = await claimOne();
  const began = await Promise.all([ledger.begin(claimed), ledger.begin(claimed), ledger.begin(claimed)]);
  expect(began.filter(Boolean)).toHaveLength(1);
});

test('a row whose lease expired is free again, and its former holder can no longer begin', async () => {
  const old = await claimOne();
  clinic.clock.advance(AFTER_LEASE);
  expect(await ledger.releaseExpired()).toBe(1);
  expect(await ledger.begin(old)).toBe(false);
  const [claimed] = (await ledger.claimDue(1)).rows;
  expect(claimed).toMatchObject({ id: old.id, lease: old.lease + 1 });
  expect(await ledger.begin(old)).toBe(false);
  expect(await ledger.begin(claimed!)).toBe(true);
});

test('a worker that is still sending keeps its row by renewing the lease', async () => {
  const claimed = await claimOne();
  await ledger.begin(claimed);
  clinic.clock.advance({ seconds: 1 });
  await ledger.renew(claimed);
  clinic.clock.advance({ seconds: 1 });
  expect(await ledger.releaseExpired()).toBe(0);
  clinic.clock.advance({ seconds: 1 });
  expect(await ledger.releaseExpired()).toBe(1);
});

test('a worker that lost its row cannot mark it as failed, but can mark it as sent', async () => {
  const old = await claimOne();
  await ledger.begin(old);
  clinic.clock.advance(AFTER_LEASE);
  await ledger.releaseExpired();
  const [claimed] = (await ledger.claimDue(1)).rows;
  await ledger.settle(old, failed);
  expect(await row(old.id)).toMatchObject({ state: 'queued', reason: null });
  await ledger.settle(old, sent);
  expect(await row(old.id)).toMatchObject({ state: 'sent' });
  expect(await ledger.begin(claimed!)).toBe(false);
});

test('a settled row stays as it was settled', async () => {
  const claimed = await claimOne();
  await ledger.begin(claimed);
  await ledger.settle(claimed, failed);
  await ledger.settle(claimed, sent);
  await ledger.renew(claimed);
  clinic.clock.advance(AFTER_LEASE);
  expect(await ledger.releaseExpired()).toBe(0);
  expect(await row(claimed.id)).toEqual({ state: 'dead', attempts: 1, reason: 'no' });
});

test('releasing a claim frees its rows at once, except those that have begun', async () => {
  await bookings(2);
  const claim = await ledger.claimDue(2);
  await ledger.begin(claim.rows[0]!);
  await ledger.release(claim);
  expect(await row(claim.rows[0]!.id)).toMatchObject({ state: 'sending' });
  expect((await ledger.claimDue(2)).rows.map(({ id }) => id)).toEqual([claim.rows[1]!.id]);
});

test('a withdrawn reminder can neither begin nor be freed or released', async () => {
  const [booking] = await bookings(1);
  await inTransaction(clinic.dataSource, (tx) =>
    appendNotifications(clinic, tx, patient, [booking!], { version: 1, kind: 'reminder_1h' }),
  );
  const claim = await ledger.claimDue(2);
  await inTransaction(clinic.dataSource, (tx) =>
    cancelOutdatedNotifications(tx, booking!, 'the booking was cancelled', clinic.clock.now()),
  );
  const [news, reminder] = claim.rows;
  expect(await ledger.begin(reminder!)).toBe(false);
  await ledger.release(claim);
  clinic.clock.advance(AFTER_LEASE);
  await ledger.releaseExpired();
  expect(await row(reminder!.id)).toMatchObject({ state: 'cancelled', reason: 'the booking was cancelled' });
  expect(await row(news!.id)).toMatchObject({ state: 'pending' });
});

test('a claim that is the victim of a deadlock is retried', async () => {
  await bookings(3);
  const [low, , high] = await clinic.query<{ id: number }>('SELECT id FROM notifications ORDER BY id');
  const runner = clinic.app.get(DataSource).createQueryRunner();
  try {
    await runner.startTransaction();
    // Many changes, which make the other transaction the victim.
    const days = Array.from({ length: 200 }, (_, day) => `(999, '2030-01-01' + INTERVAL ${day} DAY, 1)`);
    await runner.query(`INSERT INTO doctor_days (doctor_id, date, version) VALUES ${days.join()}`);
    await runner.query('UPDATE notifications SET attempts = 7 WHERE id = ?', [high!.id]);
    const claiming = ledger.claimDue(3);
    let seen = 0;
    await eventually('the claim waits for the lock', async () => {
      const waiting = await clinic.query(
        `SELECT 1 FROM information_schema.processlist
         WHERE db = DATABASE() AND info LIKE '/* claim-due */%'`,
      );
      seen += waiting.length;
      return seen > 2;
    });
    await runner.query('UPDATE notifications SET attempts = 7 WHERE id = ?', [low!.id]);
    await runner.commitTransaction();
    expect((await claiming).rows).toHaveLength(3);
  } finally {
    await runner.release();
  }
});

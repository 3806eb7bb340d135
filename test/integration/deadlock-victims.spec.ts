import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction } from '../../src/database/in-transaction.js';
import { query, execute } from '../../src/database/statement.js';
import { requestBooking } from '../support/appointments.js';
import { Clinic } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { MONDAY } from '../support/races.js';
import { statementNamed, Statements } from '../support/statements.js';

// The server rolls back the victim of a deadlock. A statement sent right behind it would auto-commit.

let clinic: Clinic;
let statements: Statements;

beforeAll(async () => {
  clinic = await Clinic.open();
  statements = Statements.of(clinic.dataSource);
  await clinic.query('CREATE TABLE tills (id INT PRIMARY KEY, coins INT NOT NULL) ENGINE = InnoDB');
  await clinic.query('CREATE TABLE receipts (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE = InnoDB');
  await clinic.query('INSERT INTO tills (id, coins) SELECT seq, 0 FROM (SELECT 1 AS seq UNION SELECT 2) s');
  // The server chooses the transaction that changed fewer rows as the victim.
  const ballast = Array.from({ length: 500 }, (_, row) => `(${row + 100}, 0)`).join();
  await clinic.query(`INSERT INTO tills (id, coins) VALUES ${ballast}`);
});

beforeEach(() => statements.reset());

afterAll(() => clinic?.close());

const UPDATE_TILL = { sql: 'UPDATE tills SET coins = coins + 1 WHERE id = 1', parameters: [] };

/**
 * Runs work that updates till 1, and makes it the victim of a deadlock there.
 *
 * @param lock a statement that locks a row which the work has locked by then
 */
async function asVictim<T>(work: () => Promise<T>, lock: string, parameters: unknown[]): Promise<T> {
  const rival: QueryRunner = clinic.dataSource.createQueryRunner();
  await rival.startTransaction();
  try {
    await rival.query('UPDATE tills SET coins = coins + 1 WHERE id = 1 OR id >= 100');
    const working = work();
    await eventually('the work waits for the till', () => statements.waitsForLock());
    await rival.query(lock, parameters);
    await rival.rollbackTransaction();
    const result = await working;
    expect(statements.sent.filter(({ errno }) => errno === 1213)).toHaveLength(1);
    return result;
  } finally {
    await rival.release();
  }
}

/** Replaces the first of these statements by an update that waits for till 1. */
function replaceFirst(which: RegExp): void {
  let isReplaced = false;
  statements.replace(which, (statement) => {
    if (isReplaced) return statement;
    isReplaced = true;
    return UPDATE_TILL;
  });
}

async function eventsOf(action: string, since: number): Promise<number[]> {
  const rows = await clinic.query<{ subject_id: number }>(
    'SELECT subject_id FROM audit_events WHERE action = ? AND id > ? ORDER BY id',
    [action, since],
  );
  return rows.map((row) => row.subject_id);
}

async function lastEventId(): Promise<number> {
  const [row] = await clinic.query<{ id: number | null }>('SELECT MAX(id) AS id FROM audit_events');
  return row?.id ?? 0;
}

test('a booking whose notification is the victim of a deadlock is retried, and leaves one event', async () => {
  const [doctor, patient, since] = [await clinic.doctor(), await clinic.patient(), await lastEventId()];
  replaceFirst(statementNamed('append-notifications'));
  const { status, body } = await asVictim(
    () => requestBooking(clinic, patient, doctor, { date: MONDAY, time: '10:00' }),
    'SELECT version FROM doctor_days WHERE doctor_id = ? FOR UPDATE',
    [doctor.doctorId],
  );
  expect(status).toBe(201);
  expect(await eventsOf('booking.booked', since)).toEqual([body.id]);
});

test('a log-in whose refresh token is the victim of a deadlock is retried, and leaves one event', async () => {
  const [{ id, email, password }, since] = [await clinic.patient(), await lastEventId()];
  replaceFirst(statementNamed('insert-refresh-token'));
  const { status } = await asVictim(
    () => clinic.client.post('/api/auth/login', { email, password, refresh: true }),
    'SELECT id FROM accounts WHERE id = ? FOR UPDATE',
    [id],
  );
  expect(status).toBe(200);
  expect(await eventsOf('account.logged_in', since)).toEqual([id]);
});

describe('in one transaction', () => {
  const WRITE = 'INSERT INTO receipts () VALUES ()';

  test('a write that does not wait for the statement before it is refused, and neither takes effect', async () => {
    const work = inTransaction(clinic.dataSource, async (tx) => {
      await query(tx, 'SELECT coins FROM tills WHERE id = 2 FOR UPDATE');
      await Promise.all([execute(tx, UPDATE_TILL.sql, []), execute(tx, WRITE, [])]);
    });
    const settled = work.catch((error: unknown) => error);
    await expect(settled).resolves.toMatchObject({ message: expect.stringContaining('wait') as string });
    expect(await clinic.query('SELECT id FROM receipts')).toEqual([]);
    expect(await clinic.query('SELECT coins FROM tills WHERE id = 1')).toEqual([{ coins: 0 }]);
  });

  test('so is a write behind a read, which a cluster may abort as well', async () => {
    const work = inTransaction(clinic.dataSource, (tx) =>
      Promise.all([query(tx, 'SELECT coins FROM tills WHERE id = 2'), execute(tx, WRITE, [])]),
    );
    await expect(work).rejects.toThrow(/wait/);
    expect(await clinic.query('SELECT id FROM receipts')).toEqual([]);
  });

  test('so is the COMMIT of work that did not wait for its statements', async () => {
    const work = inTransaction(clinic.dataSource, (tx) => {
      void execute(tx, WRITE, []).catch(() => undefined);
      return Promise.resolve();
    });
    await expect(work).rejects.toThrow(/wait/);
    expect(await clinic.query('SELECT id FROM receipts')).toEqual([]);
  });

  test('a statement after its end is refused', async () => {
    let late: Promise<unknown> = Promise.resolve();
    await inTransaction(clinic.dataSource, async (tx) => {
      await query(tx, 'SELECT coins FROM tills WHERE id = 2');
      late = new Promise((resolve) => setTimeout(resolve, 50)).then(() => execute(tx, WRITE, []));
      late.catch(() => undefined);
    });
    await expect(late).rejects.toThrow(/ended/);
    expect(await clinic.query('SELECT id FROM receipts')).toEqual([]);
  });
});

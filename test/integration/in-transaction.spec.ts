import { DataSource, type EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Environment } from '../support/test-environment.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { inTransaction, LostRace } from '../../src/database/in-transaction.js';
import { Statements } from '../support/statements.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';

let environment: Environment;
let dataSource: DataSource;
let statements: Statements;

beforeAll(async () => {
  environment = await testEnvironment();
  dataSource = await new DataSource(dataSourceOptions(environment)).initialize();
  await dataSource.query('CREATE TABLE tills (id INT PRIMARY KEY, coins INT NOT NULL) ENGINE = InnoDB');
  statements = Statements.of(dataSource);
});

beforeEach(async () => {
  statements.reset();
  await dataSource.query('REPLACE INTO tills VALUES (1, 0), (2, 0)');
});

afterAll(async () => {
  await dataSource?.destroy();
  await dropDatabase(environment);
});

function put(source: EntityManager | DataSource, till: number, coins = 1): Promise<unknown> {
  return source.query('UPDATE tills SET coins = coins + ? WHERE id = ?', [coins, till]);
}

async function coins(): Promise<number[]> {
  const rows: { coins: number }[] = await dataSource.query('SELECT coins FROM tills ORDER BY id');
  return rows.map((row) => row.coins);
}

function errors(): number[] {
  return statements.sent.flatMap(({ errno }) => errno ?? []);
}

/** Fails as the database does when it aborts a transaction. */
function abort(tx: EntityManager, errno: number): Promise<unknown> {
  return tx.query(`SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'aborted'`);
}

test('two transactions that deadlock both take effect once: the victim is retried', async () => {
  const hasFirst = [false, false];
  const bothHaveFirst = new Promise<void>((resolve) => {
    const poll = setInterval(() => hasFirst.every(Boolean) && (clearInterval(poll), resolve()), 5);
  });
  const crossing = (first: number, second: number): Promise<void> =>
    inTransaction(dataSource, async (tx, attempt) => {
      await put(tx, first);
      hasFirst[first - 1] = true;
      if (attempt === 1) await bothHaveFirst;
      await put(tx, second);
    });
  await Promise.all([crossing(1, 2), crossing(2, 1)]);
  expect(errors()).toEqual([1213]);
  expect(await coins()).toEqual([2, 2]);
});

test('after a lock timeout, which undoes only its statement, the whole transaction is rolled back and retried', async () => {
  const blocker = dataSource.createQueryRunner();
  await blocker.startTransaction();
  await put(blocker.manager, 2);
  let lockedDuringRetry: unknown = 'not read';
  await inTransaction(dataSource, async (tx, attempt) => {
    await tx.query('SET SESSION innodb_lock_wait_timeout = 1');
    if (attempt === 2) {
      lockedDuringRetry = await blocker.query('SELECT coins FROM tills WHERE id = 1 FOR UPDATE NOWAIT');
      await blocker.commitTransaction();
    }
    await put(tx, 1);
    await put(tx, 2);
  });
  await blocker.release();
  expect(errors()).toEqual([1205]);
  expect(lockedDuringRetry).toEqual([{ coins: 0 }]);
  expect(await coins()).toEqual([1, 2]);
});

test('at READ COMMITTED the next statement sees what others have committed meanwhile', async () => {
  const seen = await inTransaction(dataSource, async (tx) => {
    const read = async (): Promise<number> => {
      const [row]: { coins: number }[] = await tx.query('SELECT coins FROM tills WHERE id = 1');
      return row!.coins;
    };
    const before = await read();
    await put(dataSource, 1);
    return [before, await read()];
  });
  expect(seen).toEqual([0, 1]);
});

test('does not see uncommitted changes of others', async () => {
  const other = dataSource.createQueryRunner();
  await other.startTransaction();
  await put(other.manager, 1);
  const seen: unknown = await inTransaction(dataSource, (tx) =>
    tx.query('SELECT coins FROM tills WHERE id = 1'),
  );
  await other.rollbackTransaction();
  await other.release();
  expect(seen).toEqual([{ coins: 0 }]);
});

describe('any other error', () => {
  test('is rethrown after a rollback, without a retry', async () => {
    const refusal = new Error('no');
    const attempts: number[] = [];
    const work = async (tx: EntityManager, attempt: number): Promise<never> => {
      attempts.push(attempt);
      await put(tx, 1);
      throw refusal;
    };
    await expect(inTransaction(dataSource, work)).rejects.toBe(refusal);
    expect([attempts, await coins()]).toEqual([[1], [0, 0]]);
  });
});

test.each([1047, 1180, 1317])(
  'after error %i of COMMIT the outcome is unknown, and reported as such',
  async (errno) => {
    statements.replace(/^COMMIT/, () => ({
      sql: `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'who knows'`,
      parameters: [],
    }));
    const outcome = inTransaction(dataSource, (tx) => put(tx, 1));
    await expect(outcome).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  },
);

test('if no transaction can be begun, no statement runs outside of one', async () => {
  statements.replace(/^START TRANSACTION/, () => ({
    sql: "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1180, MESSAGE_TEXT = 'not now'",
    parameters: [],
  }));
  const begun = inTransaction(dataSource, (tx) => put(tx, 1));
  await expect(begun).rejects.toThrow();
  statements.reset();
  expect(await coins()).toEqual([0, 0]);
});

test('the connection of a transaction that cannot be rolled back is not reused', async () => {
  statements.replace(/^ROLLBACK/, () => ({
    sql: "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1047, MESSAGE_TEXT = 'not now'",
    parameters: [],
  }));
  const failing = inTransaction(dataSource, async (tx) => {
    await put(tx, 1);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  statements.reset();
  // As many as there are connections: the reused one would commit the leftover write.
  await Promise.all(
    Array.from({ length: environment.DATABASE_POOL_SIZE }, () =>
      inTransaction(dataSource, (tx) => put(tx, 2)),
    ),
  );
  expect(await coins()).toEqual([0, environment.DATABASE_POOL_SIZE]);
});

describe('a connection that breaks before COMMIT', () => {
  const breaking = async (tx: EntityManager): Promise<void> => {
    await put(tx, 1);
    const [{ id }] = await tx.query<[{ id: number }]>('SELECT CONNECTION_ID() AS id');
    await dataSource.query(`KILL ${Number(id)}`);
    await put(tx, 2);
  };

  test('has changed nothing: the whole transaction is retried', async () => {
    const result = await inTransaction(dataSource, async (tx, attempt) => {
      if (attempt < 3) return breaking(tx);
      await put(tx, 2, 5);
      return 'done';
    });
    expect([result, await coins()]).toEqual(['done', [0, 5]]);
  });

  test('in every attempt is reported as an unavailable database, and nothing was changed', async () => {
    const error = inTransaction(dataSource, breaking);
    await expect(error).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(error).rejects.toThrow(/nothing was changed/i);
    expect(await coins()).toEqual([0, 0]);
  });
});

test('a transaction whose process falls silent does not keep its locks for ever', async () => {
  const silentSource = await new DataSource(dataSourceOptions(environment)).initialize();
  let resume = (): void => undefined;
  const resumed = new Promise<void>((resolve) => (resume = resolve));
  let silent: Promise<void> | undefined;
  await new Promise<void>((locked) => {
    silent = inTransaction(silentSource, async (tx, attempt) => {
      // The timeout is a minute: shortened here, to keep the test short.
      if (attempt === 1) {
        const [session] = await tx.query<[{ timeout: string }]>('SELECT @@SESSION.wait_timeout AS timeout');
        expect(Number(session.timeout)).toBeLessThanOrEqual(60);
        await tx.query('SET SESSION wait_timeout = 1');
      }
      await put(tx, 1);
      locked();
      if (attempt === 1) await resumed;
    });
  });
  await inTransaction(dataSource, (tx) => put(tx, 1));
  resume();
  await silent;
  expect(await coins()).toEqual([2, 0]);
  await silentSource.destroy();
});

test.each([1213, 1205, 1020])('error %i is retried until it passes', async (errno) => {
  const attempts: number[] = [];
  const result = await inTransaction(dataSource, async (tx, attempt) => {
    attempts.push(attempt);
    await put(tx, 1);
    if (attempt < 4) await abort(tx, errno);
    return 'done';
  });
  expect([result, attempts, await coins()]).toEqual(['done', [1, 2, 3, 4], [1, 0]]);
});

test('a database that stays busy is reported as BUSY in the end, and nothing was changed', async () => {
  let attempts = 0;
  const work = async (tx: EntityManager): Promise<void> => {
    attempts += 1;
    await put(tx, 1);
    await abort(tx, 1213);
  };
  await expect(inTransaction(dataSource, work)).rejects.toMatchObject({ code: 'BUSY' });
  expect(attempts).toBeGreaterThan(3);
  expect(await coins()).toEqual([0, 0]);
});

describe('a transaction that has lost a race', () => {
  test('runs again at once, and more often than one that fails', async () => {
    const started = performance.now();
    const attempts = await inTransaction(dataSource, async (tx, attempt) => {
      await put(tx, 1);
      if (attempt <= 40) throw new LostRace();
      return attempt;
    });
    expect([attempts, await coins()]).toEqual([41, [1, 0]]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('again and again is reported as BUSY in the end', async () => {
    let attempts = 0;
    const work = (): Promise<void> => {
      attempts += 1;
      return Promise.reject(new LostRace());
    };
    await expect(inTransaction(dataSource, work)).rejects.toMatchObject({ code: 'BUSY' });
    expect(attempts).toBeGreaterThan(50);
  });

  test('may still fail as often as others', async () => {
    const attempts = await inTransaction(dataSource, async (tx, attempt) => {
      if (attempt <= 10) throw new LostRace();
      if (attempt <= 13) await abort(tx, 1213);
      return attempt;
    });
    expect(attempts).toBe(14);
  });
});

test('no connection leaks, whatever happens: more transactions run than the pool has connections', async () => {
  const size = environment.DATABASE_POOL_SIZE;
  await Promise.all(
    Array.from({ length: 3 * size }, (_, index) =>
      inTransaction(dataSource, async (tx, attempt) => {
        if (attempt === 1 && index % 2 === 0) await abort(tx, 1213);
        if (index % 3 === 0) throw new Error('no');
        await put(tx, 1);
      }).catch(() => undefined),
    ),
  );
  expect(await coins()).toEqual([2 * size, 0]);
});

import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Environment } from '../support/test-environment.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { inTransaction } from '../../src/database/in-transaction.js';
import { query } from '../../src/database/statement.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';

let environment: Environment;
let dataSource: DataSource;

beforeAll(async () => {
  environment = await testEnvironment();
  dataSource = await new DataSource(dataSourceOptions(environment)).initialize();
});

afterAll(async () => {
  await dataSource?.destroy();
  await dropDatabase(environment);
});

/** Statements of every kind: prepared before or not yet, plain, of several rows, and such as fail. */
const KINDS: readonly {
  sql: (n: number) => string;
  parameters: (n: number) => unknown[];
  answer: (n: number) => unknown;
}[] = [
  { sql: () => 'SELECT ? + 0 AS n', parameters: (n) => [n], answer: (n) => [{ n }] },
  { sql: (n) => `SELECT ${n} + ? AS n`, parameters: () => [1], answer: (n) => [{ n: n + 1 }] },
  { sql: (n) => `SELECT ${n} AS n`, parameters: () => [], answer: (n) => [{ n }] },
  {
    sql: () => 'SELECT ? + 0 AS n UNION ALL SELECT 0',
    parameters: (n) => [n],
    answer: (n) => [{ n }, { n: 0 }],
  },
  { sql: () => 'SELECT ? FROM nowhere', parameters: (n) => [n], answer: () => 'failed' },
  { sql: () => 'SELECT nothing', parameters: () => [], answer: () => 'failed' },
];

test('statements that wait for no answer get their own, in any mixture', async () => {
  const kind = fc.integer({ min: 0, max: KINDS.length - 1 });
  const statement = fc.record({ kind, n: fc.integer({ min: 0, max: 99 }), waits: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 12 }), async (statements) => {
      const answers: Promise<unknown>[] = [];
      await inTransaction(dataSource, async (tx) => {
        for (const { kind, n, waits } of statements) {
          const { sql, parameters } = KINDS[kind]!;
          const answer = query(tx, sql(n), parameters(n)).then(
            (rows) => rows.map((row) => ({ n: Number((row as { n: unknown }).n) })),
            () => 'failed',
          );
          answers.push(answer);
          if (waits) await answer;
        }
        await Promise.all(answers);
      });
      expect(await Promise.all(answers)).toEqual(statements.map(({ kind, n }) => KINDS[kind]!.answer(n)));
    }),
    { numRuns: 200 },
  );
});

test('what cannot be sent at all is said to who asked, and its connection is not lost', async () => {
  for (let ask = 0; ask <= environment.DATABASE_POOL_SIZE; ask += 1) {
    await expect(query(dataSource, 'SELECT ? AS n', [undefined])).rejects.toThrow(/undefined/);
  }
  expect(await query(dataSource, 'SELECT ? + 0 AS n', [1])).toHaveLength(1);
});

test('a connection that breaks leaves none of them without an answer', async () => {
  let statuses: readonly string[] = [];
  const work = inTransaction(dataSource, async (tx) => {
    const [{ id } = { id: 0 }] = await query<{ id: number }>(tx, 'SELECT CONNECTION_ID() AS id');
    const waiting = Promise.allSettled([5, 5, 5].map((seconds) => query(tx, 'SELECT SLEEP(?)', [seconds])));
    await dataSource.query(`KILL ${Number(id)}`);
    statuses = (await waiting).map(({ status }) => status);
    throw new Error('enough');
  });
  await expect(work).rejects.toThrow('enough');
  expect(statuses).toEqual(['rejected', 'rejected', 'rejected']);
});

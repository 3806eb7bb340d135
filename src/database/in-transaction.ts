import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolConnection } from 'mysql2';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Unavailable } from '../errors/domain-error.js';
import { isConnectionLost, isRetryable, isTransient, wasNotSent } from './mysql-errors.js';
import { bind, unbind } from './statement.js';
import { SentAhead } from './statement-order.js';

const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;
/** After so long no further attempt is begun: whoever waits had better hear that it did not work. */
const LAST_ATTEMPT_AFTER_MS = 6_000;

/** The connection broke while the database was committing: nobody knows yet whether it did. */
class CommitLost extends Error {}

/** What the transaction was about to change was changed by somebody else meanwhile: run all of it again. */
export class ChangedMeanwhile extends Error {}

/**
 * Runs `work` in one transaction at READ COMMITTED and returns what it returns.
 *
 * Deadlocks, lock timeouts, lost certifications and connections that break before COMMIT run the whole of it
 * again, so `work` must have no effect but through `tx`. READ COMMITTED (see `connection-pool.ts`) lets what is
 * read after the first write, which is the lock, see everything committed before the lock was granted; a snapshot
 * taken earlier would not.
 *
 * @param work everything that must happen together; it uses nothing but `tx`, and is told which attempt this is,
 *   from 1
 * @param findOutcome after a COMMIT whose outcome is unknown: returns the result if that attempt took effect. It runs and commits
 *   in a transaction of its own, before each later attempt, and must begin by taking the lock that `work` takes first. On
 *   a cluster that lock must be a write: once it is committed, the earlier attempt can no longer commit
 * @throws Unavailable when the database stays busy or away, or the outcome of a COMMIT cannot be found out
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (tx: EntityManager, attempt: number) => Promise<T>,
  findOutcome?: (tx: EntityManager, attempt: number) => Promise<T | undefined>,
): Promise<T> {
  const started = performance.now();
  let uncertain = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = uncertain ? await attemptOnce(dataSource, (tx) => findOutcome!(tx, attempt)) : undefined;
      return result ?? (await attemptOnce(dataSource, (tx) => work(tx, attempt)));
    } catch (error) {
      uncertain ||= error instanceof CommitLost;
      const blind = uncertain && findOutcome === undefined;
      const inTime = attempt < MAX_ATTEMPTS && performance.now() - started < LAST_ATTEMPT_AFTER_MS;
      if (!isWorthAnother(error) || blind || !inTime) throw finalError(error, uncertain);
      await sleep(pause(attempt));
    }
  }
}

function isWorthAnother(error: unknown): boolean {
  return error instanceof CommitLost || error instanceof ChangedMeanwhile || isTransient(error);
}

function finalError(error: unknown, uncertain: boolean): unknown {
  if (!isWorthAnother(error)) return error;
  if (uncertain) {
    return new Unavailable(
      'OUTCOME_UNKNOWN',
      'The connection to the database broke while saving. Send the request again if it has an Idempotency-Key; otherwise ' +
        'check whether your change was made first.',
    );
  }
  return isConnectionLost(error) ? new Unavailable() : new Unavailable('BUSY');
}

/** Exponential with full jitter, in milliseconds. */
function pause(attempt: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
}

async function attemptOnce<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const connection = (await runner.connect()) as PoolConnection;
    const send = (statement: string): Promise<void> =>
      new Promise((resolve, reject) => {
        connection.query(statement, (error) => (error ? reject(error) : resolve()));
      });
    return await transaction(runner, connection, send, work);
  } finally {
    await runner.release();
  }
}

async function transaction<T>(
  runner: QueryRunner & { isTransactionActive: boolean },
  connection: PoolConnection,
  send: (statement: string) => Promise<void>,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> {
  // Waited for: what left with it would take effect by itself, should no transaction have begun.
  await send('START TRANSACTION');
  // So that TypeORM does not begin one of its own when it saves an entity.
  runner.isTransactionActive = true;
  bind(runner.manager, connection);
  try {
    const result = await work(runner.manager).finally(() => unbind(runner.manager));
    await commit(send);
    return result;
  } catch (error) {
    // A lock timeout rolls back only its statement: without this the locks would stay with the connection. Where it
    // fails the transaction is gone with its connection; or that must go: the next to use it would commit what is left.
    await send('ROLLBACK').catch(() => connection.destroy());
    throw error;
  } finally {
    runner.isTransactionActive = false;
  }
}

async function commit(send: (statement: string) => Promise<void>): Promise<void> {
  try {
    await send('COMMIT');
  } catch (error) {
    // Only then was nothing committed. Any other error may come from a server that did its part.
    const undone = isRetryable(error) || wasNotSent(error) || error instanceof SentAhead;
    throw undone ? error : new CommitLost('the outcome of COMMIT is unknown', { cause: error });
  }
}

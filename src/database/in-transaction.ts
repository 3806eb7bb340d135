import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolConnection } from 'mysql2';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Unavailable } from '../errors/domain-error.js';
import { isConnectionLost, isRetryable, isTransient, wasNotSent } from './mysql-errors.js';
import { bind, unbind } from './statement.js';
import { PipelinedWriteError } from './refuse-pipelined-writes.js';

const MAX_ATTEMPTS = 8;
const MAX_LOST_RACES = 100;
const FIRST_BACKOFF_MS = 10;
const MAX_BACKOFF_MS = 500;
/** After this time no further attempt begins: an error is better than a longer wait. */
const LAST_ATTEMPT_AFTER_MS = 6_000;

/** The connection broke during COMMIT: whether it took effect is unknown. */
class CommitLost extends Error {}

/** Another transaction changed what this one was about to change: run all of it again. */
export class ChangedMeanwhile extends Error {}

/**
 * Another transaction took what this one had chosen. All of it runs again at once, and does not count as an attempt:
 * each lost race is another transaction's success, and as many may be lost as there are choices.
 */
export class LostRace extends ChangedMeanwhile {}

/**
 * Runs `work` in one transaction at READ COMMITTED and returns its result.
 *
 * Deadlocks, lock timeouts, failed certifications and connections that break before COMMIT run all of `work` again, so
 * it must have no effect except through `tx`. At READ COMMITTED (see `connection-pool.ts`), a read after the first
 * write, which is the lock, sees everything committed before the lock was granted. A snapshot taken earlier would not.
 *
 * @param work everything that must happen together; it uses only `tx`, and gets the number of the attempt, from 1
 * @param findOutcome after a COMMIT of unknown outcome, returns the result if that attempt took effect. It runs in a
 *   transaction of its own before each later attempt. It must first write a row that `work` wrote: once that write is
 *   committed, the earlier attempt can no longer commit. Or it repeats the work itself in that transaction
 * @throws Unavailable if the database stays busy or unreachable, or the outcome of a COMMIT stays unknown
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (tx: EntityManager, attempt: number) => Promise<T>,
  findOutcome?: (tx: EntityManager, attempt: number) => Promise<T | undefined>,
): Promise<T> {
  const started = performance.now();
  let isUncertain = false;
  let lostRaces = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = isUncertain
        ? await attemptOnce(dataSource, (tx) => findOutcome!(tx, attempt))
        : undefined;
      return result ?? (await attemptOnce(dataSource, (tx) => work(tx, attempt)));
    } catch (error) {
      isUncertain ||= error instanceof CommitLost;
      const cannotFindOut = isUncertain && findOutcome === undefined;
      if (error instanceof LostRace) lostRaces += 1;
      const failures = attempt - lostRaces;
      const hasTime = performance.now() - started < LAST_ATTEMPT_AFTER_MS;
      const mayRetry = failures < MAX_ATTEMPTS && lostRaces < MAX_LOST_RACES && hasTime;
      if (!isWorthRetrying(error) || cannotFindOut || !mayRetry) throw finalError(error, isUncertain);
      if (!(error instanceof LostRace)) await sleep(backoff(failures));
    }
  }
}

function isWorthRetrying(error: unknown): boolean {
  return error instanceof CommitLost || error instanceof ChangedMeanwhile || isTransient(error);
}

function finalError(error: unknown, isUncertain: boolean): unknown {
  if (!isWorthRetrying(error)) return error;
  if (isUncertain) {
    return new Unavailable(
      'OUTCOME_UNKNOWN',
      'The connection to the database broke while saving. Send the request again if it has an Idempotency-Key; otherwise ' +
        'check first whether your change was made.',
    );
  }
  return isConnectionLost(error) ? new Unavailable() : new Unavailable('BUSY');
}

/** Exponential with full jitter, in milliseconds. */
function backoff(attempt: number): number {
  return Math.random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
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
  // Never pipelined: if START TRANSACTION failed, whatever followed it would auto-commit.
  await send('START TRANSACTION');
  // Otherwise TypeORM would begin a transaction of its own when it saves an entity.
  runner.isTransactionActive = true;
  bind(runner.manager, connection);
  try {
    const result = await work(runner.manager).finally(() => unbind(runner.manager));
    await commit(send);
    return result;
  } catch (error) {
    // A lock timeout rolls back only its statement, and the locks would stay with the connection. If ROLLBACK fails,
    // destroy the connection; otherwise its next user could commit our leftover writes.
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
    // Only these errors prove that nothing was committed. Any other may come from a server that did commit.
    const isRolledBack = isRetryable(error) || wasNotSent(error) || error instanceof PipelinedWriteError;
    throw isRolledBack ? error : new CommitLost('the outcome of COMMIT is unknown', { cause: error });
  }
}

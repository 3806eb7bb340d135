import type { PoolConnection } from 'mysql2';

/** What may be sent before the reply to the statement before it. */
const MAY_BE_PIPELINED = /^\s*(?:\/\*[^*]*\*\/\s*)*(?:SELECT|ROLLBACK)\b/i;

/** A bug in this code, never the database's fault. The statement was not sent. */
export class PipelinedWriteError extends Error {}

type Done = (error: Error | null, ...answer: unknown[]) => void;
type Query = (sql: unknown, values: unknown, callback?: unknown) => unknown;

/**
 * Rejects a statement that writes, and COMMIT, while an earlier statement of the connection is unanswered. The earlier
 * one could be the victim of a deadlock: the server then rolls the transaction back, and a write behind it would
 * auto-commit. A read behind it does no harm.
 */
export function refusePipelinedWrites(connection: PoolConnection): void {
  const send = connection.query.bind(connection) as Query;
  let unanswered = 0;
  const query: Query = (sql, values, callback) => {
    const done = (typeof values === 'function' ? values : callback) as Done | undefined;
    if (!done) return send(sql, values);
    if (unanswered > 0 && !MAY_BE_PIPELINED.test(textOf(sql))) return done(pipelinedWrite(textOf(sql)));
    const answered: Done = (...answer) => {
      unanswered -= 1;
      done(...answer);
    };
    unanswered += 1;
    try {
      return typeof values === 'function' ? send(sql, answered) : send(sql, values, answered);
    } catch (error) {
      unanswered -= 1;
      throw error;
    }
  };
  connection.query = query as PoolConnection['query'];
}

function textOf(sql: unknown): string {
  return typeof sql === 'string' ? sql : (sql as { sql: string }).sql;
}

function pipelinedWrite(sql: string): PipelinedWriteError {
  return new PipelinedWriteError(
    `A statement that writes must wait for the answer to the one before it: ${sql}`,
  );
}

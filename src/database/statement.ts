import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';

/** Where a statement runs: in a transaction, or on a connection of its own. */
export type Source = EntityManager | DataSource;

/** Rows that a statement writes as another one selects them. */
export interface Rows {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The connection of each transaction under way. */
const connections = new WeakMap<EntityManager, PoolConnection>();

/** Has the statements of a transaction leave on its connection. */
export function bind(tx: EntityManager, connection: PoolConnection): void {
  connections.set(tx, connection);
}

/** Has no further statement of a transaction leave: its connection is somebody else's soon. */
export function unbind(tx: EntityManager): void {
  connections.delete(tx);
}

/**
 * Runs a statement that reads, and answers with its rows. It leaves during this very call, so that of two that are not
 * waited for in between the first is the first; and it takes the shortest way, since on the way through TypeORM's runners
 * hot paths lose as much time as they need for themselves.
 *
 * @throws QueryFailedError, as TypeORM does
 */
export function query<Row>(source: Source, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  return run(source, sql, parameters);
}

/**
 * Runs a statement that writes, in the same way, and answers with what it did. In a transaction, every statement before it
 * must have been answered (see `refuseWritesAhead`).
 */
export function execute(source: Source, sql: string, parameters: unknown[]): Promise<ResultSetHeader> {
  return run(source, sql, parameters);
}

function run<T>(source: Source, sql: string, parameters: unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const send = (connection: PoolConnection, after?: () => void): void => {
      const done = (error: Error | null, answer?: unknown): void => {
        after?.();
        if (error) reject(new QueryFailedError(sql, parameters, error));
        else resolve(answer as T);
      };
      try {
        connection.query(sql, parameters, done);
      } catch (error) {
        // A value that no statement can hold: mysql2 does not call back then.
        done(error as Error);
      }
    };
    if (!('driver' in source)) {
      const connection = connections.get(source);
      return connection
        ? send(connection)
        : reject(new Error(`The transaction has ended before this: ${sql}`));
    }
    const { pool } = source.driver as unknown as { pool: Pool };
    pool.getConnection((error, connection: PoolConnection) => {
      // As mysql2 says it: where no connection was to be had, no statement has failed.
      if (error) reject(error);
      else send(connection, () => connection.release());
    });
  });
}

import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js';

/** Where a statement runs: in a transaction, or on a connection of its own. */
export type Source = EntityManager | DataSource;

/** A SELECT whose rows another statement inserts. */
export interface SelectStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The connection of each transaction under way. */
const connections = new WeakMap<EntityManager, PoolConnection>();

/** Sends the statements of a transaction on its connection. */
export function bind(tx: EntityManager, connection: PoolConnection): void {
  connections.set(tx, connection);
}

/** Sends no further statement of a transaction: another transaction gets its connection next. */
export function unbind(tx: EntityManager): void {
  connections.delete(tx);
}

/**
 * Runs a statement that reads, and returns its rows. It goes to the driver's connection directly: TypeORM's query
 * runner costs a visible part of each statement (docs/decisions/0008).
 *
 * `execute` runs a statement that writes. Both are sent prepared if they have parameters (`preferPrepared`). The names
 * say read and write, not mysql2's `query` and `execute`.
 *
 * @throws QueryFailedError, as TypeORM does
 */
export function query<Row>(source: Source, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  return run(source, sql, parameters);
}

/**
 * Runs a statement that writes, in the same way, and returns what it did. In a transaction it must wait for the reply
 * to the statement before it (see `refusePipelinedWrites`).
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
        // mysql2 throws, and does not call back, if a value cannot be sent.
        done(error as Error);
      }
    };
    if (!('driver' in source)) {
      const connection = connections.get(source);
      return connection
        ? send(connection)
        : reject(new Error(`The transaction has ended before this: ${sql}`));
    }
    const pool = (source.driver as MysqlDriver).pool as Pool;
    pool.getConnection((error, connection: PoolConnection) => {
      // Not a QueryFailedError: without a connection, no statement has failed.
      if (error) reject(error);
      else send(connection, () => connection.release());
    });
  });
}

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import type { DatabaseServers } from './database-servers.js';
import { refuseWritesAhead } from './statement-order.js';

/** How long to wait for a connection while all are in use; longer is no service to whoever is waiting too. */
const LONGEST_WAIT_MS = 4_000;

/** Seconds that one transaction waits for another's locks; shorter than an answer may take (`DATABASE_TIMEOUT_SECONDS`). */
const LOCK_WAIT_SECONDS = 4;

/** Seconds of silence after which the server ends a session: frees the locks of a process that cannot say it is gone. */
const LONGEST_SILENCE_SECONDS = 60;

/** What every statement of this service relies on, in a transaction or alone. */
const SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}, SESSION time_zone = '+00:00',
       SESSION wait_timeout = ${LONGEST_SILENCE_SECONDS}`,
];

type Callback = (error: NodeJS.ErrnoException | null, connection: PoolConnection) => void;

/**
 * mysql2's pool, but each new connection is told what its session is to be like, and who waits too long for a
 * connection is told so. Given to TypeORM as its driver.
 */
export class ImpatientPools {
  /** @param servers that the connections are made by */
  constructor(private readonly servers: DatabaseServers) {}

  createPool(options: PoolOptions): Pool {
    const pool = createPool(options);
    const getConnection = pool.getConnection.bind(pool);
    pool.getConnection = (callback: Callback) => getConnection(withDeadline(callback));
    pool.on('connection', (connection) => {
      const socket = socketOf(connection);
      if (socket instanceof TLSSocket) this.servers.watchSecured(socket);
      prepare(connection);
    });
    // Nothing is being waited for: see `DatabaseServers`.
    pool.on('release', (connection) => socketOf(connection).setTimeout(0));
    return pool;
  }
}

/** The settings are sent before anything else. A connection that does not take them is of no use to anybody. */
function prepare(connection: PoolConnection): void {
  for (const statement of SESSION) {
    connection.query(statement, (error) => {
      if (error) socketOf(connection).destroy(error);
    });
  }
  preferPrepared(connection);
  refuseWritesAhead(connection);
}

type Query = (sql: unknown, values?: unknown, callback?: unknown) => unknown;

/**
 * TypeORM sends text with the values written into it. Prepared, the database parses a statement only once. A list of
 * values stands for text of its own length, and stays text.
 */
function preferPrepared(connection: PoolConnection): void {
  const plain = connection.query.bind(connection) as Query;
  const prepared = connection.execute.bind(connection) as Query;
  const canBePrepared = (values: unknown): boolean =>
    Array.isArray(values) && values.length > 0 && !values.some(Array.isArray);
  const query: Query = (sql, values, callback) =>
    (canBePrepared(values) ? prepared : plain)(sql, values, callback);
  connection.query = query as PoolConnection['query'];
}

function socketOf(connection: PoolConnection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}

function withDeadline(callback: Callback): Callback {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    const error = Object.assign(new Error('All connections to the database are in use.'), {
      code: 'ETIMEDOUT',
    });
    (callback as (error: Error) => void)(error);
  }, LONGEST_WAIT_MS);
  return (error, connection) => {
    clearTimeout(timer);
    if (!late) callback(error, connection);
    else if (!error) connection.release();
  };
}

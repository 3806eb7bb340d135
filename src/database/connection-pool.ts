import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import type { DatabaseServers } from './database-servers.js';
import { refusePipelinedWrites } from './refuse-pipelined-writes.js';

/** The longest wait for a connection while all are in use. */
const MAX_WAIT_MS = 4_000;

/** How long a transaction waits for another's locks; less than an answer may take (`DATABASE_TIMEOUT_SECONDS`). */
const LOCK_WAIT_SECONDS = 4;

/** Idle time after which the server ends a session, so that a process that vanished loses its locks. */
const MAX_IDLE_SECONDS = 60;

/** Every statement relies on these settings, in a transaction or alone. */
const SESSION_SETTINGS = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}, SESSION time_zone = '+00:00',
       SESSION wait_timeout = ${MAX_IDLE_SECONDS}`,
];

type Callback = (error: NodeJS.ErrnoException | null, connection: PoolConnection) => void;

/**
 * mysql2's pool, but each new connection gets the session settings, and a wait for a connection ends at a deadline.
 * Given to TypeORM as its driver.
 */
export class PoolDriver {
  /** @param servers make the connections */
  constructor(private readonly servers: DatabaseServers) {}

  createPool(options: PoolOptions): Pool {
    const pool = createPool(options);
    const getConnection = pool.getConnection.bind(pool);
    pool.getConnection = (callback: Callback) => getConnection(withDeadline(callback));
    pool.on('connection', (connection) => {
      const socket = socketOf(connection);
      if (socket instanceof TLSSocket) this.servers.watchSecured(socket);
      setUpSession(connection);
    });
    // A released connection expects no answer: see `DatabaseServers`.
    pool.on('release', (connection) => socketOf(connection).setTimeout(0));
    return pool;
  }
}

/** Sends the settings before anything else. A connection that rejects them is unusable. */
function setUpSession(connection: PoolConnection): void {
  for (const statement of SESSION_SETTINGS) {
    connection.query(statement, (error) => {
      if (error) socketOf(connection).destroy(error);
    });
  }
  preferPrepared(connection);
  refusePipelinedWrites(connection);
}

type Query = (sql: unknown, values?: unknown, callback?: unknown) => unknown;

/**
 * TypeORM sends text with the values written into it. Prepared, the database parses a statement only once. A value that
 * is a list changes the text with its length, so such a statement is not prepared.
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

/** The one private part of mysql2 that the service uses (docs/decisions/0008). */
function socketOf(connection: PoolConnection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}

function withDeadline(callback: Callback): Callback {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    const error = Object.assign(new Error('All connections to the database are in use.'), {
      code: 'ETIMEDOUT',
    });
    (callback as (error: Error) => void)(error);
  }, MAX_WAIT_MS);
  return (error, connection) => {
    clearTimeout(timer);
    if (!isLate) callback(error, connection);
    else if (!error) connection.release();
  };
}

import { QueryFailedError } from 'typeorm';

interface DriverError {
  readonly errno?: number;
  readonly code?: string;
  readonly sqlMessage?: string;
}

// Deadlock victim (also a failed certification on a cluster), lock wait timeout, MariaDB's changed snapshot.
const RETRYABLE = new Set([1213, 1205, 1020]);
const DUPLICATE_ENTRY = 1062;
// With NOWAIT, MariaDB uses the number of a lock timeout, MySQL one of its own.
const LOCKED_NOW = new Set([1205, 3572]);
const DATABASE_ACCESS_DENIED = 1044;
// On a table, and on a column.
const LACKS_PRIVILEGE = new Set([1142, 1143]);
// A table, column, key or constraint to create already exists, or one to drop does not (MariaDB and MySQL).
const ALREADY_APPLIED = new Set([1050, 1051, 1060, 1061, 1091, 1826, 3822, 3940]);
// MariaDB reports a duplicate foreign key name by its general number for a table that cannot be created.
const CANNOT_CREATE = 1005;
const LOST_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  // The server has no trusted certificate; nothing was sent to it.
  'HANDSHAKE_SSL_ERROR',
  'HANDSHAKE_NO_SSL_SUPPORT',
]);
// Server shutting down, connection killed, idle for too long, too many connections; cluster node not ready, or
// read-only: the next connection goes to another server.
const LOST_NUMBERS = new Set([1053, 1927, 4031, 1040, 1047, 1152, 1290, 1836, 2006, 2013, 3169]);

function driverError(error: unknown): DriverError {
  const driver: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof driver === 'object' && driver !== null ? driver : {};
}

/** The database aborted this transaction in favour of another: run all of it again. */
export function isRetryable(error: unknown): boolean {
  const { errno } = driverError(error);
  return errno !== undefined && RETRYABLE.has(errno);
}

/** The connection to the database broke, or none was available. */
export function isConnectionLost(error: unknown): boolean {
  const { errno, code } = driverError(error);
  if ((code !== undefined && LOST_CODES.has(code)) || (errno !== undefined && LOST_NUMBERS.has(errno)))
    return true;
  // mysql2 and TypeORM report these only in words.
  return error instanceof Error && /closed state|Pool is closed|Queue limit reached/.test(error.message);
}

/** The statement was never sent: its connection was known to be closed. */
export function wasNotSent(error: unknown): boolean {
  return error instanceof Error && error.message.includes('closed state');
}

/** Another attempt may succeed. */
export function isTransient(error: unknown): boolean {
  return isRetryable(error) || isConnectionLost(error);
}

/** A unique key, by its name in the migrations, already has this value. */
export function isDuplicate(error: unknown, key: string): boolean {
  const { errno, sqlMessage = '' } = driverError(error);
  // The key's name comes last, on MySQL after its table's name. The value before it may be text that a user chose.
  return errno === DUPLICATE_ENTRY && [`'${key}'`, `.${key}'`].some((name) => sqlMessage.endsWith(name));
}

/** With NOWAIT: another transaction holds the row. */
export function isLockedNow(error: unknown): boolean {
  const { errno } = driverError(error);
  return errno !== undefined && LOCKED_NOW.has(errno);
}

/** The database user may neither use nor create this database. */
export function isAccessDenied(error: unknown): boolean {
  return driverError(error).errno === DATABASE_ACCESS_DENIED;
}

/** The database user may not do this with the table, or with one of its columns. */
export function lacksPrivilege(error: unknown): boolean {
  const { errno } = driverError(error);
  return errno !== undefined && LACKS_PRIVILEGE.has(errno);
}

/** A statement that changes a table has already taken effect. */
export function isAlreadyApplied(error: unknown): boolean {
  const { errno, sqlMessage = '' } = driverError(error);
  if (errno === CANNOT_CREATE) return sqlMessage.includes('errno: 121');
  return errno !== undefined && ALREADY_APPLIED.has(errno);
}

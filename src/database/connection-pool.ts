import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';

/** How long to wait for a connection while all are in use; longer is no service to whoever is waiting too. */
const LONGEST_WAIT_MS = 4_000;

type Callback = (error: NodeJS.ErrnoException | null, connection: PoolConnection) => void;

/** mysql2's pool, but who waits too long for a connection is told so. Given to TypeORM as its driver. */
export const impatientPools = {
  createPool(options: PoolOptions): Pool {
    const pool = createPool(options);
    const getConnection = pool.getConnection.bind(pool);
    pool.getConnection = (callback: Callback) => getConnection(withDeadline(callback));
    return pool;
  },
};

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

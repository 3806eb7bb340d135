import { createConnection } from 'mysql2/promise';

/**
 * A node's state after it has caught up with all other nodes. Its own count alone is no proof: until the node notices,
 * it includes nodes that were killed or cut off.
 *
 * @param {number} port
 */
export const agreedStatusOf = (port) => statusOf(port, 'SET STATEMENT wsrep_sync_wait = 31 FOR ');

/**
 * @param {number} port
 * @param {string} [prefix] of the statement
 */
export async function statusOf(port, prefix = '') {
  const names = "('wsrep_ready', 'wsrep_cluster_size', 'wsrep_evs_state')";
  const sql = `${prefix}SHOW GLOBAL STATUS WHERE Variable_name IN ${names}`;
  try {
    const rows = /** @type {{ Variable_name: string, Value: string }[]} */ (await ask(port, sql));
    const status = Object.fromEntries(rows.map((row) => [row.Variable_name, row.Value]));
    const settled = status.wsrep_evs_state === 'OPERATIONAL';
    return { serves: status.wsrep_ready === 'ON', settled, size: Number(status.wsrep_cluster_size) };
  } catch {
    // It is still starting, or has just been killed or cut off.
    return { serves: false, settled: false, size: 0 };
  }
}

/**
 * @param {number} port
 * @param {string} sql
 * @returns {Promise<unknown>}
 */
export async function ask(port, sql) {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2_000 });
  connection.on('error', () => undefined);
  try {
    const [answer] = await connection.query({ sql, timeout: 10_000 });
    return answer;
  } finally {
    connection.destroy();
  }
}

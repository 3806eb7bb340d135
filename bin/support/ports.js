import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Failure } from './output.js';

const LOOPBACK = '127.0.0.1';

/**
 * @param {number} [preferred] taken if it is free, otherwise the next free one above it
 * @returns {Promise<number>} a free TCP port on the loopback address
 */
export async function freePort(preferred) {
  const candidates = preferred ? Array.from({ length: 50 }, (_, next) => preferred + next) : [];
  for (const candidate of [...candidates, 0]) {
    const server = createServer();
    try {
      await once(server.listen(candidate, LOOPBACK), 'listening');
    } catch {
      continue;
    }
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    await once(server.close(), 'close');
    return port;
  }
  throw new Failure(`No free port on ${LOOPBACK}.`);
}

/**
 * @param {string} url
 * @param {number} defaultPort
 * @returns {Promise<boolean>} whether its server accepts connections
 */
export function isReachable(url, defaultPort) {
  const { hostname, port } = new URL(url);
  return isListening(Number(port) || defaultPort, hostname.replaceAll(/[[\]]/g, ''));
}

/**
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<boolean>} whether a server accepts connections there
 */
export async function isListening(port, host = LOOPBACK) {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

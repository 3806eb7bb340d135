import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * Asks until the answer is yes.
 *
 * @param {() => boolean | Promise<boolean>} holds
 * @param {{ withinMs: number, everyMs?: number, signal?: AbortSignal }} patience
 * @returns {Promise<boolean>} whether it came to hold in time
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function until(holds, { withinMs, everyMs = 50, signal }) {
  for (const deadline = Date.now() + withinMs; ; await sleep(everyMs)) {
    signal?.throwIfAborted();
    if (await holds()) return true;
    if (Date.now() > deadline) return false;
  }
}

/**
 * Waits for all of them, also when one fails: what the others have started is then known, and can be ended.
 *
 * @template {readonly unknown[]} T
 * @param {T} starting
 * @returns {Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>}
 */
export async function together(starting) {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

/**
 * A free TCP port on the loopback address.
 *
 * @param {number} [preferred] taken where it is free, else the next free one above it, else any
 */
export async function freePort(preferred) {
  const wanted = preferred ? Array.from({ length: 50 }, (_, next) => preferred + next) : [];
  for (const candidate of [...wanted.filter((port) => port < 65_536), 0]) {
    const port = await listenBriefly(candidate);
    if (port) return port;
  }
  throw new Error('No free port on 127.0.0.1.');
}

/**
 * Free ports next to each other, below those that outgoing connections get: else one of these could have a dead server's
 * port by the time it is started again.
 *
 * @param {number} count
 * @returns {Promise<number>} the first
 */
export async function portsInARow(count) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = 12_000 + Math.floor(Math.random() * 20_000);
    let free = 0;
    while (free < count && (await freePort(first + free)) === first + free) free += 1;
    if (free === count) return first;
  }
  throw new Error(`There are no ${count} free ports in a row on 127.0.0.1.`);
}

/**
 * @param {number} port 0 for any
 * @returns {Promise<number | undefined>} the port, or undefined where somebody else has it
 */
function listenBriefly(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: LOOPBACK }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/**
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<boolean>} whether anybody accepts connections there
 */
export function accepts(port, host = LOOPBACK) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5_000 });
    for (const event of /** @type {const} */ (['connect', 'error', 'timeout'])) {
      socket.once(event, () => {
        socket.destroy();
        resolve(event === 'connect');
      });
    }
  });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} whether a MariaDB or MySQL greets there: a handshake packet of protocol version 10
 */
export function databaseAnswers(port) {
  return answers({ port, accept: (reply) => reply[4] === 10 });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} whether Redis serves there; while it still loads its data it answers -LOADING
 */
export function redisAnswers(port) {
  return answers({ port, say: 'PING\r\n', accept: (reply) => reply.includes('+PONG') });
}

/**
 * One exchange with a server: connect, say something, judge the first reply.
 *
 * @param {{ port: number, say?: string, accept: (reply: Buffer) => boolean }} exchange
 * @returns {Promise<boolean>}
 */
function answers({ port, say = '', accept }) {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port, timeout: 2_000 });
    /** @param {boolean} verdict */
    const settle = (verdict) => {
      socket.destroy();
      resolve(verdict);
    };
    socket.once('connect', () => socket.write(say));
    socket.once('data', (reply) => settle(accept(reply)));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

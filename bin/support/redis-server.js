import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { serverEnvironment } from './environment.js';
import { freePort } from './ports.js';
import { BackgroundProcess } from './processes.js';
import { findProgram } from './programs.js';

const START_WITHIN_MS = 90_000;

/**
 * Starts a private Redis.
 *
 * @param {object} options
 * @param {string} options.dir for its log, and its data if it persists
 * @param {number} [options.port] a free one by default
 * @param {boolean} [options.persist] keep the data for the next start
 * @param {AbortSignal} [options.signal]
 * @throws if it is not installed, or does not start
 */
export async function startRedis({ dir, port, persist = false, signal }) {
  const home = resolve(dir);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  port ??= await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', home];
  // With any other eviction policy, a full Redis would silently drop jobs.
  const data = ['--save', '', '--appendonly', persist ? 'yes' : 'no', '--maxmemory-policy', 'noeviction'];
  const server = new BackgroundProcess({
    name: 'Redis',
    command: findProgram('redis-server') ?? 'redis-server',
    args: [...place, ...data],
    dir: home,
    file: 'redis',
    env: serverEnvironment(),
  });
  const isReady = () => /ready to accept connections/i.test(server.tail);
  await server.waitUntilReady(isReady, { withinMs: START_WITHIN_MS, signal });
  return Object.assign(server, { port, url: `redis://127.0.0.1:${port}` });
}

/**
 * Private servers made of the installed programs: on loopback, on ports and folders of their own, apart from whatever
 * else the machine runs. The demo keeps them, the tests throw them away, and the fault tests kill them.
 *
 * @typedef {object} Service
 * @property {string} name with its version, for a person
 * @property {string} url
 * @property {number} port
 * @property {number} pid
 * @property {() => boolean} isAlive
 * @property {() => string} tail the last lines of its log
 * @property {Promise<string>} exited how it ended, in words
 * @property {() => Promise<void>} stop ends it in good order; harmless when it has ended already
 * @property {() => Promise<void>} kill ends it as a power cut would
 *
 * @typedef {Service & { urlOf: (database: string) => string }} DatabaseService
 */
import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import {
  installedDatabaseServer,
  makeDataDirectory,
  servingArguments,
  serverEnvironment,
  socketPath,
} from './database-server.js';
import { endLeftover } from './leftovers.js';
import { Running } from './processes.js';
import { findRedisServer } from './programs.js';
import { Failure } from './say.js';
import { databaseAnswers, freePort, redisAnswers } from './waiting.js';

export { freePort };

// Long, for a slow disk and the recovery after a kill; usually it takes half a second.
const START_WITHIN_MS = 90_000;

/**
 * Starts MariaDB (or MySQL, where only that is installed) on the data in `dir`, which is made the first time. The user
 * root has no password.
 *
 * @param {object} options
 * @param {string} options.dir where its data and its log live
 * @param {number} [options.port] the port it must have; a free one by default
 * @param {number} [options.preferredPort] the port it gets where that is free
 * @param {boolean} [options.throwAway] quicker, for data that need not survive a power cut
 * @param {string[]} [options.args] more options for the server, such as `--default-time-zone=+05:00`
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<DatabaseService>} once it answers
 * @throws {Failure} if none is installed, or it does not come up
 */
export async function startDatabase({ dir, port, preferredPort, throwAway = false, args = [], signal }) {
  const server = await installedDatabaseServer(signal);
  const home = await prepare(dir);
  const data = join(home, 'data');
  const pidFile = join(home, 'database.pid');
  await endLeftover({ pidFile, program: basename(server.path), dir: home });
  await makeDataDirectory(server, data, signal);
  // A folder of its own: a server that starts deletes the temporary files of others that run.
  const temporary = await prepare(join(home, 'tmp'));
  const chosen = port ?? (await freePort(preferredPort));
  const running = new Running({
    name: `${server.name} ${server.version}`,
    command: server.path,
    args: [...servingArguments(server, { data, port: chosen, throwAway }), `--tmpdir=${temporary}`, ...args],
    cwd: home,
    env: serverEnvironment(),
    log: join(home, 'database.log'),
    pidFile,
  });
  // One that is killed leaves it behind.
  const socket = socketPath(data);
  void running.exited.then(() => rmSync(socket, { force: true }));
  await cameUp(running, () => databaseAnswers(chosen), signal);
  const url = `mysql://root@127.0.0.1:${chosen}/`;
  return { ...service(running, url, chosen), urlOf: (database) => url + database };
}

/**
 * Starts Redis. Started again on the `port` of one that was killed, it takes its place.
 *
 * @param {object} options
 * @param {string} options.dir where its log, and its data if it persists, live
 * @param {number} [options.port] the port it must have; a free one by default
 * @param {number} [options.preferredPort] the port it gets where that is free
 * @param {boolean} [options.persist] whether its data are to be there after a restart; by default it always starts empty
 * @param {string[]} [options.args] more options for the server
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Service>} once it answers
 * @throws {Failure} if it is not installed, or does not come up
 */
export async function startRedis({ dir, port, preferredPort, persist = false, args = [], signal }) {
  const command = findRedisServer();
  if (!command) {
    throw new Failure('Redis is not installed.', { remedy: 'On Debian: apt-get install redis-server' });
  }
  const home = await prepare(dir);
  const pidFile = join(home, 'redis.pid');
  await endLeftover({ pidFile, program: basename(command), dir: home });
  const chosen = port ?? (await freePort(preferredPort));
  const place = ['--port', String(chosen), '--bind', '127.0.0.1', '--dir', home, '--save', ''];
  // noeviction: a queue that silently loses jobs when memory runs out would be no queue.
  const keeping = ['--appendonly', persist ? 'yes' : 'no', '--maxmemory-policy', 'noeviction'];
  const running = new Running({
    name: 'Redis',
    command,
    args: [...place, ...keeping, ...args],
    cwd: home,
    env: serverEnvironment(),
    log: join(home, 'redis.log'),
    pidFile,
  });
  await cameUp(running, () => redisAnswers(chosen), signal);
  return service(running, `redis://127.0.0.1:${chosen}`, chosen);
}

/** @param {string} dir */
async function prepare(dir) {
  const home = resolve(dir);
  await mkdir(home, { recursive: true, mode: 0o700 });
  return home;
}

/**
 * Waits until the server says in its log that it serves, and then really answers. The log comes first because only it is
 * proof: should another server sit on the port, that one would answer while ours is giving up.
 *
 * @param {Running} running
 * @param {() => Promise<boolean>} answers
 * @param {AbortSignal} [signal]
 */
async function cameUp(running, answers, signal) {
  const saysSo = () => /ready (for|to accept) connections/i.test(running.tail);
  await running.comesUp(async () => saysSo() && (await answers()), { withinMs: START_WITHIN_MS, signal });
}

/**
 * @param {Running} running
 * @param {string} url
 * @param {number} port
 * @returns {Service}
 */
function service(running, url, port) {
  return {
    name: running.name,
    url,
    port,
    pid: running.pid,
    isAlive: () => running.isAlive,
    tail: () => running.tail,
    exited: running.exited,
    stop: () => running.stop(),
    kill: () => running.kill(),
  };
}

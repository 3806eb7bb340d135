import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { composeIsAvailable, startWithCompose } from './compose.js';
import { DATABASE_SERVERS, startDatabase } from './database-server.js';
import { Failure, printStep } from './output.js';
import { freePort, isReachable } from './ports.js';
import { findProgram, tryToInstall } from './programs.js';
import { startRedis } from './redis-server.js';
import { allSettled } from './waiting.js';

/**
 * @typedef {import('./shutdown.js').Shutdown} Shutdown
 *
 * @typedef {object} Options
 * @property {string} dir for the data of private servers
 * @property {boolean} throwAway whether the data is deleted with the servers
 * @property {string} project the name of the group, if the servers are containers
 * @property {string} database its name in the URL; empty for the server as a whole
 * @property {{ database: string, redis: string }} variables name the servers to use instead of private ones
 * @property {string[]} [databaseArgs] more options for a private database
 * @property {{ database: number, redis: number }} [ports] preferred ports of private servers
 */

/**
 * Provides a database and Redis: the ones that the environment names, otherwise private ones.
 *
 * @param {Options} options
 * @param {Shutdown} shutdown stops what is started here
 * @returns the addresses, and the private servers among them
 */
export async function provideServers(options, shutdown) {
  const databaseUrl = await namedServer(options.variables.database, 3306);
  const redisUrl = await namedServer(options.variables.redis, 6379);
  if (databaseUrl && redisUrl) return { databaseUrl, redisUrl, servers: [] };
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const wanted = { database: !databaseUrl, redis: !redisUrl };
  const startedAs = await ensureServers(wanted, shutdown.signal);
  const own = await (startedAs === 'compose'
    ? startWithCompose(options, shutdown)
    : startPrivateServers(options, wanted, shutdown));
  return { ...own, databaseUrl: databaseUrl ?? own.databaseUrl, redisUrl: redisUrl ?? own.redisUrl };
}

/**
 * Checks that a server answers if an environment variable names one.
 *
 * @param {string} variable
 * @param {number} defaultPort
 * @returns {Promise<string | undefined>} its URL
 */
export async function namedServer(variable, defaultPort) {
  const url = process.env[variable];
  if (!url) return undefined;
  // Of several servers of a cluster, the first must answer.
  const first = url.replace(/,[^/]*/, '');
  if (!URL.canParse(first)) throw new Failure(`${variable} is not a URL.`);
  const { host } = new URL(first);
  if (!(await isReachable(first, defaultPort))) {
    throw new Failure(`${variable} names a server at ${host}, which does not answer.`, {
      remedy: `Start that server, or unset ${variable} to use a private one.`,
    });
  }
  printStep('servers', `${host}, from ${variable}`);
  return url;
}

/**
 * Makes sure that private servers can be started.
 *
 * @param {{ database: boolean, redis: boolean }} wanted
 * @param {AbortSignal} signal
 * @returns {Promise<'programs' | 'compose'>} how they can be started
 * @throws {Failure} with instructions if they cannot
 */
export async function ensureServers({ database, redis }, signal) {
  const missing = () => [
    ...(database && !findProgram(...DATABASE_SERVERS) ? ['mariadb-server'] : []),
    ...(redis && !findProgram('redis-server') ? ['redis-server'] : []),
  ];
  if (missing().length === 0) return 'programs';
  const error = await tryToInstall('servers', missing(), signal);
  if (missing().length === 0) return 'programs';
  if (await composeIsAvailable(signal)) return 'compose';
  const names = missing().join(' and ');
  throw new Failure(`Clinica needs a database and Redis, and this machine lacks: ${names}.`, {
    tail: error,
    remedy: INSTRUCTIONS,
  });
}

const INSTRUCTIONS = `Use one of these:

  Debian, Ubuntu      apt-get install --no-install-recommends mariadb-server redis-server
                      (as root, this command does it by itself)
  other systems       install MariaDB 10.11 or newer, or MySQL 8.4 or newer, and Redis 7 or newer,
                      with mariadbd (or mysqld) and redis-server on the PATH
  Docker              start an engine with Compose; both then run in containers
  other servers       demo:   DATABASE_URL=mysql://user:password@host:3306/clinica REDIS_URL=redis://host:6379
                      tests:  TEST_DATABASE_URL=mysql://root:password@host:3306/ TEST_REDIS_URL=redis://host:6379

Clinica never touches the machine's own servers: it starts private ones, with their own ports and folders.`;

/**
 * @param {Options} options
 * @param {{ database: boolean, redis: boolean }} wanted
 * @param {Shutdown} shutdown
 */
async function startPrivateServers(options, wanted, shutdown) {
  const { dir, throwAway, databaseArgs: args, ports } = options;
  const { signal } = shutdown;
  /** @type {<T extends import('./processes.js').BackgroundProcess & { port: number }>(starting: Promise<T>) => Promise<T>} */
  const started = async (starting) => {
    const server = await starting;
    shutdown.defer(() => server.stop());
    printStep('servers', `${server.name}, private, on port ${server.port}`);
    return server;
  };
  const databaseOptions = {
    dir: join(dir, 'database'),
    port: await freePort(ports?.database),
    throwAway,
    args,
  };
  const redisOptions = { dir: join(dir, 'redis'), port: await freePort(ports?.redis), persist: !throwAway };
  const [database, redis] = await allSettled([
    wanted.database ? started(startDatabase({ ...databaseOptions, signal })) : undefined,
    wanted.redis ? started(startRedis({ ...redisOptions, signal })) : undefined,
  ]);
  const servers = [database, redis].filter((server) => server !== undefined);
  return { databaseUrl: database?.urlOf(options.database) ?? '', redisUrl: redis?.url ?? '', servers };
}

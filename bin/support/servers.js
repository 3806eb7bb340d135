import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startWithCompose } from './compose.js';
import { ensureServers } from './provision.js';
import { Failure, stage } from './say.js';
import { startDatabase, startRedis } from './services.js';
import { accepts, together } from './waiting.js';

/**
 * @typedef {import('./ending.js').Ending} Ending
 * @typedef {import('./services.js').Service} Service
 *
 * @typedef {object} Wanted
 * @property {string} dir where private servers keep their data
 * @property {boolean} throwAway
 * @property {string} project the name of the group, should the servers be containers
 * @property {string} database the name of the database in the URL; empty for the server as a whole
 * @property {{ database: string, redis: string }} variables the environment variables that name servers to use instead
 * @property {string[]} [databaseArgs] more options for a private database
 * @property {{ database: number, redis: number }} [ports] where private servers would rather listen
 *
 * @typedef {object} Servers
 * @property {string} databaseUrl
 * @property {string} redisUrl
 * @property {Service[]} services those that we started ourselves, and ought to keep an eye on
 */

/**
 * Brings a database and Redis: those that the environment names, else private ones, in whatever way this machine has.
 *
 * @param {Wanted} wanted
 * @param {Ending} ending learns how to end what is started here
 * @returns {Promise<Servers>}
 */
export async function bringServers(wanted, ending) {
  const databaseUrl = await given(wanted.variables.database, 3306);
  const redisUrl = await given(wanted.variables.redis, 6379);
  if (databaseUrl && redisUrl) return { databaseUrl, redisUrl, services: [] };
  const own = await bringOwn(wanted, { database: !databaseUrl, redis: !redisUrl }, ending);
  return { ...own, databaseUrl: databaseUrl ?? own.databaseUrl, redisUrl: redisUrl ?? own.redisUrl };
}

/**
 * A server that somebody names must answer before anything is built on it.
 *
 * @param {string} variable
 * @param {number} usualPort
 */
export async function given(variable, usualPort) {
  const url = process.env[variable];
  if (!url) return undefined;
  // Of several servers of a cluster the first must be there.
  const first = url.replace(/,[^/]*/, '');
  if (!URL.canParse(first)) throw new Failure(`${variable} is not a URL.`);
  const { hostname, port } = new URL(first);
  const place = `${hostname}:${port || usualPort}`;
  if (!(await accepts(Number(port) || usualPort, hostname.replaceAll(/[[\]]/g, '')))) {
    throw new Failure(`${variable} names a server at ${place}, and nobody answers there.`, {
      remedy: `Start that server, or unset ${variable} to have a private one.`,
    });
  }
  stage('servers', `${place}, as ${variable} says`);
  return url;
}

/**
 * @param {Wanted} wanted
 * @param {{ database: boolean, redis: boolean }} needs
 * @param {Ending} ending
 * @returns {Promise<Servers>}
 */
async function bringOwn(wanted, needs, ending) {
  mkdirSync(wanted.dir, { recursive: true, mode: 0o700 });
  if ((await ensureServers({ ...needs, signal: ending.signal })) === 'compose') {
    return bringContainers(wanted, ending);
  }
  const [database, redis] = await together([
    needs.database ? privateDatabase(wanted, ending) : undefined,
    needs.redis ? privateRedis(wanted, ending) : undefined,
  ]);
  const services = [database, redis].filter((service) => service !== undefined);
  for (const { name, port } of services) stage('servers', `${name}, private, on port ${port}`);
  return { databaseUrl: database?.urlOf(wanted.database) ?? '', redisUrl: redis?.url ?? '', services };
}

/**
 * @param {Wanted} wanted
 * @param {Ending} ending
 */
async function bringContainers(wanted, ending) {
  stage('servers', 'starting mysql and redis with Docker Compose');
  const { databaseServer, redis, stop } = await startWithCompose({ ...wanted, signal: ending.signal });
  ending.atEnd(stop);
  return { databaseUrl: databaseServer + wanted.database, redisUrl: redis, services: [] };
}

/**
 * @param {Wanted} wanted
 * @param {Ending} ending
 */
async function privateDatabase({ dir, throwAway, ports, databaseArgs }, ending) {
  const home = { dir: join(dir, 'database'), preferredPort: ports?.database };
  const settings = { throwAway, args: databaseArgs };
  const database = await startDatabase({ ...home, ...settings, signal: ending.signal });
  ending.atEnd(database.stop);
  return database;
}

/**
 * @param {Wanted} wanted
 * @param {Ending} ending
 */
async function privateRedis({ dir, throwAway, ports }, ending) {
  const home = { dir: join(dir, 'redis'), preferredPort: ports?.redis };
  const redis = await startRedis({ ...home, persist: !throwAway, signal: ending.signal });
  ending.atEnd(redis.stop);
  return redis;
}

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './environment.js';
import { run } from './processes.js';
import { findProgram } from './programs.js';
import { Failure } from './say.js';
import { freePort } from './waiting.js';

const FILES = ['-f', 'docker-compose.yml', '-f', 'bin/support/compose.private.yml'];

/**
 * The last way to the two servers: the services `mysql` and `redis` of docker-compose.yml, where a Docker engine runs.
 *
 * @param {AbortSignal} [signal]
 * @returns {Promise<boolean>} whether an engine answers and has Compose
 */
export async function composeIsThere(signal) {
  const docker = findProgram('docker');
  if (!docker) return false;
  try {
    await run(docker, ['compose', 'version'], { what: 'docker compose', signal });
    await run(docker, ['info'], { what: 'docker info', signal });
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

/**
 * @param {object} options
 * @param {string} options.dir where the password of a kept database is remembered
 * @param {string} options.project Compose's name for the group, so that the demo and the tests have their own
 * @param {boolean} options.throwAway whether the data go with the containers
 * @param {AbortSignal} [options.signal]
 * @returns the servers' URLs, the database's without a database's name, and how to end them
 */
export async function startWithCompose({ dir, project, throwAway, signal }) {
  const password = rememberedPassword(join(dir, 'compose-password'));
  const env = await composeEnvironment(password);
  /** @param {...string} args */
  const compose = (...args) =>
    run(findProgram('docker') ?? 'docker', ['compose', ...FILES, '-p', project, ...args], {
      what: `docker compose ${args.join(' ')}`,
      cwd: ROOT,
      env,
      signal: args[0] === 'up' ? signal : undefined,
    });
  const stop = () => (throwAway ? compose('down', '--volumes') : compose('stop'));
  try {
    await compose('up', '--detach', '--wait', 'mysql', 'redis');
    const database = publishedPort(await compose('port', 'mysql', '3306'));
    const redis = publishedPort(await compose('port', 'redis', '6379'));
    return {
      databaseServer: `mysql://root:${password}@127.0.0.1:${database}/`,
      redis: `redis://:${password}@127.0.0.1:${redis}`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param {string} told an address such as 127.0.0.1:13306, perhaps after a warning or two */
function publishedPort(told) {
  const port = /:(\d+)\s*$/.exec(told)?.[1];
  if (!port) throw new Failure('Docker Compose does not say where it published a server.', { tail: told });
  return port;
}

/** @param {string} file */
function rememberedPassword(file) {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/**
 * Compose reads the whole file before it starts two services of it, so that every secret it asks for needs a value.
 *
 * @param {string} password
 */
async function composeEnvironment(password) {
  return {
    ...process.env,
    MYSQL_ROOT_PASSWORD: password,
    MYSQL_OWNER_PASSWORD: password,
    MYSQL_PASSWORD: password,
    REDIS_PASSWORD: password,
    MYSQL_PORT: String(await freePort(13306)),
    REDIS_PORT: String(await freePort(16379)),
    JWT_SECRET: password,
    SMTP_URL: 'smtp://127.0.0.1:9',
  };
}

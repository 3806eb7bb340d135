import { join } from 'node:path';
import { secretIn } from './demo-environment.js';
import { ROOT } from './environment.js';
import { printStep } from './output.js';
import { freePort } from './ports.js';
import { failureOf, run } from './processes.js';

const FILES = ['-f', 'docker-compose.yml', '-f', 'bin/support/compose.private.yml'];

/**
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether a Docker engine with Compose answers
 */
export async function composeIsAvailable(signal) {
  return (await failureOf('docker', ['compose', 'ls'], { what: 'docker compose ls', signal })) === '';
}

/**
 * Starts the services `mysql` and `redis` of docker-compose.yml.
 *
 * @param {import('./servers.js').Options} options
 * @param {import('./shutdown.js').Shutdown} shutdown
 */
export async function startWithCompose({ dir, project, database, throwAway }, shutdown) {
  printStep('servers', 'starting mysql and redis with Docker Compose');
  const password = secretIn(join(dir, 'compose-password'));
  const ports = { mysql: await freePort(13306), redis: await freePort(16379) };
  /** @param {string[]} args @param {AbortSignal} [abort] */
  const compose = (args, abort) =>
    run('docker', ['compose', ...FILES, '-p', project, ...args], {
      what: `docker compose ${args.join(' ')}`,
      cwd: ROOT,
      env: composeEnvironment(password, ports),
      signal: abort,
    });
  shutdown.defer(() => compose(throwAway ? ['down', '--volumes'] : ['stop']));
  await compose(['up', '--detach', '--wait', 'mysql', 'redis'], shutdown.signal);
  return {
    databaseUrl: `mysql://root:${password}@127.0.0.1:${ports.mysql}/${database}`,
    redisUrl: `redis://:${password}@127.0.0.1:${ports.redis}`,
    servers: [],
  };
}

/**
 * Compose reads the whole file, even to start two of its services, so every required variable needs a value.
 *
 * @param {string} password
 * @param {{ mysql: number, redis: number }} ports
 */
function composeEnvironment(password, ports) {
  return {
    ...process.env,
    MYSQL_ROOT_PASSWORD: password,
    MYSQL_OWNER_PASSWORD: password,
    MYSQL_PASSWORD: password,
    REDIS_PASSWORD: password,
    MYSQL_PORT: String(ports.mysql),
    REDIS_PORT: String(ports.redis),
    JWT_SECRET: password,
    SMTP_URL: 'smtp://127.0.0.1:9',
  };
}

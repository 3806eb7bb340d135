/**
 * `npm run integrity`: builds and runs the integrity check. It checks the clinic that the environment or .env
 * configures, otherwise the demo. In production, where there is nothing to build, run `node dist/integrity.js`.
 * Arguments after `--` go to that program:
 *
 *     npm run integrity -- --renew-instants   update future bookings to new time zone rules
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ensureBuilt } from './support/build.js';
import { plainEnvironment, ROOT } from './support/environment.js';
import { Failure, print } from './support/output.js';
import { ensurePackages } from './support/packages.js';
import { isReachable } from './support/ports.js';
import { runInForeground } from './support/processes.js';
import { runCommand } from './support/shutdown.js';

await runCommand(async ({ signal }) => {
  process.chdir(ROOT);
  const { name, env } = await chooseClinic();
  await ensurePackages(signal);
  await ensureBuilt(signal);
  print(`Checking ${name}\n`);
  const command = [join(ROOT, 'dist/integrity.js'), ...process.argv.slice(2)];
  return runInForeground(process.execPath, command, { env, signal });
});

/** @returns {Promise<{ name: string, env: NodeJS.ProcessEnv }>} */
async function chooseClinic() {
  if (process.env.DATABASE_URL) return { name: 'the clinic at DATABASE_URL', env: process.env };
  if (existsSync('.env')) return { name: 'the clinic of .env', env: process.env };
  const demo = await runningDemo();
  if (demo) return { name: 'the demo', env: { ...plainEnvironment(), ...demo, NODE_ENV: 'development' } };
  throw new Failure('There is no clinic to check: none is configured, and the demo is not running.', {
    remedy:
      'Set DATABASE_URL and REDIS_URL, in the environment or in .env (see .env.example),\n' +
      'or start the demo in another terminal: npm run demo',
  });
}

/** @returns the addresses of the demo, if its database answers; the check itself reports a Redis that does not */
async function runningDemo() {
  const file = '.local/demo.env';
  if (!existsSync(file)) return undefined;
  const { DATABASE_URL, REDIS_URL } = parseEnv(readFileSync(file, 'utf8'));
  if (!DATABASE_URL || !(await isReachable(DATABASE_URL, 3306))) return undefined;
  return { DATABASE_URL, REDIS_URL };
}

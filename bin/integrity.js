/**
 * `npm run integrity`: looks whether all is as it should be in the clinic that the environment or .env names, else in
 * the demo's. It says what it found and what to do about it, and ends with exit code 0 only if that is nothing. Where
 * nothing is to be built, as in production, `node dist/integrity.js` does the same. What follows `--` goes to that program:
 *
 *     npm run integrity -- --renew-instants   give coming bookings the instants of new time zone rules
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ensureBuilt } from './support/build.js';
import { runToTheEnd } from './support/ending.js';
import { plainEnvironment, ROOT } from './support/environment.js';
import { runInView } from './support/processes.js';
import { ensurePackages } from './support/provision.js';
import { Failure, leaveOutWhatIsUpToDate, line } from './support/say.js';
import { accepts } from './support/waiting.js';

await runToTheEnd(async ({ signal }) => {
  process.chdir(ROOT);
  leaveOutWhatIsUpToDate();
  const { name, env } = await chosenClinic();
  await ensurePackages(signal);
  await ensureBuilt(signal);
  line(`Looking at ${name}\n`);
  return runInView(process.execPath, [join(ROOT, 'dist/integrity.js'), ...process.argv.slice(2)], {
    env,
    signal,
  });
});

/** @returns {Promise<{ name: string, env: NodeJS.ProcessEnv }>} the clinic to look at, for a person and for the program */
async function chosenClinic() {
  if (process.env.DATABASE_URL) return { name: 'the clinic that DATABASE_URL names', env: process.env };
  if (existsSync('.env')) return { name: 'the clinic that .env names', env: process.env };
  const demo = await runningDemo();
  if (demo)
    return { name: "the demo's clinic", env: { ...plainEnvironment(), ...demo, NODE_ENV: 'development' } };
  throw new Failure('There is no clinic to look at: nothing is configured, and the demo does not run.', {
    remedy:
      'Set DATABASE_URL and REDIS_URL, in the environment or in .env (see .env.example);\n' +
      'or start the demo in another terminal: npm run demo',
  });
}

/** @returns the addresses of the demo, while its database answers: Redis that is away is something to be found */
async function runningDemo() {
  const file = join(ROOT, '.local/demo.env');
  if (!existsSync(file)) return undefined;
  const { DATABASE_URL, REDIS_URL } = parseEnv(readFileSync(file, 'utf8'));
  if (!DATABASE_URL || !URL.canParse(DATABASE_URL)) return undefined;
  const { hostname, port } = new URL(DATABASE_URL);
  return (await accepts(Number(port) || 3306, hostname.replaceAll(/[[\]]/g, '')))
    ? { DATABASE_URL, REDIS_URL }
    : undefined;
}

/**
 * `npm test`: runs the tests on a machine where nothing is prepared, on private servers, and leaves nothing behind.
 * Arguments after `--` go to Vitest:
 *
 *     npm test -- src/availability           only the tests of one folder
 *     npm run test:zones                     all tests in three time zones
 *     TEST_DATABASE_URL=mysql://root:password@host:3306/ npm test     on another server
 */
import { join } from 'node:path';
import { ensureBuilt } from './support/build.js';
import { plainEnvironment, ROOT } from './support/environment.js';
import { printStep } from './support/output.js';
import { ensurePackages } from './support/packages.js';
import { failureOf, runInForeground } from './support/processes.js';
import { findProgram, tryToInstall } from './support/programs.js';
import { provideServers } from './support/servers.js';
import { runCommand } from './support/shutdown.js';

// The zones where a day begins first and last, and one whose offset has half an hour.
const ZONES = ['Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kolkata'];
// Different from all of them, so that no code can depend on the database's clock.
const DATABASE_ZONE = '+05:00';

await runCommand(async (shutdown) => {
  const { signal } = shutdown;
  const args = process.argv.slice(2);
  const zones = args.includes('--zones') ? ZONES : [process.env.TZ];
  process.chdir(ROOT);
  await ensurePackages(signal);
  const dir = shutdown.temporaryFolder('test');
  const { databaseUrl, redisUrl } = await provideServers(
    {
      dir,
      throwAway: true,
      project: `clinica-test-${process.pid}`,
      database: '',
      databaseArgs: [`--default-time-zone=${DATABASE_ZONE}`],
      variables: { database: 'TEST_DATABASE_URL', redis: 'TEST_REDIS_URL' },
    },
    shutdown,
  );
  const chromium = await findOrInstallChromium(signal);
  printStep('browser', chromium ?? 'no Chromium, so the tests that need a browser are skipped');
  await ensureBuilt(signal);
  const env = {
    ...plainEnvironment(),
    NODE_ENV: 'test',
    TMPDIR: dir,
    TEST_DATABASE_URL: databaseUrl,
    TEST_REDIS_URL: redisUrl,
    ...(chromium && { CHROMIUM_PATH: chromium }),
    ...(!process.stdout.isTTY && { NO_COLOR: '1' }),
  };
  const vitest = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...args.filter((arg) => arg !== '--zones'),
  ];
  for (const TZ of zones) {
    printStep('tests', TZ ? `Vitest, in ${TZ}\n` : 'Vitest\n');
    const code = await runInForeground(process.execPath, vitest, {
      env: { ...env, ...(TZ && { TZ }) },
      signal,
    });
    if (code !== 0) return code;
  }
  return 0;
});

/** @param {AbortSignal} signal */
async function findOrInstallChromium(signal) {
  const found = await findChromium(signal);
  if (found) return found;
  const error = await tryToInstall('browser', ['chromium'], signal);
  if (error) printStep('browser', error);
  return findChromium(signal);
}

/** @param {AbortSignal} signal */
async function findChromium(signal) {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const path = process.env.CHROMIUM_PATH || findProgram(...names);
  // On Ubuntu, chromium-browser may only point to a snap that is not installed.
  return path && !(await failureOf(path, ['--version'], { what: path, signal })) ? path : undefined;
}

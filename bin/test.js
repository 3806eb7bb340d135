/**
 * `npm test`: brings everything the tests need to a machine that has nothing prepared, on throw-away data and free
 * ports, runs them, and leaves nothing behind. What follows `--` goes to vitest:
 *
 *     npm test -- src/availability           only the tests of one room
 *     npm run test:zones                     everything, once in each of three time zones far apart
 *     TEST_DATABASE_URL=mysql://root:password@host:3306/ npm test     on another server
 */
import { join } from 'node:path';
import { ensureBuilt } from './support/build.js';
import { runToTheEnd } from './support/ending.js';
import { plainEnvironment, ROOT } from './support/environment.js';
import { runInView } from './support/processes.js';
import { ensureChromium, ensurePackages } from './support/provision.js';
import { stage } from './support/say.js';
import { bringServers } from './support/servers.js';
import { temporaryFolder } from './support/temporary.js';

// The first and the last to see a day begin, and one that is half an hour off.
const ZONES = ['Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kolkata'];
/** The database's clock shows another time than any of them: nothing may depend on it. */
const DATABASE_ZONE = '+05:00';

const given = process.argv.slice(2);
const zones = given.includes('--zones') ? ZONES : [process.env.TZ];
const forVitest = given.filter((argument) => argument !== '--zones');

await runToTheEnd(async (ending) => {
  const { signal } = ending;
  process.chdir(ROOT);
  await ensurePackages(signal);
  const dir = temporaryFolder('test', ending);
  const servers = await bringServers(
    {
      dir,
      throwAway: true,
      project: `clinica-test-${process.pid}`,
      database: '',
      databaseArgs: [`--default-time-zone=${DATABASE_ZONE}`],
      variables: { database: 'TEST_DATABASE_URL', redis: 'TEST_REDIS_URL' },
    },
    ending,
  );
  const chromium = await ensureChromium(signal);
  stage('browser', chromium ?? 'no Chromium can be had here: the tests that need a browser will be skipped');
  await ensureBuilt(signal);
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  for (const zone of zones) {
    stage('tests', zone ? `vitest, in ${zone}\n` : 'vitest\n');
    const env = { ...testEnvironment(servers, chromium, dir), ...(zone && { TZ: zone }) };
    const code = await runInView(process.execPath, [vitest, 'run', ...forVitest], { env, signal });
    if (code !== 0) return code;
  }
  return 0;
});

/**
 * @param {import('./support/servers.js').Servers} servers
 * @param {string | undefined} chromium
 * @param {string} dir takes the tests' temporary files, to go with them
 * @returns {NodeJS.ProcessEnv}
 */
function testEnvironment({ databaseUrl, redisUrl }, chromium, dir) {
  return {
    ...plainEnvironment(),
    NODE_ENV: 'test',
    TMPDIR: dir,
    TEST_DATABASE_URL: databaseUrl,
    TEST_REDIS_URL: redisUrl,
    ...(chromium ? { CHROMIUM_PATH: chromium } : {}),
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
  };
}

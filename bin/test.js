/**
 * `npm test`: brings everything the tests need to a machine that has nothing prepared, on throw-away data and free
 * ports, runs them, and leaves nothing behind. What follows `--` goes to vitest:
 *
 *     npm test -- src/availability           only the tests of one room
 *     TEST_DATABASE_URL=mysql://root:password@host:3306/ npm test     on another server
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './support/build.js';
import { runToTheEnd } from './support/ending.js';
import { plainEnvironment, ROOT } from './support/environment.js';
import { endAllBelow } from './support/leftovers.js';
import { runInView } from './support/processes.js';
import { ensureChromium, ensurePackages } from './support/provision.js';
import { stage } from './support/say.js';
import { bringServers } from './support/servers.js';

await runToTheEnd(async (ending) => {
  const { signal } = ending;
  process.chdir(ROOT);
  await ensurePackages(signal);
  const dir = mkdtempSync(join(tmpdir(), 'clinica-test-'));
  ending.atEnd(async () => {
    await endAllBelow(dir);
    rmSync(dir, { recursive: true, force: true });
  });
  const servers = await bringServers(
    {
      dir,
      throwAway: true,
      project: `clinica-test-${process.pid}`,
      database: '',
      variables: { database: 'TEST_DATABASE_URL', redis: 'TEST_REDIS_URL' },
    },
    ending,
  );
  const chromium = await ensureChromium(signal);
  stage('browser', chromium ?? 'no Chromium can be had here: the tests that need a browser will be skipped');
  await ensureBuilt(signal);
  stage('tests', 'vitest\n');
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  return runInView(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
    env: testEnvironment(servers, chromium, dir),
    signal,
  });
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

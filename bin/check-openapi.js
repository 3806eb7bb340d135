/**
 * `npm run check:openapi`: judges the OpenAPI document by the recommended rules of Redocly and Spectral. The document is
 * printed by the built application, without any server.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './support/build.js';
import { runToTheEnd } from './support/ending.js';
import { plainEnvironment, ROOT } from './support/environment.js';
import { run } from './support/processes.js';
import { stage } from './support/say.js';
import { temporaryFolder } from './support/temporary.js';

const LINTERS = {
  redocly: (/** @type {string} */ file) => ['@redocly/cli/bin/cli.js', 'lint', file, '--config=redocly.yaml'],
  spectral: (/** @type {string} */ file) => [
    '@stoplight/spectral-cli/dist/index.js',
    'lint',
    file,
    '--ruleset=.spectral.yaml',
  ],
};

await runToTheEnd(async (ending) => {
  const { signal } = ending;
  process.chdir(ROOT);
  await ensureBuilt(signal);
  // Neither linter is to call home.
  const env = { ...plainEnvironment(), REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const file = join(temporaryFolder('openapi', ending), 'openapi.json');
  writeFileSync(
    file,
    execFileSync(process.execPath, [join(ROOT, 'dist/openapi.js')], { env, maxBuffer: 2 ** 24 }),
  );
  for (const [name, command] of Object.entries(LINTERS)) {
    const [program = '', ...args] = command(file);
    await run(process.execPath, [join(ROOT, 'node_modules', program), ...args], { what: name, env, signal });
    stage(name, 'no error');
  }
  return 0;
});

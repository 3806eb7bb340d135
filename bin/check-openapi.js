/**
 * `npm run check:openapi`: checks the OpenAPI document against the recommended rules of Redocly and Spectral. The built
 * application prints it without any server.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './support/build.js';
import { plainEnvironment, ROOT } from './support/environment.js';
import { printStep } from './support/output.js';
import { run } from './support/processes.js';
import { runCommand } from './support/shutdown.js';

await runCommand(async (shutdown) => {
  const { signal } = shutdown;
  process.chdir(ROOT);
  await ensureBuilt(signal);
  // The linters must not call home.
  const env = { ...plainEnvironment(), REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const file = join(shutdown.temporaryFolder('openapi'), 'openapi.json');
  writeFileSync(file, execFileSync(process.execPath, ['dist/openapi.js'], { env, maxBuffer: 2 ** 24 }));
  const linters = {
    redocly: ['node_modules/@redocly/cli/bin/cli.js', 'lint', file, '--config=redocly.yaml'],
    spectral: [
      'node_modules/@stoplight/spectral-cli/dist/index.js',
      'lint',
      file,
      '--ruleset=.spectral.yaml',
    ],
  };
  for (const [name, args] of Object.entries(linters)) {
    await run(process.execPath, args, { what: name, env, signal });
    printStep(name, 'no error');
  }
  return 0;
});

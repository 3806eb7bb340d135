/**
 * Runs a command that is written in TypeScript, with its arguments:
 *
 *     npm run faults    node bin/run-typescript.js test/harness/main.ts
 *     npm run bench     node bin/run-typescript.js test/bench/main.ts
 *     npm run attack    node bin/run-typescript.js test/attack/main.ts
 *     npm run prove     node bin/run-typescript.js test/prove/main.ts
 */
import { join } from 'node:path';
import { ROOT } from './support/environment.js';
import { ensurePackages } from './support/packages.js';
import { runCommand } from './support/shutdown.js';

/** @typedef {import('./support/shutdown.js').Shutdown} Shutdown */

await runCommand(async (shutdown) => {
  const [path = '', ...args] = process.argv.slice(2);
  process.chdir(ROOT);
  await ensurePackages(shutdown.signal);
  // Imported here, because the packages may just have been installed.
  const { createServer, createServerModuleRunner } = await import('vite');
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    appType: 'custom',
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  shutdown.defer(() => server.close());
  /** @type {{ main: (args: string[], shutdown: Shutdown) => Promise<number> }} */
  const { main } = await createServerModuleRunner(server.environments.ssr).import(join(ROOT, path));
  return main(args, shutdown);
});

import { join } from 'node:path';
import { ROOT } from './environment.js';

/**
 * Imports a module written in TypeScript, as the tests are: Vite, which runs those, loads it.
 *
 * @template T
 * @param {string} path from the checkout's folder
 * @param {import('./ending.js').Ending} ending
 * @returns {Promise<T>}
 */
export async function loadTypeScript(path, ending) {
  const { createServer, createServerModuleRunner } = await import('vite');
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    appType: 'custom',
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  ending.atEnd(() => server.close());
  return createServerModuleRunner(server.environments.ssr).import(join(ROOT, path));
}

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnvironment, ROOT } from './environment.js';
import { printStep } from './output.js';
import { run } from './processes.js';

const CONFIGURATION = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];
// Every build first empties dist, so a failed one leaves no stamp.
const STAMP = join(ROOT, 'dist/.built-from');

/**
 * Builds dist/ from src/, unless it was built from exactly these files.
 *
 * @param {AbortSignal} [signal]
 */
export async function ensureBuilt(signal) {
  const sources = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return;
  printStep('build', 'building dist/');
  await run(process.execPath, [join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    what: 'nest build',
    cwd: ROOT,
    env: plainEnvironment(),
    signal,
  });
  writeFileSync(STAMP, sources);
}

function hashOfSources() {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...CONFIGURATION.map((name) => join(ROOT, name)), ...sources]) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

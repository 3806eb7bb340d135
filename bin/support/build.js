import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnvironment, ROOT } from './environment.js';
import { run } from './processes.js';
import { stage } from './say.js';

const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];
// In dist, which every build empties first: a build that failed leaves no stamp.
const STAMP = join(ROOT, 'dist/.built-from');

/**
 * Builds dist/ from src/, unless it is built from just these files already.
 *
 * @param {AbortSignal} [signal]
 */
export async function ensureBuilt(signal) {
  const sources = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return stage('build', 'up to date');
  stage('build', 'building dist/');
  await run(process.execPath, [join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    what: 'nest build',
    cwd: ROOT,
    env: plainEnvironment(),
    signal,
  });
  writeFileSync(STAMP, sources);
  stage('build', 'done');
}

/** @returns a digest of all that goes into the build, names and contents */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...SETTINGS.map((name) => join(ROOT, name)), ...sources]) {
    hash
      .update(`${file.slice(ROOT.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * `npm run bench`: measures Clinica against the least program that could do the same, on private servers. Takes names of
 * cases, and:
 *
 *     --list    the cases there are
 *     --write   puts the tables into docs/performance.md, as a run of all cases does anyhow
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './support/build.js';
import { runToTheEnd } from './support/ending.js';
import { ROOT } from './support/environment.js';
import { ensurePackages, ensureServers } from './support/provision.js';
import { Failure, line, stage } from './support/say.js';
import { temporaryFolder } from './support/temporary.js';
import { loadTypeScript } from './support/typescript.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});

await runToTheEnd(async (ending) => {
  const { signal } = ending;
  process.chdir(ROOT);
  await ensurePackages(signal);
  /** @type {typeof import('../test/bench/main.js')} */
  const bench = await loadTypeScript('test/bench/main.ts', ending);
  if (values.list) {
    for (const name of bench.CASES) line(name);
    return 0;
  }
  if ((await ensureServers({ database: true, redis: true, signal })) === 'compose') {
    throw new Failure('The benchmark measures private servers, and so needs the programs themselves.', {
      remedy: 'On Debian: apt-get install mariadb-server redis-server',
    });
  }
  await ensureBuilt(signal);
  const dir = temporaryFolder('bench', ending);
  stage('bench', 'private servers, the API as in production, and the least that could do the same\n');
  const documents = values.write || positionals.length === 0 ? join(ROOT, 'docs') : undefined;
  return (await bench.runBench({ names: positionals, dir, signal, documents })) ? 0 : 1;
});

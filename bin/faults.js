/**
 * `npm run faults`: breaks every part of a whole clinic under load, counts what that has cost, and prints a table. Takes
 * names of scenarios (`cluster` for all that need a cluster), and:
 *
 *     --list         the scenarios there are
 *     --short        a few of them, each a little shorter
 *     --seed N       the choices of the patients; printed with the table
 *     --repeat N     runs each scenario N times, each time with the next seed
 *     --busy         keeps every core busy beside it, so that everything is slow
 *     --keep         keeps database, logs and requests of scenarios that held, too
 *     --write FILE   puts the table into that document
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './support/build.js';
import { runToTheEnd } from './support/ending.js';
import { ROOT } from './support/environment.js';
import { ensureGalera } from '../test/support/cluster/galera.js';
import { ensurePackages, ensureServers } from './support/provision.js';
import { Failure, line, stage } from './support/say.js';
import { temporaryFolder } from './support/temporary.js';
import { loadTypeScript } from './support/typescript.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '20261122' },
    repeat: { type: 'string', default: '1' },
    busy: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
});

await runToTheEnd(async (ending) => {
  const { signal } = ending;
  process.chdir(ROOT);
  await ensurePackages(signal);
  /** @type {typeof import('../test/harness/main.js')} */
  const harness = await loadTypeScript('test/harness/main.ts', ending);
  if (values.list) {
    for (const { name, about } of harness.scenarios()) line(`${name.padEnd(20)} ${about}`);
    return 0;
  }
  // Servers in containers could be stopped and started, but not killed at a given moment.
  if ((await ensureServers({ database: true, redis: true, signal })) === 'compose') {
    throw new Failure('The fault tests kill servers, and so need the programs themselves.', {
      remedy: 'On Debian: apt-get install mariadb-server redis-server',
    });
  }
  if (positionals.some((name) => name.startsWith('cluster'))) await ensureGalera(signal);
  await ensureBuilt(signal);
  const dir = temporaryFolder('faults', ending);
  stage('faults', 'two APIs, two workers, a database, a Redis and a mail server, all private\n');
  const held = await harness.runFaults({
    names: positionals,
    isShort: values.short,
    seed: wholeNumber('seed', values.seed),
    repeat: wholeNumber('repeat', values.repeat),
    isBusy: values.busy,
    keepsAll: values.keep,
    document: values.write,
    dir,
    keepIn: join(ROOT, '.local', 'faults'),
    signal,
  });
  return held ? 0 : 1;
});

/**
 * @param {string} name
 * @param {string} text
 */
function wholeNumber(name, text) {
  if (!/^\d{1,9}$/.test(text)) throw new Failure(`--${name} must be a whole number, not ${text}.`);
  return Number(text);
}

/**
 * `npm run attack`: attacks the demo clinic, on private servers on loopback, and prints what was found. Takes names of
 * attacks, and:
 *
 *     --list         the attacks there are
 *     --seed N       the choices of the fuzzer; printed with what it finds
 *     --requests N   how many requests the fuzzer sends
 *     --write        puts the table into docs/security.md
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './support/build.js';
import { runToTheEnd } from './support/ending.js';
import { ROOT } from './support/environment.js';
import { ensurePackages, ensureServers, ensureTools } from './support/provision.js';
import { Failure, line, stage } from './support/say.js';
import { temporaryFolder } from './support/temporary.js';
import { loadTypeScript } from './support/typescript.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    seed: { type: 'string', default: '20261123' },
    requests: { type: 'string', default: '20000' },
    write: { type: 'boolean', default: false },
  },
});

const TOOLS = ['sqlmap', 'wapiti', 'ffuf', 'slowhttptest'];

await runToTheEnd(async (ending) => {
  const { signal } = ending;
  process.chdir(ROOT);
  await ensurePackages(signal);
  /** @type {typeof import('../test/attack/main.js')} */
  const attack = await loadTypeScript('test/attack/main.ts', ending);
  if (values.list) {
    for (const { name, about } of attack.ATTACKS) line(`${name.padEnd(16)} ${about}`);
    return 0;
  }
  if ((await ensureServers({ database: true, redis: true, signal })) === 'compose') {
    throw new Failure('The attacks need servers of their own, and so the programs themselves.', {
      remedy: 'On Debian: apt-get install mariadb-server redis-server',
    });
  }
  await ensureTools(
    TOOLS.filter((name) => positionals.length === 0 || positionals.includes(name)),
    signal,
  );
  await ensureBuilt(signal);
  const dir = temporaryFolder('attack', ending);
  stage('attack', 'the demo clinic on private servers, run as in production\n');
  const isClean = await attack.runAttacks({
    names: positionals,
    seed: wholeNumber('seed', values.seed),
    requests: wholeNumber('requests', values.requests),
    document: values.write ? join(ROOT, 'docs/security.md') : undefined,
    dir,
    signal,
  });
  return isClean ? 0 : 1;
});

/**
 * @param {string} name
 * @param {string} text
 */
function wholeNumber(name, text) {
  if (!/^\d{1,9}$/.test(text)) throw new Failure(`--${name} must be a whole number, not ${text}.`);
  return Number(text);
}

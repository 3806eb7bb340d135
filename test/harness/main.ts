import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../bin/support/environment.js';
import { Failure, print, printStep } from '../../bin/support/output.js';
import type { Shutdown } from '../../bin/support/shutdown.js';
import { ensureGalera } from '../support/cluster/galera.js';
import { wholeNumber } from '../support/options.js';
import { preparePrivateServers } from '../support/private-servers.js';
import { circumstances, tableOf, writeInto } from '../support/report.js';
import { BusyCores } from './busy.js';
import { COLUMNS } from './report.js';
import { runScenario } from './run-scenario.js';
import type { Scenario } from './scenario.js';
import { CLUSTER_SCENARIOS } from './scenarios/cluster.js';
import { CROWDS } from './scenarios/crowds.js';
import { MAIL } from './scenarios/mail.js';
import { PROCESSES } from './scenarios/processes.js';
import { SERVERS } from './scenarios/servers.js';
import type { Result } from './verdict.js';

const ALL: readonly Scenario[] = [...PROCESSES, ...SERVERS, ...MAIL, ...CROWDS];

/** Those that need more servers than most machines have. */
const CLUSTER = 'cluster';

/** One of each kind, each a little shorter, for every change of the code. */
const SHORT = [
  'api-killed',
  'worker-killed',
  'rolling-restart',
  'redis-wiped',
  'database-killed',
  'commit-cut',
];

/**
 * `npm run faults`: breaks every part of a whole clinic under load, counts the consequences, and prints a table. Takes
 * names of scenarios (`cluster` for all that need a cluster), and:
 *
 *     --list         list the scenarios
 *     --short        run a few of them, each a little shorter
 *     --seed N       the choices of the patients; printed with the table
 *     --repeat N     run each scenario N times, each time with the next seed
 *     --busy         keep every core busy, so that everything is slow
 *     --keep         keep database, logs and requests also of scenarios that held
 *     --write FILE   write the table into that document
 */
export async function main(args: string[], shutdown: Shutdown): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
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
  if (values.list) {
    for (const { name, about } of [...ALL, ...CLUSTER_SCENARIOS]) print(`${name.padEnd(20)} ${about}`);
    return 0;
  }
  const wanted = {
    names: positionals,
    isShort: values.short,
    seed: wholeNumber('seed', values.seed),
    repeat: wholeNumber('repeat', values.repeat),
    isBusy: values.busy,
    keepsAll: values.keep,
    document: values.write,
    keepIn: join(ROOT, '.local', 'faults'),
    signal: shutdown.signal,
  };
  if (positionals.some((name) => name.startsWith(CLUSTER))) await ensureGalera(shutdown.signal);
  const dir = await preparePrivateServers('faults', shutdown);
  printStep('faults', 'two APIs, two workers, a database, a Redis and a mail server, all private\n');
  return (await runFaults({ ...wanted, dir })) ? 0 : 1;
}

interface Wanted {
  /** Names of scenarios; none for all. */
  readonly names: readonly string[];
  readonly isShort: boolean;
  readonly seed: number;
  /** How often each scenario is run, each time with the next seed. */
  readonly repeat: number;
  /** Whether every core is kept busy beside it. */
  readonly isBusy: boolean;
  /** Whether database, logs and requests are kept of scenarios that held, too. */
  readonly keepsAll: boolean;
  /** A document that takes the table. */
  readonly document?: string | undefined;
  /** A folder for data and logs. */
  readonly dir: string;
  /** A folder for what is kept of a scenario that did not hold. */
  readonly keepIn: string;
  readonly signal: AbortSignal;
}

/** Runs scenarios one after the other, prints what came of them, and answers whether all held. */
async function runFaults(wanted: Wanted): Promise<boolean> {
  const { names, isShort, seed, document } = wanted;
  const chosen = choose(names, isShort);
  const place = placeOf(wanted);
  if (document !== undefined && place === undefined) {
    throw new Failure(
      'A document takes the table of all scenarios, of all of the cluster, or of api-killed on busy cores.',
    );
  }
  const origin = circumstances(`npm run faults -- ${argumentsOf(wanted)}`);
  console.log(`seed ${seed}\n`);
  const busy = wanted.isBusy ? new BusyCores() : undefined;
  try {
    const tableOfAll = (results: readonly Result[]): string => `${origin}\n\n${tableOf(COLUMNS, results)}`;
    // After each run: of hours of them, what an interruption leaves is still worth reading.
    const results = await runAll(chosen, wanted, (sofar) => {
      if (document !== undefined) writeInto(document, place!, tableOfAll(sofar));
    });
    console.log(`\n${tableOfAll(results)}`);
    return results.every(({ broken }) => broken.length === 0);
  } finally {
    busy?.stop();
  }
}

async function runAll(
  chosen: readonly Scenario[],
  wanted: Wanted,
  note: (sofar: readonly Result[]) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let round = 0; round < wanted.repeat; round += 1) {
    for (const scenario of chosen) {
      wanted.signal.throwIfAborted();
      const seed = wanted.seed + round;
      console.log(`${scenario.name}: ${scenario.about}${wanted.repeat > 1 ? ` (seed ${seed})` : ''}`);
      const result = await runScenario(scenario, { ...wanted, seed });
      const verdict = result.broken.length === 0 ? 'held' : `DID NOT HOLD: ${result.broken.join('; ')}`;
      console.log(`  ${verdict} (${Math.round(result.seconds)} s)`);
      results.push(result);
      note(results);
    }
  }
  return results;
}

/** The arguments that run the same again. */
function argumentsOf({ names, isShort, isBusy, repeat, seed }: Wanted): string {
  return [
    ...(isShort ? ['--short'] : []),
    ...(isBusy ? ['--busy'] : []),
    ...(repeat > 1 ? [`--repeat ${repeat}`] : []),
    `--seed ${seed}`,
    ...names,
  ].join(' ');
}

/** Where in a document the table goes. */
function placeOf({ names, isShort, isBusy }: Wanted): string | undefined {
  if (isShort || names.length > 1) return undefined;
  if (isBusy) return names[0] === 'api-killed' ? 'busy' : undefined;
  return names.length === 0 ? 'faults' : names.find((name) => name === CLUSTER);
}

function choose(names: readonly string[], isShort: boolean): readonly Scenario[] {
  if (names.length === 0) return isShort ? ALL.filter(({ name }) => SHORT.includes(name)) : ALL;
  const all = [...ALL, ...CLUSTER_SCENARIOS];
  return names.flatMap((name) => {
    if (name === CLUSTER) return CLUSTER_SCENARIOS;
    const found = all.find((scenario) => scenario.name === name);
    if (!found)
      throw new Failure(
        `There is no scenario ${name}. There are: ${all.map((each) => each.name).join(', ')}.`,
      );
    return found;
  });
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../bin/support/environment.js';
import { Failure, print, printStep } from '../../bin/support/output.js';
import type { Shutdown } from '../../bin/support/shutdown.js';
import { ensureGalera } from '../support/cluster/galera.js';
import { wholeNumber } from '../support/options.js';
import { preparePrivateServers } from '../support/private-servers.js';
import { provenance, markdownTable, writeSection } from '../support/report.js';
import { BusyCores } from './busy-cores.js';
import { COLUMNS } from './report.js';
import { runScenario } from './run-scenario.js';
import type { Scenario } from './scenario.js';
import { CLUSTER_SCENARIOS } from './scenarios/cluster.js';
import { CROWD_SCENARIOS } from './scenarios/crowds.js';
import { DESK_SCENARIOS } from './scenarios/desks.js';
import { MAIL_SCENARIOS } from './scenarios/mail.js';
import { PROCESS_SCENARIOS } from './scenarios/processes.js';
import { SERVER_SCENARIOS } from './scenarios/servers.js';
import type { Result } from './verdict.js';

const ALL: readonly Scenario[] = [
  ...PROCESS_SCENARIOS,
  ...SERVER_SCENARIOS,
  ...MAIL_SCENARIOS,
  ...CROWD_SCENARIOS,
  ...DESK_SCENARIOS,
];

/** Selects the scenarios on a cluster, which need more servers than most machines have. */
const CLUSTER = 'cluster';

/** One of each kind; .ci/run runs these, each a little shorter. */
const SHORT = [
  'api-killed',
  'worker-killed',
  'rolling-restart',
  'redis-wiped',
  'database-killed',
  'commit-cut',
];

/**
 * `npm run faults`: breaks each part of a whole clinic under load, counts the damage, and prints a table. Takes names
 * of scenarios (`cluster` for all that need a cluster), and:
 *
 *     --list         list the scenarios
 *     --short        run a few of them, each a little shorter
 *     --seed N       determines what patients and desk do; printed with the table
 *     --repeat N     run each scenario N times, each time with the next seed
 *     --busy         keep every core busy to slow everything down
 *     --keep         keep database, logs and requests even of scenarios that held
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
  const options = {
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
  return (await runFaults({ ...options, dir })) ? 0 : 1;
}

interface FaultsOptions {
  /** Names of scenarios. If empty, all run that need no cluster. */
  readonly names: readonly string[];
  readonly isShort: boolean;
  readonly seed: number;
  /** How often each scenario runs, each time with the next seed. */
  readonly repeat: number;
  /** Whether to keep every core busy meanwhile. */
  readonly isBusy: boolean;
  /** Whether to keep database, logs and requests even of scenarios that held. */
  readonly keepsAll: boolean;
  /** The document into which the table is written. */
  readonly document?: string | undefined;
  /** The folder for data and logs. */
  readonly dir: string;
  /** The folder for what is kept of scenarios that did not hold. */
  readonly keepIn: string;
  readonly signal: AbortSignal;
}

/**
 * Runs the scenarios one after the other and prints the results.
 *
 * @returns whether all scenarios held
 */
async function runFaults(options: FaultsOptions): Promise<boolean> {
  const { names, isShort, seed, document } = options;
  const chosen = choose(names, isShort);
  const marker = markerFor(options);
  if (document !== undefined && marker === undefined) {
    throw new Failure(
      '--write takes only complete tables: run all scenarios, all of the cluster, or api-killed with --busy.',
    );
  }
  const origin = provenance(`npm run faults -- ${argumentsOf(options)}`);
  console.log(`seed ${seed}\n`);
  const busy = options.isBusy ? new BusyCores() : undefined;
  try {
    const reportOf = (results: readonly Result[]): string =>
      `${origin}\n\n${markdownTable(COLUMNS, results)}`;
    // Write after each run: if hours of runs are interrupted, the finished ones are still worth reading.
    const results = await runAll(chosen, options, (finished) => {
      if (document !== undefined) writeSection(document, marker!, reportOf(finished));
    });
    console.log(`\n${reportOf(results)}`);
    return results.every(({ broken }) => broken.length === 0);
  } finally {
    busy?.stop();
  }
}

async function runAll(
  chosen: readonly Scenario[],
  options: FaultsOptions,
  onResult: (finished: readonly Result[]) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let round = 0; round < options.repeat; round += 1) {
    for (const scenario of chosen) {
      options.signal.throwIfAborted();
      const seed = options.seed + round;
      console.log(`${scenario.name}: ${scenario.about}${options.repeat > 1 ? ` (seed ${seed})` : ''}`);
      const result = await runScenario(scenario, { ...options, seed });
      const verdict = result.broken.length === 0 ? 'held' : `DID NOT HOLD: ${result.broken.join('; ')}`;
      console.log(`  ${verdict} (${Math.round(result.seconds)} s)`);
      results.push(result);
      onResult(results);
    }
  }
  return results;
}

/** The arguments that repeat this run. */
function argumentsOf({ names, isShort, isBusy, repeat, seed }: FaultsOptions): string {
  return [
    ...(isShort ? ['--short'] : []),
    ...(isBusy ? ['--busy'] : []),
    ...(repeat > 1 ? [`--repeat ${repeat}`] : []),
    `--seed ${seed}`,
    ...names,
  ].join(' ');
}

/** The marker in the document between whose comments the table goes; undefined if this run has no complete table. */
function markerFor({ names, isShort, isBusy }: FaultsOptions): string | undefined {
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

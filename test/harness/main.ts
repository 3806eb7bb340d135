import { circumstances, tableOf, writeInto } from '../support/report.js';
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

export interface Wanted {
  /** Names of scenarios; none for all. */
  readonly names: readonly string[];
  readonly isShort: boolean;
  readonly seed: number;
  /** A document that takes the table. */
  readonly document?: string;
  /** A folder for data and logs. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** The scenarios there are, with what happens in each. */
export function scenarios(): readonly Pick<Scenario, 'name' | 'about'>[] {
  return [...ALL, ...CLUSTER_SCENARIOS];
}

/** Runs scenarios one after the other, prints what came of them, and answers whether all held. */
export async function runFaults({ names, isShort, seed, document, dir, signal }: Wanted): Promise<boolean> {
  const chosen = choose(names, isShort);
  const place = placeOf(names, isShort);
  if (document !== undefined && place === undefined) {
    throw new Error('A document takes the table of all scenarios, or of all of the cluster.');
  }
  const words = [...(isShort ? ['--short'] : []), `--seed ${seed}`, ...names];
  const origin = circumstances(`npm run faults -- ${words.join(' ')}`);
  console.log(`seed ${seed}\n`);
  const results: Result[] = [];
  for (const scenario of chosen) {
    signal.throwIfAborted();
    console.log(`${scenario.name}: ${scenario.about}`);
    const result = await runScenario(scenario, { dir, seed, isShort, signal });
    const verdict = result.broken.length === 0 ? 'held' : `DID NOT HOLD: ${result.broken.join('; ')}`;
    console.log(`  ${verdict} (${Math.round(result.seconds)} s)`);
    results.push(result);
  }
  const text = `${origin}\n\n${tableOf(COLUMNS, results)}`;
  console.log(`\n${text}`);
  if (document !== undefined) writeInto(document, place!, text);
  return results.every(({ broken }) => broken.length === 0);
}

/** Where in a document the table goes. */
function placeOf(names: readonly string[], isShort: boolean): string | undefined {
  if (isShort || names.length > 1) return undefined;
  return names.length === 0 ? 'faults' : names.find((name) => name === CLUSTER);
}

function choose(names: readonly string[], isShort: boolean): readonly Scenario[] {
  if (names.length === 0) return isShort ? ALL.filter(({ name }) => SHORT.includes(name)) : ALL;
  const all = [...ALL, ...CLUSTER_SCENARIOS];
  return names.flatMap((name) => {
    if (name === CLUSTER) return CLUSTER_SCENARIOS;
    const found = all.find((scenario) => scenario.name === name);
    if (!found)
      throw new Error(`There is no scenario ${name}. There are: ${all.map((each) => each.name).join(', ')}.`);
    return found;
  });
}

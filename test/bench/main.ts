import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Queue } from 'bullmq';
import { ROOT } from '../../bin/support/environment.js';
import { Failure, print, printStep } from '../../bin/support/output.js';
import type { Shutdown } from '../../bin/support/shutdown.js';
import { rejectOnAbort } from '../support/aborted.js';
import { preparePrivateServers } from '../support/private-servers.js';
import { provenance, writeSection } from '../support/report.js';
import { Testbed, type Instance, type Side } from './testbed.js';
import { compare, type Comparison, type BenchContext } from './compare.js';
import { SCENARIOS } from './scenarios.js';
import { measureFootprint } from './footprint.js';
import { maxGrowth, measureGrowth, SIZES } from './growth.js';
import { MailSink } from './mail-sink.js';
import { measureMigrations } from './migration.js';
import { plot } from './plot.js';
import { relayScenario, startWorkers } from './relay-scenario.js';
import { assertSameAnswers } from './same-answers.js';
import {
  footprintTable,
  type Section,
  growthTable,
  migrationTable,
  comparisonTable,
  soakTable,
  stormTable,
} from './sections.js';
import { twoProcessRatio } from './two-processes.js';
import { isFlat, soak } from './soak.js';
import { measureLogInStorm } from './log-in-storm.js';

interface BenchOptions {
  /** Names of cases. If empty, all cases run, except the soak and the migration. */
  readonly names: readonly string[];
  /** The folder for data and logs. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** The docs folder, if the tables are to be written into docs/performance.md. */
  readonly documents?: string | undefined;
}

const CLINIC = 'clinica';
const OTHER_NAMES = ['relay', 'storm', 'two', 'footprint', 'growth', 'migration', 'soak'] as const;
const MIN_TWO_PROCESS_RATIO = 1.6;
/** One each for two processes, their database and the load generator. */
const MIN_CORES = 4;
const MAX_STORM_RATIO = 2;

/** The names of all cases. */
const CASES: readonly string[] = [...SCENARIOS.map(({ name }) => name), ...OTHER_NAMES];

/**
 * `npm run bench`: compares Clinica with a minimal baseline, on private servers. Takes names of cases, and:
 *
 *     --list    list the cases
 *     --write   write the tables into docs/performance.md, and that of the migration into docs/operations.md;
 *               a run of all cases always does
 */
export async function main(args: string[], shutdown: Shutdown): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { list: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  });
  if (values.list) {
    for (const name of CASES) print(name);
    return 0;
  }
  const dir = await preparePrivateServers('bench', shutdown);
  printStep('bench', 'the API as in production and a minimal baseline, on private servers\n');
  const documents = values.write || positionals.length === 0 ? join(ROOT, 'docs') : undefined;
  return (await runBench({ names: positionals, dir, signal: shutdown.signal, documents })) ? 0 : 1;
}

/** @returns whether all targets were reached */
async function runBench({ names, dir, signal, documents }: BenchOptions): Promise<boolean> {
  const unknown = names.filter((name) => !CASES.includes(name));
  if (unknown.length > 0)
    throw new Failure(`There is no case ${unknown.join(', ')}. There are: ${CASES.join(', ')}.`);
  const isSelected = (name: string): boolean =>
    names.length > 0 ? names.includes(name) : !['soak', 'migration'].includes(name);
  const testbed = await Testbed.open(dir);
  try {
    const context = { testbed, database: await testbed.clinic(CLINIC), usedTimes: { count: 0 } };
    const sections = await Promise.race([measure(context, isSelected, documents), rejectOnAbort(signal)]);
    const origin = provenance(['npm run bench', ...(names.length > 0 ? ['--', ...names] : [])].join(' '));
    console.log(`\n${origin}`);
    if (documents !== undefined) {
      for (const { marker, text } of sections.filter(({ isWhole }) => isWhole !== false))
        writeSection(
          join(documents, marker === 'migration' ? 'operations.md' : 'performance.md'),
          marker,
          `${origin}\n\n${text}`,
        );
    }
    return sections.every(({ reached }) => reached);
  } finally {
    await testbed.close();
  }
}

async function measure(
  context: BenchContext,
  isSelected: (name: string) => boolean,
  documents?: string,
): Promise<Section[]> {
  return [
    ...(await compareAll(context, isSelected)),
    ...(await measureOthers(context, isSelected)),
    ...(isSelected('growth') ? [await growth(context.testbed, documents)] : []),
  ];
}

function printed(section: Section): Section {
  console.log(`\n${section.text}`);
  return section;
}

async function compareAll(context: BenchContext, isSelected: (name: string) => boolean): Promise<Section[]> {
  const chosen = SCENARIOS.filter(({ name }) => isSelected(name));
  const comparisons: Comparison[] = [];
  const add = (comparison: Comparison): void => {
    const { scenario, ratio, reached } = comparison;
    console.log(
      `${scenario.name.padEnd(8)} ${ratio.toFixed(2)} of the baseline${reached ? '' : ': NOT REACHED'}`,
    );
    comparisons.push(comparison);
  };
  if (chosen.length > 0) {
    const instances = {
      service: await context.testbed.service(CLINIC),
      baseline: await context.testbed.baseline(CLINIC),
    };
    await assertSameAnswers(instances, context);
    for (const scenario of chosen) add(await compare(scenario, context, instances));
    await context.testbed.end(...Object.values(instances));
  }
  if (isSelected('relay')) add(await compareRelays(context));
  if (comparisons.length === 0) return [];
  return [
    printed({
      marker: 'duels',
      text: comparisonTable(comparisons),
      reached: comparisons.every(({ reached }) => reached),
      isWhole: comparisons.length === SCENARIOS.length + 1,
    }),
  ];
}

async function compareRelays(context: BenchContext): Promise<Comparison> {
  // The worker would also send the notifications that earlier cases left behind.
  await context.database.query('DELETE FROM notifications');
  const sink = await MailSink.open();
  const queue = new Queue('baseline', {
    connection: { host: '127.0.0.1', port: context.testbed.redis.port },
  });
  const instances: Record<Side, Instance> = startWorkers(context.testbed, CLINIC, sink);
  try {
    return await compare(relayScenario(sink, queue), context, instances);
  } finally {
    await context.testbed.end(...Object.values(instances));
    await queue.close();
    sink.close();
  }
}

/** The cases without a baseline. */
const OTHER_CASES = { storm, two: twoProcesses, footprint: footprints, migration, soak: longRun };

async function measureOthers(
  context: BenchContext,
  isSelected: (name: string) => boolean,
): Promise<Section[]> {
  const sections: Section[] = [];
  for (const [name, measureCase] of Object.entries(OTHER_CASES)) {
    if (isSelected(name)) sections.push(printed(await measureCase(context)));
  }
  return sections;
}

async function storm({ testbed }: BenchContext): Promise<Section> {
  const api = await testbed.service(CLINIC);
  const storm = await measureLogInStorm(api, testbed.secret);
  await testbed.end(api);
  return { marker: 'storm', ...stormTable(storm, MAX_STORM_RATIO) };
}

async function twoProcesses({ testbed }: BenchContext): Promise<Section> {
  const apis = [await testbed.service(CLINIC), await testbed.service(CLINIC)] as const;
  const ratio = await twoProcessRatio(apis, testbed.secret);
  await testbed.end(...apis);
  const cores = availableParallelism();
  const isJudged = cores >= MIN_CORES;
  const note = `, which they share with the database and the load generator: not judged on fewer than ${MIN_CORES}`;
  const text = `Two processes of the API answered ${ratio.toFixed(2)} times what one did, on ${cores} cores`;
  return {
    marker: 'two',
    text: `${text}${isJudged ? '' : note}.`,
    reached: !isJudged || ratio >= MIN_TWO_PROCESS_RATIO,
  };
}

async function footprints(context: BenchContext): Promise<Section> {
  const measured = {
    service: await measureFootprint(context, CLINIC, 'service'),
    baseline: await measureFootprint(context, CLINIC, 'baseline'),
  };
  return { marker: 'footprint', text: footprintTable(measured), reached: true };
}

async function migration({ testbed }: BenchContext): Promise<Section> {
  return { marker: 'migration', text: migrationTable(await measureMigrations(testbed)), reached: true };
}

async function longRun(context: BenchContext): Promise<Section> {
  const { testbed } = context;
  const sink = await MailSink.open();
  const api = await testbed.service(CLINIC);
  const worker = testbed.background('worker.js', CLINIC, { SMTP_URL: sink.url });
  const memory = await soak(context, api, worker);
  await testbed.end(api, worker);
  sink.close();
  return { marker: 'soak', text: soakTable(memory), reached: Object.values(memory).every(isFlat) };
}

async function growth(testbed: Testbed, documents?: string): Promise<Section> {
  const curves = await measureGrowth(testbed, (text) => console.log(text));
  if (documents !== undefined) {
    const drawing = plot('Median response time in milliseconds', SIZES, curves);
    writeFileSync(join(documents, 'performance.svg'), drawing);
  }
  return printed({ marker: 'growth', ...growthTable(curves, SIZES, maxGrowth) });
}

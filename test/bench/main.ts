import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Queue } from 'bullmq';
import { ROOT } from '../../bin/support/environment.js';
import { Failure, print, printStep } from '../../bin/support/output.js';
import type { Shutdown } from '../../bin/support/shutdown.js';
import { aborted } from '../support/aborted.js';
import { preparePrivateServers } from '../support/private-servers.js';
import { circumstances, writeInto } from '../support/report.js';
import { Arena, type Contestant, type Side } from './arena.js';
import { fight, type Outcome, type Ring } from './duel.js';
import { DUELS } from './duels.js';
import { footprint } from './footprint.js';
import { grow, SIZES } from './growth.js';
import { MailSink } from './mail-sink.js';
import { plot } from './plot.js';
import { relayDuel, workers } from './relay-duel.js';
import { agree } from './agreement.js';
import {
  footprintTable,
  type Section,
  growthTable,
  outcomeTable,
  soakTable,
  stormTable,
} from './sections.js';
import { twoToOne } from './side-by-side.js';
import { isFlat, soak } from './soak.js';
import { inStorm } from './storm.js';

interface Wanted {
  /** Names of cases; none for all but the soak. */
  readonly names: readonly string[];
  /** A folder for data and logs. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** The folder of the document that takes the tables, if one is to. */
  readonly documents?: string | undefined;
}

const CLINIC = 'clinica';
const OTHERS = ['relay', 'storm', 'two', 'footprint', 'growth', 'soak'] as const;
const TWO_TO_ONE = 1.6;
/** Two processes, their database and the load generator. */
const ENOUGH_CORES = 4;
const MOST_IN_STORM = 2;
const MOST_GROWTH = 1.15;

/** The names of all cases. */
const CASES: readonly string[] = [...DUELS.map(({ name }) => name), ...OTHERS];

/**
 * `npm run bench`: measures Clinica, compared with a minimal baseline, on private servers. Takes names of cases, and:
 *
 *     --list    list the cases
 *     --write   write the tables into docs/performance.md, as a run of all cases does by itself
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

/** Measures, prints, and answers whether all targets were reached. */
async function runBench({ names, dir, signal, documents }: Wanted): Promise<boolean> {
  const unknown = names.filter((name) => !CASES.includes(name));
  if (unknown.length > 0)
    throw new Failure(`There is no case ${unknown.join(', ')}. There are: ${CASES.join(', ')}.`);
  const wants = (name: string): boolean => (names.length > 0 ? names.includes(name) : name !== 'soak');
  const arena = await Arena.open(dir);
  try {
    const ring = { arena, database: await arena.clinic(CLINIC), used: { count: 0 } };
    const sections = await Promise.race([measure(ring, wants, documents), aborted(signal)]);
    const origin = circumstances(['npm run bench', ...(names.length > 0 ? ['--', ...names] : [])].join(' '));
    console.log(`\n${origin}`);
    if (documents !== undefined) {
      for (const { place, text } of sections.filter(({ isWhole }) => isWhole !== false))
        writeInto(join(documents, 'performance.md'), place, `${origin}\n\n${text}`);
    }
    return sections.every(({ reached }) => reached);
  } finally {
    await arena.close();
  }
}

async function measure(ring: Ring, wants: (name: string) => boolean, documents?: string): Promise<Section[]> {
  return [
    ...(await duels(ring, wants)),
    ...(await singles(ring, wants)),
    ...(wants('growth') ? [await growth(ring.arena, documents)] : []),
  ];
}

function say(section: Section): Section {
  console.log(`\n${section.text}`);
  return section;
}

async function duels(ring: Ring, wants: (name: string) => boolean): Promise<Section[]> {
  const chosen = DUELS.filter(({ name }) => wants(name));
  const outcomes: Outcome[] = [];
  const tell = (outcome: Outcome): void => {
    const { duel, ratio, reached } = outcome;
    console.log(
      `${duel.name.padEnd(8)} ${ratio.toFixed(2)} of the baseline${reached ? '' : ': NOT REACHED'}`,
    );
    outcomes.push(outcome);
  };
  if (chosen.length > 0) {
    const contestants = {
      service: await ring.arena.service(CLINIC),
      baseline: await ring.arena.baseline(CLINIC),
    };
    await agree(contestants, ring);
    for (const duel of chosen) tell(await fight(duel, ring, contestants));
    await ring.arena.end(...Object.values(contestants));
  }
  if (wants('relay')) tell(await relay(ring));
  if (outcomes.length === 0) return [];
  return [
    say({
      place: 'duels',
      text: outcomeTable(outcomes),
      reached: outcomes.every(({ reached }) => reached),
      isWhole: outcomes.length === DUELS.length + 1,
    }),
  ];
}

async function relay(ring: Ring): Promise<Outcome> {
  // What earlier cases have left to be told would be told now.
  await ring.database.query('DELETE FROM notifications');
  const sink = await MailSink.open();
  const queue = new Queue('baseline', { connection: { host: '127.0.0.1', port: ring.arena.redis.port } });
  const contestants: Record<Side, Contestant> = workers(ring.arena, CLINIC, sink);
  try {
    return await fight(relayDuel(sink, queue), ring, contestants);
  } finally {
    await ring.arena.end(...Object.values(contestants));
    await queue.close();
    sink.close();
  }
}

/** The cases that are measured by something else than a baseline. */
const SINGLES = { storm, two: twoProcesses, footprint: footprints, soak: longRun };

async function singles(ring: Ring, wants: (name: string) => boolean): Promise<Section[]> {
  const sections: Section[] = [];
  for (const [name, measured] of Object.entries(SINGLES)) {
    if (wants(name)) sections.push(say(await measured(ring)));
  }
  return sections;
}

async function storm({ arena }: Ring): Promise<Section> {
  const api = await arena.service(CLINIC);
  const outcome = await inStorm(api, arena.secret);
  await arena.end(api);
  return { place: 'storm', ...stormTable(outcome, MOST_IN_STORM) };
}

async function twoProcesses({ arena }: Ring): Promise<Section> {
  const apis = [await arena.service(CLINIC), await arena.service(CLINIC)] as const;
  const ratio = await twoToOne(apis, arena.secret);
  await arena.end(...apis);
  const cores = availableParallelism();
  const judged = cores >= ENOUGH_CORES;
  const doubt = `, which they share with the database and the load generator: not judged on fewer than ${ENOUGH_CORES}`;
  const text = `Two processes of the API answered ${ratio.toFixed(2)} times what one did, on ${cores} cores`;
  return { place: 'two', text: `${text}${judged ? '' : doubt}.`, reached: !judged || ratio >= TWO_TO_ONE };
}

async function footprints(ring: Ring): Promise<Section> {
  const prints = {
    service: await footprint(ring, CLINIC, 'service'),
    baseline: await footprint(ring, CLINIC, 'baseline'),
  };
  return { place: 'footprint', text: footprintTable(prints), reached: true };
}

async function longRun(ring: Ring): Promise<Section> {
  const { arena } = ring;
  const sink = await MailSink.open();
  const api = await arena.service(CLINIC);
  const worker = arena.background('worker.js', CLINIC, { SMTP_URL: sink.url });
  const memory = await soak(ring, api, worker);
  await arena.end(api, worker);
  sink.close();
  return { place: 'soak', text: soakTable(memory), reached: Object.values(memory).every(isFlat) };
}

async function growth(arena: Arena, documents?: string): Promise<Section> {
  const curves = await grow(arena, (text) => console.log(text));
  if (documents !== undefined) {
    const drawing = plot('Median time of an answer, in milliseconds', SIZES, curves);
    writeFileSync(join(documents, 'performance.svg'), drawing);
  }
  return say({ place: 'growth', ...growthTable(curves, SIZES, MOST_GROWTH) });
}

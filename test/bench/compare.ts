import type { Connection } from 'mysql2/promise';
import type { Testbed, Instance, Side } from './testbed.js';
import { type Measurement, median, medianMeasurement } from './load.js';
import { processorSeconds } from './usage.js';

/** The ratio that the service must reach. */
export interface Target {
  /** The service's measurement divided by the baseline's. */
  readonly ratio: number;
  readonly is: 'at least' | 'at most';
}

/** A workload that the service and the baseline run in turn. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly target: Target;
  /** The measurement that is compared. */
  readonly by: 'perSecond' | 'p50';
  /** Prepares a round; not measured. */
  prepare?(context: BenchContext): Promise<void>;
  /** Runs the workload once, for a few seconds. */
  round(instance: Instance, context: BenchContext, side: Side): Promise<Measurement>;
}

/** What the scenarios share. */
export interface BenchContext {
  readonly testbed: Testbed;
  readonly database: Connection;
  /** Counts the start times requested so far, because no two requests may ask for the same one. */
  readonly usedTimes: { count: number };
}

/** The medians of one side's rounds. */
export interface Score extends Measurement {
  /** Processors in use by the program itself, by the database and by the load generator. */
  readonly processors: { readonly own: number; readonly database: number; readonly client: number };
  /** Statements per request. */
  readonly statements: number;
}

export interface Comparison {
  readonly scenario: Scenario;
  readonly service: Score;
  readonly baseline: Score;
  /** One ratio per pair of rounds. */
  readonly ratios: readonly number[];
  readonly ratio: number;
  readonly reached: boolean;
}

const ROUNDS = 8;

/** Measures both sides in turn, `ROUNDS` times each, after one warm-up round each. */
export async function compare(
  scenario: Scenario,
  context: BenchContext,
  instances: Readonly<Record<Side, Instance>>,
): Promise<Comparison> {
  const scores: Record<Side, Score[]> = { service: [], baseline: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const side of ['baseline', 'service'] as const) {
      await scenario.prepare?.(context);
      const score = await measure(scenario, context, instances[side], side);
      if (round > 0) scores[side].push(score);
    }
  }
  const ratios = scores.service.map(
    (score, index) => score[scenario.by] / scores.baseline[index]![scenario.by],
  );
  const ratio = median(ratios);
  const { target } = scenario;
  const reached = target.is === 'at least' ? ratio >= target.ratio : ratio <= target.ratio;
  return {
    scenario,
    service: medianScore(scores.service),
    baseline: medianScore(scores.baseline),
    ratios,
    ratio,
    reached,
  };
}

async function measure(
  scenario: Scenario,
  context: BenchContext,
  instance: Instance,
  side: Side,
): Promise<Score> {
  const { testbed, database } = context;
  const pids = [instance.program.pid, testbed.database.pid, process.pid];
  const statements = await testbed.statementCount(database);
  const before = pids.map(processorSeconds);
  const began = performance.now();
  const measured = await scenario.round(instance, context, side);
  const seconds = (performance.now() - began) / 1000;
  const [own, base, client] = pids.map((pid, index) => (processorSeconds(pid) - before[index]!) / seconds);
  // The statement that reads the counter counts itself.
  const executed = (await testbed.statementCount(database)) - statements - 1;
  return {
    ...measured,
    processors: { own: own!, database: base!, client: client! },
    statements: executed / measured.requests,
  };
}

function medianScore(scores: readonly Score[]): Score {
  const of = (pick: (score: Score) => number): number => median(scores.map(pick));
  return {
    ...medianMeasurement(scores),
    statements: of(({ statements }) => statements),
    processors: {
      own: of(({ processors }) => processors.own),
      database: of(({ processors }) => processors.database),
      client: of(({ processors }) => processors.client),
    },
  };
}

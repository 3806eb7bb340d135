import type { Connection } from 'mysql2/promise';
import type { Arena, Contestant, Side } from './arena.js';
import { type Measured, median, middle } from './load.js';
import { processorSeconds } from './usage.js';

/** What the service is measured by. */
export interface Target {
  /** Service divided by baseline, of what is measured. */
  readonly ratio: number;
  readonly is: 'at least' | 'at most';
}

/** One job, done by the service and by its baseline in turn. */
export interface Duel {
  readonly name: string;
  readonly about: string;
  readonly target: Target;
  /** Which of what is measured is compared. */
  readonly by: 'perSecond' | 'p50';
  /** What is to be there before a round; not measured. */
  before?(ring: Ring): Promise<void>;
  /** Does the job once, for some seconds. */
  round(contestant: Contestant, ring: Ring, side: Side): Promise<Measured>;
}

/** Where a duel takes place. */
export interface Ring {
  readonly arena: Arena;
  readonly database: Connection;
  /** How many of the clinic's times were asked for; none is asked for twice. */
  readonly used: { count: number };
}

/** What came of the rounds of one side: medians. */
export interface Score extends Measured {
  /** Processors in use, by the program itself, by the database and by whoever asked. */
  readonly processors: { readonly own: number; readonly database: number; readonly asking: number };
  /** Statements for each request. */
  readonly statements: number;
}

export interface Outcome {
  readonly duel: Duel;
  readonly service: Score;
  readonly baseline: Score;
  /** Of each pair of rounds. */
  readonly ratios: readonly number[];
  readonly ratio: number;
  readonly reached: boolean;
}

const ROUNDS = 4;

/** Has both do the job in turn, several times, after one round each to warm up. */
export async function fight(
  duel: Duel,
  ring: Ring,
  contestants: Readonly<Record<Side, Contestant>>,
): Promise<Outcome> {
  const scores: Record<Side, Score[]> = { service: [], baseline: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const side of ['baseline', 'service'] as const) {
      await duel.before?.(ring);
      const score = await measure(duel, ring, contestants[side], side);
      if (round > 0) scores[side].push(score);
    }
  }
  const ratios = scores.service.map((score, index) => score[duel.by] / scores.baseline[index]![duel.by]);
  const ratio = median(ratios);
  const { target } = duel;
  const reached = target.is === 'at least' ? ratio >= target.ratio : ratio <= target.ratio;
  return {
    duel,
    service: middleScore(scores.service),
    baseline: middleScore(scores.baseline),
    ratios,
    ratio,
    reached,
  };
}

async function measure(duel: Duel, ring: Ring, contestant: Contestant, side: Side): Promise<Score> {
  const { arena, database } = ring;
  const pids = [contestant.program.pid, arena.database.pid, process.pid];
  const statements = await arena.statements(database);
  const before = pids.map(processorSeconds);
  const began = performance.now();
  const measured = await duel.round(contestant, ring, side);
  const seconds = (performance.now() - began) / 1000;
  const [own, base, asking] = pids.map((pid, index) => (processorSeconds(pid) - before[index]!) / seconds);
  // One of them was the question itself.
  const asked = (await arena.statements(database)) - statements - 1;
  return {
    ...measured,
    processors: { own: own!, database: base!, asking: asking! },
    statements: asked / measured.requests,
  };
}

function middleScore(scores: readonly Score[]): Score {
  const of = (pick: (score: Score) => number): number => median(scores.map(pick));
  return {
    ...middle(scores),
    statements: of(({ statements }) => statements),
    processors: {
      own: of(({ processors }) => processors.own),
      database: of(({ processors }) => processors.database),
      asking: of(({ processors }) => processors.asking),
    },
  };
}

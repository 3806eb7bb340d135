import { tableOf } from '../support/report.js';
import type { Side } from './arena.js';
import type { Outcome, Score } from './duel.js';
import type { Footprint } from './footprint.js';
import type { Curve } from './plot.js';
import { median } from './load.js';
import type { Soak } from './soak.js';
import type { Storm } from './storm.js';

/** A part of the document. */
export interface Section {
  readonly place: string;
  readonly text: string;
  /** Whether what it tells is as it should be. */
  readonly reached: boolean;
  /** False where only some of its lines were measured: that is no part of a document. */
  readonly isWhole?: boolean;
}

const yes = (reached: boolean): string => (reached ? 'yes' : 'NO');

/** The ratios with their targets, and below them what was measured of each side. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const ratios = tableOf<Outcome>(
    [
      ['case', ({ duel }) => duel.about],
      ['compared', ({ duel }) => (duel.by === 'perSecond' ? 'per second' : 'p50')],
      ['service : baseline', ({ ratio }) => ratio.toFixed(2)],
      ['spread', ({ ratios }) => `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`],
      ['target', ({ duel: { target } }) => `${target.is} ${target.ratio}`],
      ['reached', ({ reached }) => yes(reached)],
    ],
    outcomes,
  );
  const sides = outcomes.flatMap(({ duel, service, baseline }) => [
    { who: `${duel.name}: service`, score: service },
    { who: `${duel.name}: baseline`, score: baseline },
  ]);
  const measured = tableOf<{ who: string; score: Score }>(
    [
      ['', ({ who }) => who],
      ['per second', ({ score }) => Math.round(score.perSecond)],
      ['p50 (ms)', ({ score }) => score.p50.toFixed(1)],
      ['p99 (ms)', ({ score }) => score.p99.toFixed(1)],
      ['own CPU', ({ score }) => score.processors.own.toFixed(2)],
      ['database CPU', ({ score }) => score.processors.database.toFixed(2)],
      ['client CPU', ({ score }) => score.processors.asking.toFixed(2)],
      ['statements', ({ score }) => score.statements.toFixed(1)],
      ['bytes', ({ score }) => score.bytes],
    ],
    sides,
  );
  return `${ratios}\n\n${measured}`;
}

export function stormTable(storm: Storm, most: number): Omit<Section, 'place'> {
  const ratio = median(storm.ratios);
  const text = tableOf(
    [
      ['available slots', ({ when }) => when],
      ['per second', ({ looks }) => Math.round(looks.perSecond)],
      ['p50 (ms)', ({ looks }) => looks.p50.toFixed(1)],
      ['p99 (ms)', ({ looks }) => looks.p99.toFixed(1)],
    ],
    [
      { when: 'nobody logs in', looks: storm.calm },
      { when: `a storm of log-ins, ${storm.logInsPerSecond.toFixed(0)} a second`, looks: storm.storm },
    ],
  );
  const verdict = `The p99 is ${ratio.toFixed(2)} times what it was (${storm.ratios.map((each) => each.toFixed(2)).join(', ')}); at most ${most}: ${yes(ratio <= most)}.`;
  return { text: `${text}\n\n${verdict}`, reached: ratio <= most };
}

export function footprintTable(prints: Readonly<Record<Side, Footprint>>): string {
  return tableOf<Side>(
    [
      ['', (side) => side],
      ['start to ready (s)', (side) => prints[side].start.toFixed(2)],
      ['CPU of it (s)', (side) => prints[side].startProcessor.toFixed(2)],
      ['resident, idle (MiB)', (side) => Math.round(prints[side].idle)],
      ['resident, after load (MiB)', (side) => Math.round(prints[side].loaded)],
    ],
    ['service', 'baseline'],
  );
}

export function growthTable(
  curves: readonly Curve[],
  sizes: readonly number[],
  most: number,
): Omit<Section, 'place'> {
  const grown = ({ values }: Curve): number => values.at(-1)! / values[0]!;
  const text = tableOf<Curve>(
    [
      ['p50 (ms) at', ({ name }) => name],
      ...sizes.map(
        (size, index) =>
          [size.toLocaleString('en'), ({ values }: Curve) => values[index]!.toFixed(2)] as const,
      ),
      ['last : first', (curve) => grown(curve).toFixed(2)],
      [`at most ${most}`, (curve) => yes(grown(curve) <= most)],
    ],
    curves,
  );
  return { text, reached: curves.every((curve) => grown(curve) <= most) };
}

export function soakTable(memory: Soak): string {
  const minutes = Object.values(memory)[0]!;
  return tableOf<[string, readonly number[]]>(
    [
      ['resident (MiB)', ([name]) => name],
      ...minutes.map(
        (_, index) =>
          [
            `minute ${index + 1}`,
            ([, values]: [string, readonly number[]]) => Math.round(values[index]!),
          ] as const,
      ),
    ],
    Object.entries(memory),
  );
}

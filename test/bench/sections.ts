import { markdownTable } from '../support/report.js';
import type { Side } from './testbed.js';
import type { Comparison, Score } from './compare.js';
import type { Footprint } from './footprint.js';
import type { Curve } from './plot.js';
import { median } from './load.js';
import type { Soak } from './soak.js';
import type { LogInStorm } from './log-in-storm.js';
import type { MigrationTime, MigrationTimes } from './migration.js';

/** A section of docs/performance.md. */
export interface Section {
  /** The name in the section's marker comments. */
  readonly marker: string;
  readonly text: string;
  /** Whether every target was reached. */
  readonly reached: boolean;
  /** False if only some rows were measured. Such a table is printed, but not written into the document. */
  readonly isWhole?: boolean;
}

const yes = (reached: boolean): string => (reached ? 'yes' : 'NO');

/** The ratios with their targets, and below them the measurements of each side. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const ratios = markdownTable<Comparison>(
    [
      ['case', ({ scenario }) => scenario.about],
      ['compared', ({ scenario }) => (scenario.by === 'perSecond' ? 'per second' : 'p50')],
      ['service : baseline', ({ ratio }) => ratio.toFixed(2)],
      ['spread', ({ ratios }) => `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`],
      ['target', ({ scenario: { target } }) => `${target.is} ${target.ratio}`],
      ['reached', ({ reached }) => yes(reached)],
    ],
    comparisons,
  );
  const sides = comparisons.flatMap(({ scenario, service, baseline }) => [
    { label: `${scenario.name}: service`, score: service },
    { label: `${scenario.name}: baseline`, score: baseline },
  ]);
  const measured = markdownTable<{ label: string; score: Score }>(
    [
      ['', ({ label }) => label],
      ['per second', ({ score }) => Math.round(score.perSecond)],
      ['p50 (ms)', ({ score }) => score.p50.toFixed(1)],
      ['p99 (ms)', ({ score }) => score.p99.toFixed(1)],
      ['own CPU', ({ score }) => score.processors.own.toFixed(2)],
      ['database CPU', ({ score }) => score.processors.database.toFixed(2)],
      ['client CPU', ({ score }) => score.processors.client.toFixed(2)],
      ['statements', ({ score }) => score.statements.toFixed(1)],
      ['bytes', ({ score }) => score.bytes],
    ],
    sides,
  );
  return `${ratios}\n\n${measured}`;
}

export function stormTable(storm: LogInStorm, maxRatio: number): Omit<Section, 'marker'> {
  const ratio = median(storm.ratios);
  const text = markdownTable(
    [
      ['available slots', ({ when }) => when],
      ['per second', ({ slots }) => Math.round(slots.perSecond)],
      ['p50 (ms)', ({ slots }) => slots.p50.toFixed(1)],
      ['p99 (ms)', ({ slots }) => slots.p99.toFixed(1)],
    ],
    [
      { when: 'nobody logs in', slots: storm.calm },
      { when: `a storm of log-ins, ${storm.logInsPerSecond.toFixed(0)} a second`, slots: storm.storm },
    ],
  );
  const verdict = `The p99 is ${ratio.toFixed(2)} times what it was (${storm.ratios.map((each) => each.toFixed(2)).join(', ')}); at most ${maxRatio}: ${yes(ratio <= maxRatio)}.`;
  return { text: `${text}\n\n${verdict}`, reached: ratio <= maxRatio };
}

export function footprintTable(footprints: Readonly<Record<Side, Footprint>>): string {
  return markdownTable<Side>(
    [
      ['', (side) => side],
      ['start to ready (s)', (side) => footprints[side].start.toFixed(2)],
      ['CPU of it (s)', (side) => footprints[side].startProcessor.toFixed(2)],
      ['resident, idle (MiB)', (side) => Math.round(footprints[side].idle)],
      ['resident, after load (MiB)', (side) => Math.round(footprints[side].loaded)],
    ],
    ['service', 'baseline'],
  );
}

export function growthTable(
  curves: readonly Curve[],
  sizes: readonly number[],
  maxGrowth: (name: string) => number,
): Omit<Section, 'marker'> {
  const growthOf = ({ values }: Curve): number => values.at(-1)! / values[0]!;
  const isReached = (curve: Curve): boolean => growthOf(curve) <= maxGrowth(curve.name);
  const text = markdownTable<Curve>(
    [
      ['p50 (ms) at', ({ name }) => name],
      ...sizes.map(
        (size, index) =>
          [size.toLocaleString('en'), ({ values }: Curve) => values[index]!.toFixed(2)] as const,
      ),
      ['last : first', (curve) => growthOf(curve).toFixed(2)],
      ['at most', ({ name }) => maxGrowth(name)],
      ['reached', (curve) => yes(isReached(curve))],
    ],
    curves,
  );
  return { text, reached: curves.every(isReached) };
}

export function soakTable(memory: Soak): string {
  const minutes = Object.values(memory)[0]!;
  return markdownTable<[string, readonly number[]]>(
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

/** How long each migration takes. */
export function migrationTable({ bookings, accounts, times }: MigrationTimes): string {
  const table = markdownTable<MigrationTime>(
    [
      ['migration', ({ name }) => name],
      ['seconds', ({ seconds }) => seconds.toFixed(1)],
    ],
    times,
  );
  const [of, by] = [bookings.toLocaleString('en'), accounts.toLocaleString('en')];
  return `With ${of} bookings, as many notifications, and ${by} accounts:\n\n${table}`;
}

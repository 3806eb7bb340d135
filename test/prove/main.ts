import 'reflect-metadata';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { ROOT } from '../../bin/support/environment.js';
import { printStep } from '../../bin/support/output.js';
import { provideServers } from '../../bin/support/servers.js';
import type { Shutdown } from '../../bin/support/shutdown.js';
import { wholeNumber } from '../support/options.js';
import { markdownTable, provenance, writeSection } from '../support/report.js';
import { Counts } from './counts.js';
import { Disagreement } from './comparison.js';
import { examine } from './examine.js';
import { rawScenario } from './raw-scenario.js';

const DOCUMENT = join(ROOT, 'docs', 'booking-rules.md');
/** Different from all zones of the clinics. */
const DATABASE_ZONE = '+05:00';
const DEFAULT_RUNS = '200';
/** For CI. */
const SHORT_RUNS = '60';

/**
 * `npm run prove`: holds the service against a reference model that judges minute by minute, in random clinics:
 *
 *     --runs N    so many clinics
 *     --seed S    determines them; printed with the counts
 *     --path P    repeats a counter-example: printed with it
 *     --short     only a few clinics, with fewer requests in each
 *     --write     write the counts into docs/booking-rules.md
 */
export async function main(args: string[], shutdown: Shutdown): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      path: { type: 'string' },
      short: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const runs = wholeNumber('runs', values.runs ?? (values.short ? SHORT_RUNS : DEFAULT_RUNS));
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : wholeNumber('seed', values.seed);
  printStep('prove', `${runs} random clinics, seed ${seed}`);
  await provide(shutdown);
  // Imported here, because it reads the servers' addresses when it is loaded.
  const { RealService } = await import('./real-service.js');
  const service = await RealService.start();
  const counts = new Counts();
  const timesPerWish = values.short ? 16 : 40;
  try {
    const property = fc.asyncProperty(rawScenario, async (raw) => {
      shutdown.signal.throwIfAborted();
      await examine(raw, {
        service,
        cast: service.cast,
        counts,
        timesPerWish,
      });
    });
    const details = await fc.check(property, {
      numRuns: runs,
      seed,
      ...(values.path && { path: values.path }),
    });
    // Interrupted: that is no counter-example.
    shutdown.signal.throwIfAborted();
    const script = values.short ? 'prove:short' : 'prove';
    const command = `npm run ${script} -- --runs ${runs} --seed ${seed}`;
    report(details, counts, { command, isWritten: values.write });
    return details.failed ? 1 : 0;
  } finally {
    await service.close();
  }
}

async function provide(shutdown: Shutdown): Promise<void> {
  const { databaseUrl, redisUrl } = await provideServers(
    {
      dir: shutdown.temporaryFolder('prove'),
      throwAway: true,
      project: `clinica-prove-${process.pid}`,
      database: '',
      databaseArgs: [`--default-time-zone=${DATABASE_ZONE}`],
      variables: { database: 'TEST_DATABASE_URL', redis: 'TEST_REDIS_URL' },
    },
    shutdown,
  );
  process.env.TEST_DATABASE_URL = databaseUrl;
  process.env.TEST_REDIS_URL = redisUrl;
}

interface Repeatable {
  readonly command: string;
  readonly isWritten: boolean;
}

function report<T>(details: fc.RunDetails<T>, counts: Counts, { command, isWritten }: Repeatable): void {
  const { failed, counterexamplePath, errorInstance, counterexample, numShrinks } = details;
  if (failed) {
    const text = errorInstance instanceof Disagreement ? errorInstance.message : String(errorInstance);
    console.log(`\nA counter-example, after ${numShrinks} steps of shrinking:\n${text}`);
    console.log(`\nscenario: ${JSON.stringify(counterexample)}`);
    console.log(`\nagain: ${command} --path ${counterexamplePath}`);
    return;
  }
  const text = `${provenance(command)}\n\n${tables(counts)}`;
  console.log(`\n${text}`);
  if (isWritten) writeSection(DOCUMENT, 'prove', text);
  if (counts.unseen.length > 0) console.log(`\nNo refusal named ${counts.unseen.join(', ')}.`);
}

function tables(counts: Counts): string {
  const compared: [string, number][] = [
    ['clinics', counts.clinics],
    ['grid points', counts.gridPoints],
    ['lists', counts.lists],
    ['searches', counts.searches],
    ['their pages', counts.pages],
    ['starts found', counts.startsFound],
    ['requests for the next starts', counts.nexts],
    ['explanations', counts.explanations],
    ['bookings', counts.bookings],
    ['of these with any doctor', counts.bookingsWithAny],
    ['of these by override', counts.overrides],
    ['reschedules', counts.reschedules],
    ['cancellations', counts.cancellations],
    ['refusals', counts.refusals],
    ...[...counts.byRule].map(([rule, count]): [string, number] => [`refusals by ${rule}`, count]),
    ...[...counts.byCode].map(([code, count]): [string, number] => [
      `refusals by ${code}, not a rule`,
      count,
    ]),
  ];
  return markdownTable<[string, number]>(
    [
      ['compared', ([what]) => what],
      ['', ([, count]) => count.toLocaleString('en')],
    ],
    compared,
  );
}

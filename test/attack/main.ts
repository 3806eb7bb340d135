import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../bin/support/environment.js';
import { Failure, print, printStep } from '../../bin/support/output.js';
import type { Shutdown } from '../../bin/support/shutdown.js';
import { aborted } from '../support/aborted.js';
import { wholeNumber } from '../support/options.js';
import { preparePrivateServers } from '../support/private-servers.js';
import { circumstances, tableOf, writeInto } from '../support/report.js';
import type { Attack, Outcome } from './attack.js';
import { dashboard } from './dashboard.js';
import { expensive } from './expensive.js';
import { ffuf } from './ffuf.js';
import { files } from './files.js';
import { fuzz } from './fuzz.js';
import { massAssignment } from './mass-assignment.js';
import { pipelining } from './pipelining.js';
import { slow } from './slow.js';
import { sqlmap } from './sqlmap.js';
import { type Settings, Target } from './target.js';
import { timing } from './timing.js';
import { tokens } from './tokens.js';
import { installTools } from './tool.js';
import { wapiti } from './wapiti.js';

interface Wanted extends Settings {
  /** Names of attacks; none for all. */
  readonly names: readonly string[];
  /** The document that takes the table, if one is to. */
  readonly document?: string | undefined;
}

/** In this order: what fills the database comes last. */
const ATTACKS: readonly Attack[] = [
  timing,
  tokens,
  dashboard,
  massAssignment,
  files,
  ffuf,
  wapiti,
  slow,
  pipelining,
  expensive,
  sqlmap,
  fuzz,
];

const MOST_SHOWN = 10;

type Report = Outcome & { readonly attack: Attack; readonly seconds: number };

/**
 * `npm run attack`: attacks the demo clinic, on private servers on loopback, and prints the findings. Takes names of
 * attacks, and:
 *
 *     --list         list the attacks
 *     --seed N       the choices of the fuzzer; printed with its findings
 *     --requests N   how many requests the fuzzer sends
 *     --write        write the table into docs/security.md
 */
export async function main(args: string[], shutdown: Shutdown): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      seed: { type: 'string', default: '20261123' },
      requests: { type: 'string', default: '20000' },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    for (const { name, about } of ATTACKS) print(`${name.padEnd(16)} ${about}`);
    return 0;
  }
  const wanted = {
    names: positionals,
    seed: wholeNumber('seed', values.seed),
    requests: wholeNumber('requests', values.requests),
    document: values.write ? join(ROOT, 'docs/security.md') : undefined,
    signal: shutdown.signal,
  };
  await installTools(positionals, shutdown.signal);
  const dir = await preparePrivateServers('attack', shutdown);
  printStep('attack', 'the demo clinic on private servers, run as in production\n');
  return (await runAttacks({ ...wanted, dir })) ? 0 : 1;
}

/** Attacks the demo clinic; answers whether nothing was found. */
async function runAttacks({ names, document, ...settings }: Wanted): Promise<boolean> {
  const unknown = names.filter((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown.length > 0) throw new Failure(`There is no attack ${unknown.join(', ')}. See --list.`);
  const target = await Target.open(settings);
  try {
    const chosen = ATTACKS.filter(({ name }) => names.length === 0 || names.includes(name));
    const reports = await Promise.race([run(chosen, target), aborted(settings.signal)]);
    const command = ['npm run attack', ...(names.length > 0 ? ['--', ...names] : [])].join(' ');
    const text = `${circumstances(command)}\n\n${table(reports)}`;
    console.log(`\n${text}`);
    if (document !== undefined) writeInto(document, 'attacks', text);
    return reports.every(({ findings }) => findings.length === 0);
  } finally {
    await target.close();
  }
}

async function run(attacks: readonly Attack[], target: Target): Promise<Report[]> {
  const reports: Report[] = [];
  for (const attack of attacks) {
    console.log(`${attack.name}: ${attack.about}`);
    const began = performance.now();
    const outcome = await outcomeOf(attack, target);
    const report = { ...outcome, attack, seconds: (performance.now() - began) / 1000 };
    tell(report);
    reports.push(report);
  }
  return reports;
}

/** An attack that fails has not shown that nothing is there to find; the others go on. */
async function outcomeOf(attack: Attack, target: Target): Promise<Outcome> {
  try {
    return await attack.run(target);
  } catch (error) {
    if (target.settings.signal.aborted) throw error;
    const what = `the attack itself failed: ${(error as Error).message}`;
    return { tried: 0, findings: [{ what, repeat: `npm run attack -- ${attack.name}` }] };
  }
}

function tell({ tried, findings, note, notRun, seconds }: Report): void {
  if (notRun !== undefined) return console.log(`  NOT RUN: ${notRun}`);
  console.log(`  ${tried} tried in ${Math.round(seconds)} s, ${findings.length} found`);
  if (note !== undefined) console.log(`  ${note}`);
  for (const { what, repeat } of findings.slice(0, MOST_SHOWN))
    console.log(`  FOUND ${what}\n        ${repeat}`);
  if (findings.length > MOST_SHOWN) console.log(`  and ${findings.length - MOST_SHOWN} more`);
}

function table(reports: readonly Report[]): string {
  return tableOf<Report>(
    [
      ['attack', ({ attack }) => attack.name],
      ['what it does', ({ attack }) => attack.about],
      ['tried', ({ tried }) => tried.toLocaleString('en')],
      ['found', ({ notRun, findings }) => (notRun === undefined ? findings.length : 'not run')],
      ['', ({ note, notRun }) => notRun ?? note ?? ''],
    ],
    reports,
  );
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../bin/support/environment.js';
import { Failure, print, printStep } from '../../bin/support/output.js';
import type { Shutdown } from '../../bin/support/shutdown.js';
import { rejectOnAbort } from '../support/aborted.js';
import { wholeNumber } from '../support/options.js';
import { preparePrivateServers } from '../support/private-servers.js';
import { provenance, markdownTable, writeSection } from '../support/report.js';
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

interface AttackOptions extends Settings {
  /** Names of attacks. If empty, all run. */
  readonly names: readonly string[];
  /** The document into which the table is written, if any. */
  readonly document?: string | undefined;
}

/** In this order, because the last ones fill the database. */
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

const MAX_SHOWN = 10;

type Report = Outcome & { readonly attack: Attack; readonly seconds: number };

/**
 * `npm run attack`: attacks the demo clinic, on private servers on loopback, and prints the findings. Takes names of
 * attacks, and:
 *
 *     --list         list the attacks
 *     --seed N       determines the fuzzer's requests; printed with its findings
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
  const options = {
    names: positionals,
    seed: wholeNumber('seed', values.seed),
    requests: wholeNumber('requests', values.requests),
    document: values.write ? join(ROOT, 'docs/security.md') : undefined,
    signal: shutdown.signal,
  };
  await installTools(positionals, shutdown.signal);
  const dir = await preparePrivateServers('attack', shutdown);
  printStep('attack', 'the demo clinic on private servers, run as in production\n');
  return (await runAttacks({ ...options, dir })) ? 0 : 1;
}

/**
 * Attacks the demo clinic.
 *
 * @returns whether nothing was found
 */
async function runAttacks({ names, document, ...settings }: AttackOptions): Promise<boolean> {
  const unknown = names.filter((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown.length > 0) throw new Failure(`There is no attack ${unknown.join(', ')}. See --list.`);
  const target = await Target.open(settings);
  try {
    const chosen = ATTACKS.filter(({ name }) => names.length === 0 || names.includes(name));
    const reports = await Promise.race([run(chosen, target), rejectOnAbort(settings.signal)]);
    const command = ['npm run attack', ...(names.length > 0 ? ['--', ...names] : [])].join(' ');
    const text = `${provenance(command)}\n\n${table(reports)}`;
    console.log(`\n${text}`);
    if (document !== undefined) writeSection(document, 'attacks', text);
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
    printReport(report);
    reports.push(report);
  }
  return reports;
}

/** Reports an attack that fails as a finding, because it has not proved anything. The other attacks still run. */
async function outcomeOf(attack: Attack, target: Target): Promise<Outcome> {
  try {
    return await attack.run(target);
  } catch (error) {
    if (target.settings.signal.aborted) throw error;
    const what = `the attack itself failed: ${(error as Error).message}`;
    return { tried: 0, findings: [{ what, reproduce: `npm run attack -- ${attack.name}` }] };
  }
}

function printReport({ tried, findings, note, notRun, seconds }: Report): void {
  if (notRun !== undefined) return console.log(`  NOT RUN: ${notRun}`);
  console.log(`  ${tried} tried in ${Math.round(seconds)} s, ${findings.length} found`);
  if (note !== undefined) console.log(`  ${note}`);
  for (const { what, reproduce } of findings.slice(0, MAX_SHOWN))
    console.log(`  FOUND ${what}\n        ${reproduce}`);
  if (findings.length > MAX_SHOWN) console.log(`  and ${findings.length - MAX_SHOWN} more`);
}

function table(reports: readonly Report[]): string {
  return markdownTable<Report>(
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

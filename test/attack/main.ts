import { join } from 'node:path';
import { aborted } from '../support/aborted.js';
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
import { wapiti } from './wapiti.js';

export interface Wanted extends Settings {
  /** Names of attacks; none for all. */
  readonly names: readonly string[];
  /** The document that takes the table, if one is to. */
  readonly document?: string | undefined;
}

/** In this order: what fills the database comes last. */
export const ATTACKS: readonly Attack[] = [
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

/** Attacks the demo clinic; answers whether nothing was found. */
export async function runAttacks({ names, document, ...settings }: Wanted): Promise<boolean> {
  const unknown = names.filter((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown.length > 0) throw new Error(`There is no attack ${unknown.join(', ')}. See --list.`);
  const target = await Target.open(settings);
  try {
    const chosen = ATTACKS.filter(({ name }) => names.length === 0 || names.includes(name));
    const reports = await Promise.race([run(chosen, target), aborted(settings.signal)]);
    const command = ['npm run attack', ...(names.length > 0 ? ['--', ...names] : [])].join(' ');
    const text = `${circumstances(command)}\n\n${table(reports)}`;
    console.log(`\n${text}`);
    if (document !== undefined) writeInto(join(document), 'attacks', text);
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
